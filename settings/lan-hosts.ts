import { Address } from "../network/address";
import { eui64 } from "../network/lan-host";
import { andThen, mistaken, quote, sentence, valid, type Result } from "./result";
import type { HostSettings } from "./settings";
import { fieldsOf } from "./source";
import { hostLabel, inQuotes, listOf, matching, oneOf, orElse, yesOrNo, type Parser } from "./values";
import { interfaceId, openingFields, unknownSegment, type Opening, type PlacedPinhole } from "./lan-pinholes";

/** How a machine forms its address by SLAAC: from its MAC, with a token that is its suffix, or in no way that is known. */
const slaacWays = ["eui64", "token", "none"] as const;

interface HostFields {
  readonly name: string;
  readonly segment: string;
  readonly mac: string | undefined;
  readonly duid: string | undefined;
  readonly suffix: bigint | undefined;
  readonly slaac: (typeof slaacWays)[number] | undefined;
  readonly pinholes: readonly Opening[];
  readonly boot: string | undefined;
  readonly public: boolean;
}

/** What dnsmasq reads as a word of its own or as a lease time where a machine's name stands (option.c, `dhcp-host`). */
const notNames = /^(ignore|infinite|\d+[wdhms]?)$/;

const name: Parser<string> = (given, where) =>
  andThen(hostLabel(given, where), (text) =>
    notNames.test(text)
      ? mistaken({
          where,
          given: `${quote(text)}, which dnsmasq takes for a word of its own`,
          allowed:
            "any label but ignore, infinite, and a number alone or with one of w, d, h, m, s behind it",
          todo: "choose another name",
        })
      : valid(text),
  );

/** Identifiers as Windows shows them, too. */
const byColons = (text: string) => text.toLowerCase().replaceAll("-", ":");

const mac: Parser<string> = inQuotes((given, where) => {
  const text = typeof given === "string" ? byColons(given) : "";
  // An odd first byte is a group's (IEEE 802).
  return /^[0-9a-f][02468ace](:[0-9a-f]{2}){5}$/.test(text) && !/^(00:){5}00$/.test(text)
    ? valid(text)
    : mistaken({
        where,
        given: quote(given),
        allowed: "the MAC of one machine, as 02:00:5e:10:00:01",
        todo: "see `ip link` on the machine",
      });
});

/** RFC 8415, section 11.1: a type of two bytes, then 1 to 128. */
const duid: Parser<string> = (given, where) =>
  andThen(
    matching(
      /^[0-9a-f]{2}([:-][0-9a-f]{2}){2,129}$/i,
      "a DHCP unique identifier, as 00:03:00:01:02:00:5e:10:00:01",
      "see the lease of the machine, /var/lib/ipv6-home-dnsmasq/leases on the gateway",
    )(given, where),
    (text) => valid(byColons(text)),
  );

const fields: Parser<HostFields> = fieldsOf<HostFields>(
  {
    name,
    segment: hostLabel,
    mac: orElse(undefined, mac),
    duid: orElse(undefined, duid),
    suffix: orElse(undefined, interfaceId),
    slaac: orElse(undefined, oneOf(slaacWays, "how the machine forms its address, see docs/NAMES.md")),
    pinholes: orElse([], listOf(fieldsOf<Opening>(openingFields, ["from"]))),
    boot: orElse(undefined, hostLabel),
    public: orElse(false, yesOrNo("true gives it a name on the internet as well")),
  },
  ["mac", "duid", "suffix", "slaac", "pinholes", "boot", "public"],
);

/** A machine of `lan.hosts`. */
export const host: Parser<HostSettings> = (given, where) =>
  andThen(fields(given, where), ({ mac, duid, suffix, slaac, ...rest }): Result<HostSettings> => {
    const lacks = (field: string, given: string, allowed: string, todo: string) =>
      mistaken({ where: `${where}.${field}`, given, allowed, todo });
    if ((mac === undefined) === (duid === undefined))
      return lacks(
        "mac",
        mac === undefined ? "neither mac nor duid" : "both mac and duid",
        "one of the two",
        "name the machine by the one that it keeps",
      );
    const fromMac = mac === undefined ? undefined : eui64(mac);
    const reservedId = suffix ?? fromMac;
    if (reservedId === undefined)
      return lacks(
        "suffix",
        "nothing",
        "the last 64 bits of an address, as ::42",
        "a DUID gives no address, so choose one",
      );
    const way = slaac ?? (fromMac === undefined ? "token" : "eui64");
    if (way === "eui64" && fromMac === undefined)
      return lacks(
        "slaac",
        '"eui64"',
        "eui64 beside a mac only",
        "name the machine by its mac, or set token",
      );
    if (way === "token" && suffix === undefined)
      return lacks("slaac", '"token"', "token beside a suffix only", "add the suffix that is its token");
    const ids = way === "eui64" && fromMac !== undefined ? [reservedId, fromMac] : [reservedId];
    return valid({
      ...rest,
      ...(mac === undefined ? { duid: duid ?? "" } : { mac }),
      reservedId,
      interfaceIds: [...new Set(ids)],
    });
  });

/** The pinholes of machines, each named after its machine, for every address that the machine has. */
export const pinholesOfHosts = (hosts: readonly HostSettings[]): PlacedPinhole[] =>
  hosts.flatMap(({ name, segment, interfaceIds, pinholes }, index) =>
    pinholes.flatMap((opening, at) =>
      interfaceIds.map((host) => ({
        ...opening,
        name,
        segment,
        host,
        where: `lan.hosts[${index}].pinholes[${at}]`,
      })),
    ),
  );

/** Segments that do not exist, and things that only one machine may have: name, MAC, DUID, addresses. */
export function conflictsAmongHosts(hosts: readonly HostSettings[], segments: readonly string[]): string[] {
  const owners = new Map<string, string>();
  return hosts.flatMap((host, index) => {
    const where = `lan.hosts[${index}]`;
    const only = (field: string, given: string, key: string, owner: string, todo: string): string[] => {
      // An index says little in a list of a thousand.
      const whose = field === "name" ? "" : ` for ${host.name}`;
      const other = owners.get(key);
      owners.set(key, other ?? owner);
      return other === undefined
        ? []
        : [
            sentence({
              where: `${where}.${field}`,
              given: `${quote(given)}${whose}, which ${other} has already`,
              allowed: "each only once",
              todo,
            }),
          ];
    };
    return [
      ...(segments.includes(host.segment)
        ? []
        : [unknownSegment(`${where}.segment`, host.segment, segments)]),
      ...only(
        "name",
        host.name,
        `name ${host.name}`,
        `the machine in ${host.segment}`,
        "choose another name",
      ),
      ...(host.mac === undefined
        ? []
        : only("mac", host.mac, host.mac, `machine ${host.name}`, "name each machine once")),
      ...(host.duid === undefined
        ? []
        : only("duid", host.duid, host.duid, `machine ${host.name}`, "name each machine once")),
      ...host.interfaceIds.flatMap((id) =>
        only(
          "suffix",
          new Address(6, id).toString(),
          `${host.segment} ${id}`,
          `machine ${host.name}`,
          "choose another suffix",
        ),
      ),
    ];
  });
}
