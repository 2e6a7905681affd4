import { parseSettings } from "../../settings/parse";
import { declarations, type SettingDeclaration } from "../../settings/schema";
import { privateKey } from "../support/examples";
import { exampleFile, exampleSettings, rawSettings, variants } from "../support/settings";

const roles = ["colo", "home"] as const;

test.each(roles)("the example of a %s is good, and so is the variant of these tests", (role) => {
  expect(exampleSettings(role).role).toBe(role);
  expect(exampleSettings(role, variants[role]).role).toBe(role);
});

test("the examples mean what they say", () => {
  expect(exampleSettings("colo")).toMatchObject({
    login: { address: "198.51.100.10", port: 22, privateKey: undefined },
    wan: { interface: "ens3", mtu: 1500, acceptRa: false },
    basePort: 51820,
    trustAnchors: [],
  });
  expect(exampleSettings("colo").pool4.toString()).toBe("192.168.240.0/20");
  const { pinholes, ...home } = exampleSettings("home");
  expect(home).toMatchObject({
    login: { address: "192.0.2.4", port: 22 },
    wan: { interface: "enp2s0", mtu: 1500 },
    coloStack: undefined,
    siteNumber: 1,
    keyEpoch: 1,
    domain: "home.arpa",
    segments: [
      { name: "lan", subnet: 1, interface: "enp1s0" },
      { name: "devices", subnet: 2, interface: "enp3s0" },
    ],
  });
  expect(pinholes.map(({ from, ...rest }) => ({ ...rest, from: from.map(String) }))).toEqual([
    {
      name: "laptop-ssh",
      segment: "lan",
      interfaceId: 0xff_fe00_0101n,
      protocol: "tcp",
      ports: { first: 22, last: 22 },
      from: [],
    },
    {
      name: "printer-ipp",
      segment: "devices",
      interfaceId: 0xff_fe00_0301n,
      protocol: "tcp",
      ports: { first: 631, last: 631 },
      from: ["2001:db8:46::/64"],
    },
  ]);
});

test.each(roles)("a %s takes what the engine adds: every declared default", (role) => {
  const defaults = Object.fromEntries(
    Object.entries<SettingDeclaration>(declarations).map(([key, declaration]) => [key, declaration.default]),
  );
  expect(parseSettings(rawSettings({ ...defaults, ...exampleFile(role) }))).toEqual(
    parseSettings(rawSettings(exampleFile(role))),
  );
});

test.each(roles)("a %s takes the same settings by path", (role) => {
  const nested: Record<string, Record<string, unknown>> = {};
  const { role: word, ...rest } = exampleFile(role);
  for (const [key, value] of Object.entries(rest)) {
    const [group = "", field = ""] = key.split(".");
    nested[group] = { ...nested[group], [field]: value };
  }
  expect(parseSettings(rawSettings({ role: word, ...nested }))).toEqual(
    parseSettings(rawSettings(exampleFile(role))),
  );
});

test("a default by path and a value by name are one setting", () => {
  const both = { ...exampleFile("colo"), ssh: { port: 22, address: "" }, "ssh.port": 2222 };
  expect(parseSettings(rawSettings(both))).toMatchObject({ ok: true, value: { login: { port: 2222 } } });
});

test("an encrypted private key is taken, also inside an encrypted object", () => {
  const login = { privateKey };
  expect(exampleSettings("home", { "ssh.privateKey": privateKey }, ["ssh.privateKey"]).login).toMatchObject(
    login,
  );
  expect(exampleSettings("home", { ssh: { privateKey } }, ["ssh"]).login).toMatchObject(login);
});

test("a host key's comment is dropped", () => {
  const { hostKey } = exampleSettings("colo").login;
  expect(exampleSettings("colo", { "ssh.hostKey": ` ${hostKey} root@colo\n` }).login.hostKey).toBe(hostKey);
});

test.each(["198.51.100.10", "2001:db8::10", "colo.example.net", "localhost"])(
  "a login may be at %s",
  (address) => {
    expect(exampleSettings("colo", { "ssh.address": address }).login.address).toBe(address);
  },
);

test.each([
  [22, { first: 22, last: 22 }],
  ["22", { first: 22, last: 22 }],
  ["1-65535", { first: 1, last: 65535 }],
  ["8000-8000", { first: 8000, last: 8000 }],
])("a pinhole may have port %j", (port, ports) => {
  const pinhole = { name: "one", segment: "lan", host: "::42", protocol: "udp", port };
  expect(exampleSettings("home", { "lan.pinholes": [pinhole] }).pinholes[0]?.ports).toEqual(ports);
});

test("the same port may be open at two machines, by two protocols and to two neighbourhoods", () => {
  const one = {
    name: "one",
    segment: "lan",
    host: "::42",
    protocol: "tcp",
    port: 22,
    from: ["2001:db8:1::/48"],
  };
  const pinholes = [
    one,
    { ...one, name: "two", host: "::43" },
    { ...one, name: "three", protocol: "udp" },
    { ...one, name: "four", segment: "devices" },
    { ...one, name: "five", from: ["2001:db8:2::/48"] },
    { ...one, name: "six", from: [] },
  ];
  expect(exampleSettings("home", { "lan.pinholes": pinholes }).pinholes).toHaveLength(6);
});
