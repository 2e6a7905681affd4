import { Address, bitsOf } from "../network/address";
import type { PortRange } from "../network/pinhole";
import type { Prefix } from "../network/prefix";
import { mistaken, quote, sentence, valid } from "./result";
import { fieldsOf } from "./source";
import { hostLabel, listOf, oneOf, orElse, portRange, prefix, type Parser } from "./values";

/** The gateway has interface identifier 1 on every segment. */
const gatewayId = 1n;

/** The last 64 bits of an address, written as `::42`. */
export const interfaceId: Parser<bigint> = (given, where) => {
  const parsed = typeof given === "string" ? Address.parse(given) : undefined;
  return parsed?.family === 6 && parsed.value > gatewayId && parsed.value >> BigInt(bitsOf(6) - 64) === 0n
    ? valid(parsed.value)
    : mistaken({
        where,
        given: quote(given),
        allowed: "the last 64 bits of an address, as ::42, and not the gateway's ::1",
        todo: "see `ip -6 address` on the machine; reserve a fixed one there",
      });
};

/** What a pinhole opens, whatever it leads to. */
export interface Opening {
  readonly protocol: "tcp" | "udp";
  readonly port: PortRange;
  readonly from: readonly Prefix[];
}

/** A pinhole of `lan.pinholes`, as it is written. */
export interface PinholeFields extends Opening {
  readonly name: string;
  readonly segment: string;
  readonly host: bigint;
}

const ipv6Only = (given: Prefix): string | undefined => (given.family === 6 ? undefined : "not IPv6");

/** The fields of {@link Opening}, for whatever has them. */
export const openingFields = {
  protocol: oneOf(["tcp", "udp"], "other protocols need no pinhole or have none"),
  port: portRange,
  from: orElse([], listOf(prefix("IPv6 prefixes", "leave it out for everybody", ipv6Only))),
} as const;

/** A pinhole of `lan.pinholes`. */
export const pinhole: Parser<PinholeFields> = fieldsOf<PinholeFields>(
  { name: hostLabel, segment: hostLabel, host: interfaceId, ...openingFields },
  ["from"],
);

/** A segment that does not exist. */
export const unknownSegment = (where: string, given: string, names: readonly string[]): string =>
  sentence({
    where,
    given: quote(given),
    allowed: names.join(", ") || "a segment of lan.segments",
    todo: "name a segment of lan.segments",
  });

/** Pinholes into segments that do not exist, and two of one name. */
export function strangersAmong(pinholes: readonly PinholeFields[], segments: readonly string[]): string[] {
  const seen = new Set<string>();
  return pinholes.flatMap(({ name, segment }, index) => {
    const twin = seen.has(name);
    seen.add(name);
    return [
      ...(segments.includes(segment)
        ? []
        : [unknownSegment(`lan.pinholes[${index}].segment`, segment, segments)]),
      ...(twin
        ? [
            sentence({
              where: `lan.pinholes[${index}].name`,
              given: `${quote(name)}, which another pinhole has already`,
              allowed: "each only once",
              todo: "choose another name",
            }),
          ]
        : []),
    ];
  });
}

/** A pinhole and where it stands in the settings. */
export interface PlacedPinhole extends PinholeFields {
  readonly where: string;
}

/** Pinholes that open the same ports of a machine to the same people: the ruleset has each only once. */
export function overlapsAmong(pinholes: readonly PlacedPinhole[]): string[] {
  const earlier = new Map<string, PlacedPinhole[]>();
  return pinholes.flatMap((pinhole) => {
    const machine = [pinhole.segment, pinhole.host, pinhole.protocol].join(" ");
    const others = earlier.get(machine) ?? [];
    earlier.set(machine, [...others, pinhole]);
    const twin = others.find((other) => overlap(pinhole, other));
    if (twin === undefined) return [];
    return [
      sentence({
        where: `${pinhole.where}.port`,
        given: `${quote(portsText(pinhole))}, which pinhole ${twin.name} has at least in part (${portsText(twin)}) for the same machine`,
        allowed: "each only once",
        todo: "join the two pinholes",
      }),
    ];
  });
}

function overlap(a: PinholeFields, b: PinholeFields): boolean {
  const samePorts = a.port.first <= b.port.last && b.port.first <= a.port.last;
  const anybody = a.from.length === 0 && b.from.length === 0;
  return samePorts && (anybody || a.from.some((one) => b.from.some((other) => one.overlaps(other))));
}

const portsText = ({ port: { first, last } }: PinholeFields): string =>
  first === last ? String(first) : `${first}-${last}`;
