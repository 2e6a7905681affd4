import { siteAddresses, coloAddresses } from "../../network/address-plan";
import { Prefix } from "../../network/prefix";
import { renderIgnoredNames, renderLanHosts } from "../../render/lan-hosts";
import { delegationsOf, machinesOf } from "../../stacks/machines";
import { exampleSettings } from "../support/settings";

const matches = (name: string) => [
  `dhcp-name-match=set:is/listed,${name}`,
  `dhcp-name-match=set:is/listed,${name}.*`,
];
const ignored = "dhcp-ignore-names=tag:is/listed";

const colo = coloAddresses(Prefix.of("2001:db8:beef::/48"), Prefix.of("fd00:cafe:f00d::/64"));

function linesOf(
  hosts: readonly object[],
  delegations: readonly object[] = [],
  more: Parameters<typeof exampleSettings>[1] = {},
): string[] {
  const settings = exampleSettings("home", { "lan.hosts": hosts, "lan.delegations": delegations, ...more });
  const site = siteAddresses(colo, settings.siteNumber, settings.segments, settings.ipv4Prefix);
  const machines = machinesOf(settings, site.segments).hosts;
  return renderLanHosts(machines, "home.arpa", delegationsOf(settings, site, machines));
}

test("a router that gets a prefix is left to Kea as far as DHCPv6 goes, and keeps its name", () => {
  const attic = { name: "attic", segment: "lan", mac: "02:00:5e:10:00:01", suffix: "::42", slaac: "token" };
  expect(linesOf([attic], [{ host: "attic", subnet: 16 }]).slice(2)).toEqual([
    "dhcp-host=02:00:5e:10:00:01,set:is/router,attic,[2001:db8:beef:101::42]",
    "host-record=attic.home.arpa,2001:db8:beef:101::42",
    ...matches("attic"),
    ignored,
    "dhcp-ignore=tag:is/router,tag:dhcpv6",
  ]);
});

test("a machine has its reservation, and its name for every address", () => {
  const mac = "02:00:5E:10:00:01";
  expect(
    linesOf([
      { name: "plain", segment: "lan", mac },
      { name: "both", segment: "lan", mac: "02:00:5e:10:00:02", suffix: "::42" },
      { name: "token", segment: "devices", mac: "02:00:5e:10:00:03", suffix: "::43", slaac: "token" },
      { name: "duid", segment: "devices", duid: "00:03:00:01:02:00:5e:10:00:04", suffix: "::44" },
    ]),
  ).toEqual([
    "",
    "# Machines of lan.hosts",
    "dhcp-host=02:00:5e:10:00:01,plain,[2001:db8:beef:101:0:5eff:fe10:1]",
    "host-record=plain.home.arpa,2001:db8:beef:101:0:5eff:fe10:1",
    ...matches("plain"),
    "dhcp-host=02:00:5e:10:00:02,both,[2001:db8:beef:101::42]",
    "host-record=both.home.arpa,2001:db8:beef:101::42",
    "host-record=both.home.arpa,2001:db8:beef:101:0:5eff:fe10:2",
    ...matches("both"),
    "dhcp-host=02:00:5e:10:00:03,token,[2001:db8:beef:102::43]",
    "host-record=token.home.arpa,2001:db8:beef:102::43",
    ...matches("token"),
    "dhcp-host=id:00:03:00:01:02:00:5e:10:00:04,duid,[2001:db8:beef:102::44]",
    "host-record=duid.home.arpa,2001:db8:beef:102::44",
    ...matches("duid"),
    ignored,
  ]);
});

test("where there is IPv4 its lease has the name too", () => {
  const segments = [{ name: "lan", subnet: 1, interface: "enp1s0", mode: "v6mostly" }];
  const hosts = [{ name: "nas", segment: "lan", mac: "02:00:5e:10:00:01", suffix: "::42", slaac: "token" }];
  const settings = { "lan.segments": segments, "lan.pinholes": [] };
  expect(linesOf(hosts, [], settings).slice(2)).toEqual([
    "dhcp-host=02:00:5e:10:00:01,nas",
    "dhcp-host=02:00:5e:10:00:01,nas,[2001:db8:beef:101::42]",
    "host-record=nas.home.arpa,2001:db8:beef:101::42",
    ...matches("nas"),
    ignored,
  ]);
});

test("no machines, no lines", () => {
  expect(linesOf([])).toEqual([]);
});

const pair = (number: number) => number.toString(16).padStart(2, "0");

test("one more of a thousand machines is four more lines and leaves the others as they are", () => {
  const thousand = Array.from({ length: 1001 }, (_, index) => ({
    name: `m${index}`,
    segment: "lan",
    mac: `02:00:5e:10:${pair(index >> 8)}:${pair(index & 255)}`,
  }));
  const before = linesOf(thousand.slice(1));
  const after = linesOf(thousand);
  expect(after.length - before.length).toBe(4);
  expect(after.filter((line) => !before.includes(line))).toEqual(after.slice(2, 6));
});

test("nobody is called wpad by a lease, and nobody anything in a segment of guests or devices", () => {
  const segments = siteAddresses(
    colo,
    1,
    exampleSettings("home", {
      "lan.segments": [
        { name: "lan", subnet: 1, interface: "enp1s0", mode: "v6mostly" },
        { name: "guests", subnet: 2, interface: "enp1s0", vlan: 20, mode: "guest" },
        { name: "devices", subnet: 3, interface: "enp3s0", mode: "iot" },
      ],
    }).segments,
    Prefix.of("172.31.0.0/16"),
  ).segments;
  expect(renderIgnoredNames(segments).slice(2)).toEqual([
    "dhcp-name-match=set:is/wpad,wpad",
    "dhcp-name-match=set:is/wpad,wpad.*",
    "dhcp-ignore-names=tag:is/wpad",
    "dhcp-ignore-names=tag:enp1s0.20",
    "dhcp-ignore-names=tag:enp3s0",
  ]);
});
