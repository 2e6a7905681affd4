/**
 * The article's picture as constants: places, cables, addresses. Everything else in lab/ reads from here.
 *
 * IPv6 is from the documentation range. The IPv4 internet is 11.0.0.0/16, which exists only inside the lab's namespaces:
 * Tayga refuses to translate the documentation and private ranges under 64:ff9b::/96.
 */

/** A Debian release that the hosts of the lab can run. */
export type Release = "trixie" | "bookworm";
export const releases: readonly Release[] = ["trixie", "bookworm"];

/** The two real Debian hosts; they are empty servers that the project's stacks configure. */
export type HostName = "colo" | "home";
export const hostNames: readonly HostName[] = ["colo", "home"];
/** With the gateway of a second home, which has its cables, and is off until somebody adds it. */
export type AnyHostName = HostName | "cabin";
export const allHostNames: readonly AnyHostName[] = [...hostNames, "cabin"];

/** The devices behind the home gateway, which configure themselves from what it advertises. */
export type ClientName = "laptop" | "phone" | "printer";
export const clientNames: readonly ClientName[] = ["laptop", "phone", "printer"];

/** The web servers on the internet, named by the protocols that they speak. */
export type WebName = "web4" | "web46" | "web6";
export const webNames: readonly WebName[] = ["web4", "web46", "web6"];

/** Every place of the lab where a command can be run. */
export type Place = AnyHostName | ClientName | WebName | "internet" | "isp" | "mobile" | "attacker";

/** One end of a cable. The lab itself sets `addresses` only where it also configures the place (namespaces). */
export interface Port {
  readonly place: Place | "switch" | "machine" | "line";
  readonly name: string;
  readonly mac: string;
  readonly addresses: readonly string[];
  /** The bridge of this place that the port is plugged into. */
  readonly bridge?: string;
}

/** A pair of ports that are connected. */
export type Cable = readonly [Port, Port];

const port = (place: Port["place"], name: string, mac: string, ...addresses: string[]): Port => ({
  place,
  name,
  mac: `02:00:00:00:${mac}`,
  addresses,
});
const plugged = (bridge: string, to: Port): Port => ({ ...to, bridge });

export const cables: readonly Cable[] = [
  [
    port("internet", "colo", "ee:01", "11.0.1.1/24", "2001:db8:c010::1/64"),
    port("colo", "ens3", "0c:01", "11.0.1.2/24", "2001:db8:c010::2/64"),
  ],
  [port("internet", "isp", "ee:02", "11.0.2.1/24"), port("isp", "upstream", "15:02", "11.0.2.2/24")],
  [port("internet", "web4", "ee:03", "11.0.3.1/24"), port("web4", "eth0", "e4:01", "11.0.3.2/24")],
  [
    port("internet", "web46", "ee:04", "11.0.4.1/24", "2001:db8:46::1/64"),
    port("web46", "eth0", "46:01", "11.0.4.2/24", "2001:db8:46::2/64"),
  ],
  [port("internet", "web6", "ee:06", "2001:db8:6::1/64"), port("web6", "eth0", "e6:01", "2001:db8:6::2/64")],
  [
    port("internet", "attacker", "ee:05", "11.0.5.1/24", "2001:db8:bad::1/64"),
    port("attacker", "eth0", "ba:01", "11.0.5.2/24", "2001:db8:bad::2/64"),
  ],
  [port("isp", "home", "15:01", "10.99.0.1/24"), port("home", "enp2s0", "04:02", "10.99.0.100/24")],
  [port("isp", "cabin", "15:03", "10.98.0.1/24"), port("cabin", "enp2s0", "0b:02", "10.98.0.100/24")],
  [plugged("lan3", port("switch", "cabin1", "5e:21")), port("cabin", "enp1s0", "0b:01")],
  [plugged("lan", port("switch", "home1", "5e:01")), port("home", "enp1s0", "04:01")],
  [plugged("lan", port("switch", "laptop", "5e:02")), port("laptop", "eth0", "01:01")],
  [plugged("lan", port("switch", "phone", "5e:03")), port("phone", "eth0", "01:02")],
  [plugged("lan2", port("switch", "home3", "5e:11")), port("home", "enp3s0", "04:03")],
  [plugged("lan2", port("switch", "printer", "5e:12")), port("printer", "eth0", "03:01")],
  [
    plugged("v6-mgmt", port("machine", "v6-mgmt-colo", "3a:0c")),
    port("colo", "mgmt0", "0c:0f", "fd00:1ab::c/64"),
  ],
  [
    plugged("v6-mgmt", port("machine", "v6-mgmt-home", "3a:04")),
    port("home", "mgmt0", "04:0f", "fd00:1ab::4/64"),
  ],
  [
    plugged("v6-mgmt", port("machine", "v6-mgmt-cabin", "3a:0b")),
    port("cabin", "mgmt0", "0b:0f", "fd00:1ab::b/64"),
  ],
];

/** A second ISP, which the home has where somebody adds it: IPv4 only as well, and a NAT44 of its own. */
export const mobileCables: readonly Cable[] = [
  [port("internet", "mobile", "ee:07", "11.0.6.1/24"), port("mobile", "upstream", "6b:02", "11.0.6.2/24")],
  [port("mobile", "home", "6b:01", "10.97.0.1/24"), port("home", "wwan0", "04:07", "10.97.0.100/24")],
];

/** What single tests add to the picture; whoever takes the lab away takes these along. */
export const testNamespaces = { behind: "v6-behind", tagged: "v6-tagged" } as const;

/** The management network: a bridge in the machine's own namespace, by which it reaches the hosts. */
export const management = {
  bridge: "v6-mgmt",
  machine: "fd00:1ab::1/64",
  hosts: { colo: "fd00:1ab::c", home: "fd00:1ab::4", cabin: "fd00:1ab::b" },
} as const;

/** What the article calls its prefixes; the internet routes the site prefix to the colo. */
export const prefixes = { site: "2001:db8:beef::/48", home: "2001:db8:beef:100::/56" } as const;

/** The name servers of the lab's internet: all of them are addresses of the place `internet`. */
export const nameServers = {
  authority: ["11.0.255.10", "2001:db8:53::10"],
  resolver: ["11.0.255.53", "2001:db8:53::53"],
  /** The one that asks others, as those of the internet's users do. */
  recursor: ["11.0.255.54", "2001:db8:53::54"],
} as const;

/** The address range that the ISP hands out behind its NAT44. */
export const ispLease = { first: "10.99.0.100", last: "10.99.0.199", router: "10.99.0.1" } as const;

/** The namespace of a place. */
export function namespaceOf(place: Port["place"]): string {
  return `v6-${place}`;
}

/** All places, in the order in which they are shown. */
export const places: readonly Place[] = [
  "internet",
  "isp",
  "colo",
  "home",
  "cabin",
  ...clientNames,
  ...webNames,
  "attacker",
];

/** Tells a host from a plain namespace. */
export function isHost(place: Port["place"]): place is AnyHostName {
  return allHostNames.some((name) => name === place);
}

/** The ports of one place. */
export function portsOf(place: Port["place"]): readonly Port[] {
  return cables.flat().filter((end) => end.place === place);
}

/** The interface identifier that a device forms by SLAAC without privacy addresses (modified EUI-64). */
export function interfaceIdentifier(mac: string): string {
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = mac.split(":").map((byte) => Number.parseInt(byte, 16));
  const groups = [((a ^ 2) << 8) | b, (c << 8) | 0xff, 0xfe00 | d, (e << 8) | f];
  return `::${groups.map((group) => group.toString(16)).join(":")}`.replace(/^::(?:0:)+/, "::");
}
