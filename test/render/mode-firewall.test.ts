import { Prefix } from "../../network/prefix";
import { modeRules } from "../../render/mode-firewall";
import type { Segment } from "../../network/address-plan";
import { siteOf } from "../support/segments";

const rules = (...segments: readonly Partial<Segment>[]) =>
  modeRules({ site: siteOf(segments), sshPort: 22 });
const setsOf = (...segments: readonly Partial<Segment>[]) =>
  Object.fromEntries(rules(...segments).sets.map(({ name, elements = [] }) => [name, elements]));

const markOf = (...allow: readonly string[]) =>
  /mark set 0x([0-9a-f]{8})$/m.exec(rules({ mode: "iot", allow }).forwardFirst.join("\n"))?.[1];

test("segments of mode v6only add nothing", () => {
  expect(Object.values(rules({}, {})).flat()).toEqual([]);
});

test("guests and devices begin nothing inside, and nobody logs in from there", () => {
  expect(setsOf({}, { mode: "guest" }, { mode: "iot" })["isolated_interfaces"]).toEqual(['"eth2"', '"eth3"']);
  const { prerouting, forwardFirst } = rules({ mode: "iot" });
  expect(forwardFirst).toContain(
    "iifname @isolated_interfaces oifname @lan_interfaces ct direction original counter drop",
  );
  expect(prerouting).toContain("iifname @isolated_interfaces tcp dport 22 fib daddr type local counter drop");
});

test("devices reach what is allowed: IPv6 as it is, IPv4 as NAT64 shows it, names by a set that dnsmasq fills", () => {
  const allow = ["2001:db8:46::/64", "2001:db8:46::5/128", "192.0.2.0/24"].map((text) => Prefix.of(text));
  const segment = { mode: "iot", allow: [...allow, "time.example.net"] } as const;
  const sets = setsOf(segment);
  // A set takes no element inside another one.
  expect(sets["allow_s1"]).toEqual(["2001:db8:46::/64", "64:ff9b::c000:200/120"]);
  expect(sets["names_s1"]).toEqual([]);
  const mark = markOf("time.example.net");
  expect(mark).toMatch(/^[0-9a-f]{8}$/);
  expect(rules(segment).forwardFirst.slice(0, 4)).toEqual([
    "# Devices begin nothing outside but with what is allowed, and go on with nothing else",
    `iifname "eth1" oifname "vpn*" ct state new ip6 daddr @names_s1_${mark} ct mark set 0x${mark}`,
    `iifname "eth1" oifname "vpn*" ct direction original ip6 daddr != @allow_s1 ip6 daddr != @names_s1 ct mark != 0x${mark} counter drop`,
    `iifname "vpn*" oifname "eth1" ct state established ct direction reply ip6 saddr != @allow_s1 ip6 saddr != @names_s1 ct mark != 0x${mark} counter drop`,
  ]);
});

test("a flow is known by the name that let it begin, whatever others there are; one that others lie below is the last", () => {
  const marks = (...allow: readonly string[]) =>
    rules({ mode: "iot", allow }).forwardFirst.flatMap((rule) => /mark set (0x\w+)$/.exec(rule)?.[1] ?? []);
  const [a, b] = [`0x${markOf("a.example") ?? ""}`, `0x${markOf("example") ?? ""}`];
  expect(marks("example", "a.example")).toEqual([a, b]);
  expect(marks("a.example", "example")).toEqual([a, b]);
  expect(rules({ mode: "iot", allow: ["a.example", "example"] }).forwardFirst.join()).toContain(
    `ct mark != { ${[a, b].toSorted().join(", ")} } counter drop`,
  );
  expect(rules({ mode: "iot", allow: [Prefix.of("2001:db8::/32")] }).forwardFirst.join()).not.toContain(
    "mark",
  );
});

test.each(["v6mostly", "legacy", "guest"] as const)(
  "IPv4 of mode %s goes out by the translator only",
  (mode) => {
    const { chains, forwardLast, sets } = rules({}, { mode });
    expect(sets.find(({ name }) => name === "lan_sources4")?.elements).toEqual([
      '"eth2" . 172.31.2.0/24',
      '"eth2" . 0.0.0.0/32',
    ]);
    expect(forwardLast.filter((rule) => rule.endsWith(" accept"))).toEqual([
      'iifname @ipv4_interfaces oifname "clat" accept',
      'iifname "clat" oifname "vpn*" ip6 saddr 2001:db8:beef:100::464 accept',
    ]);
    expect(chains.flatMap((chain) => chain.rules)).toEqual(['oifname "clat" snat ip to 192.0.0.1']);
  },
);
