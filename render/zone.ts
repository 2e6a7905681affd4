import type { Address } from "../network/address";
import type { Prefix } from "../network/prefix";
import { reverseName, reverseZone } from "../network/reverse";
import { nameServerLabel } from "../network/well-known";

/** A machine whose name is for everybody. */
export interface PublicHost {
  /** Host name label. */
  readonly name: string;
  /** Every address that the name has. */
  readonly addresses: readonly Address[];
}

/** What the zones of a site are made of. */
export interface PublicZones {
  /** The forward zone, without the final dot. */
  readonly zone: string;
  /** The site's /56; its reverse zone is the other one. */
  readonly prefix: Prefix;
  /** The colo, which answers for both: its IPv4 and its IPv6 address. */
  readonly servers: readonly [Address, Address];
  readonly hosts: readonly PublicHost[];
}

/** TTL of all records in seconds. A renumbering or a key for ACME should not have to wait long. */
const ttlSec = 300;

/**
 * Seconds of the SOA: how often the colo asks if it hears no NOTIFY, and how soon again; for how long it answers without
 * the home (four weeks, the most that RFC 1912, section 2.2, recommends); how long somebody may remember that a name is
 * not there (RFC 2308).
 */
const soa = { refresh: 300, retry: 60, expire: 2_419_200, negative: 60 } as const;

/** Serial number 0 stands for the one that the host makes (assets/names/next-zone.sh): a rendering knows no clock. */
function head(origin: string, server: string): string[] {
  const { refresh, retry, expire, negative } = soa;
  return [
    `$TTL ${ttlSec}`,
    `$ORIGIN ${origin}.`,
    `@ SOA ${server} hostmaster.${server.slice(server.indexOf(".") + 1)} 0 ${refresh} ${retry} ${expire} ${negative}`,
    `@ NS ${server}`,
  ];
}

const server = (zone: string) => `${nameServerLabel}.${zone}.`;
const record = (name: string, address: Address) =>
  `${name} ${address.family === 4 ? "A" : "AAAA"} ${address}`;

/** The forward zone (RFC 1035, section 5; RFC 3596), a line for each address. */
export function renderForwardZone({ zone, servers, hosts }: PublicZones): string {
  return [
    ...head(zone, server(zone)),
    ...servers.map((address) => record(nameServerLabel, address)),
    ...hosts.flatMap(({ name, addresses }) => addresses.map((address) => record(name, address))),
    "",
  ].join("\n");
}

/** The reverse zone of the site's prefix, a line for each address that lies in it. */
export function renderReverseZone({ zone, prefix, hosts }: PublicZones): string {
  const origin = reverseZone(prefix);
  return [
    ...head(origin, server(zone)),
    ...hosts.flatMap(({ name, addresses }) =>
      addresses
        .filter((address) => prefix.contains(address))
        .map((address) => `${reverseName(address).slice(0, -origin.length - 1)} PTR ${name}.${zone}.`),
    ),
    "",
  ].join("\n");
}

/** What the parents of both zones must have: the name server, and where it is under its own name (glue). */
export function delegationsOf({ zone, prefix, servers }: Omit<PublicZones, "hosts">) {
  const own = (origin: string) => `${origin}. NS ${server(zone)}`;
  const glue = servers.map((address) => record(server(zone), address));
  return { [zone]: [own(zone), ...glue], [reverseZone(prefix)]: [own(reverseZone(prefix))] };
}
