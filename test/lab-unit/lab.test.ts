import { firstMirror } from "../../lab/mirror";
import { cables, interfaceIdentifier, places, portsOf } from "../../lab/topology";
import { labZones, rootServers, zoneFile } from "../../lab/zones";

const hints = `; comment
.                        3600000      NS    A.ROOT-SERVERS.NET.
A.ROOT-SERVERS.NET.      3600000      A     198.41.0.4
A.ROOT-SERVERS.NET.      3600000      AAAA  2001:503:ba3e::2:30
B.ROOT-SERVERS.NET.      3600000      A     170.247.170.2
`;

describe("the lab's topology", () => {
  test("every place has a cable, and no MAC address is used twice", () => {
    for (const place of places) expect(portsOf(place)).not.toHaveLength(0);
    const macs = cables.flat().map(({ mac }) => mac);
    expect(new Set(macs).size).toBe(macs.length);
  });

  test("interface names fit the kernel's 15 characters", () => {
    for (const { name } of cables.flat()) expect(name.length).toBeLessThanOrEqual(15);
  });

  test.each([
    ["02:00:00:00:01:01", "::ff:fe00:101"],
    ["02:00:00:00:03:01", "::ff:fe00:301"],
    ["52:54:00:12:34:56", "::5054:ff:fe12:3456"],
  ])("the interface identifier of %s is %s", (mac, identifier) => {
    expect(interfaceIdentifier(mac)).toBe(identifier);
  });
});

describe("the machine's Debian mirror", () => {
  test.each([
    [
      "one-line format",
      "deb [signed-by=/x] http://mirror.example/debian trixie main",
      "http://mirror.example/debian",
    ],
    [
      "deb822 format",
      "Types: deb\nURIs: https://mirror.example/debian/\nSuites: trixie",
      "https://mirror.example/debian/",
    ],
    [
      "behind others",
      "deb https://vendor.example/apt stable main\ndeb http://m.example/debian x main",
      "http://m.example/debian",
    ],
    ["security alone", "deb http://m.example/debian-security x main", undefined],
    ["commented out", "# deb http://m.example/debian x main", undefined],
  ])("%s", (_, sources, mirror) => {
    expect(firstMirror(sources)).toBe(mirror);
  });
});

describe("the zones of the lab's internet", () => {
  test("root servers are read with both address families", () => {
    expect(rootServers(hints).map(({ address }) => address)).toEqual([
      "198.41.0.4",
      "2001:503:ba3e::2:30",
      "170.247.170.2",
    ]);
  });

  test("every zone comes before its parent, so that the parent can sign for its key", () => {
    const names = labZones(hints).map(({ name }) => name);
    expect(names.indexOf("signed.example")).toBeLessThan(names.indexOf("example"));
    expect(names.at(-1)).toBe(".");
  });

  test("a name of an IPv4-only server has no AAAA record", () => {
    const lab = labZones(hints).find(({ name }) => zoneFile(name) === "lab.example");
    expect(lab?.text).toMatch(/^web4 A 11\.0\.3\.2$/m);
    expect(lab?.text).not.toMatch(/^web4 AAAA/m);
  });
});
