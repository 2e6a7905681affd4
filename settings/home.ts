import { Address, bitsOf } from "../network/address";
import { segmentNumbers, siteNumbers, type Segment } from "../network/address-plan";
import type { Prefix } from "../network/prefix";
import { parseCommon } from "./common";
import { all, andThen, mistaken, quote, sentence, valid, type Result } from "./result";
import type { HomeSettings, PinholeSettings } from "./settings";
import { fieldsOf, type SettingSource } from "./source";
import {
  domainName,
  hostLabel,
  integer,
  interfaceName,
  listOf,
  matching,
  oneOf,
  portRange,
  prefix,
  type Parser,
} from "./values";

/** The gateway has interface identifier 1 on every segment. */
const gatewayId = 1n;

const segment: Parser<Segment> = fieldsOf<Segment>({
  name: hostLabel,
  subnet: integer(segmentNumbers.first, segmentNumbers.last, "number 0 is the gateway's own; a /56 has 256"),
  interface: interfaceName,
});

/** The last 64 bits of an address, written as `::42`. */
const interfaceId: Parser<bigint> = (given, where) => {
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

const fromAnywhere = listOf(prefix("IPv6 prefixes", "leave it out for everybody", ipv6Only));

function ipv6Only(given: Prefix): string | undefined {
  return given.family === 6 ? undefined : "not IPv6";
}

interface PinholeFields {
  readonly name: string;
  readonly segment: string;
  readonly host: bigint;
  readonly protocol: PinholeSettings["protocol"];
  readonly port: PinholeSettings["ports"];
  readonly from: PinholeSettings["from"];
}

const pinhole: Parser<PinholeFields> = fieldsOf<PinholeFields>(
  {
    name: hostLabel,
    segment: hostLabel,
    host: interfaceId,
    protocol: oneOf(["tcp", "udp"], "other protocols need no pinhole or have none"),
    port: portRange,
    from: (given, where) => fromAnywhere(given ?? [], where),
  },
  ["from"],
);

/** Parses the settings of a home stack. */
export function parseHome(source: SettingSource): Result<HomeSettings> {
  const { login, observe, guardWindowSec, driftKey, packagesAtRemoval, wan } = parseCommon(source);
  const segments = source.read("lan.segments", listOf(segment));
  const pinholes = source.read("lan.pinholes", listOf(pinhole));
  const settings = all<HomeSettings>({
    role: valid("home" as const),
    login,
    observe,
    guardWindowSec,
    driftKey,
    packagesAtRemoval,
    wan,
    coloStack: source.optional(
      "colo.stack",
      matching(
        /^[\w.-]+(\/[\w.-]+){2}$/,
        "organization/project/stack",
        "see `pulumi stack ls --all`; leave it out for colo beside this one",
      ),
    ),
    siteNumber: source.read(
      "site.number",
      integer(siteNumbers.first, siteNumbers.last, "a /48 has 256 sites; number 0 is the colo"),
    ),
    keyEpoch: source.read(
      "tunnel.keyEpoch",
      integer(1, Number.MAX_SAFE_INTEGER, "add one to rotate the keys"),
    ),
    domain: source.read("lan.domain", domainName),
    segments,
    pinholes: andThen(pinholes, (list) =>
      valid(list.map(({ host, port, ...rest }) => ({ ...rest, interfaceId: host, ports: port }))),
    ),
  });

  // Read on its own, so that a wrong MTU does not hide a conflict.
  const wanInterface = source.read("wan.interface", interfaceName);
  const problems = [
    ...(segments.ok ? conflictsAmong(segments.value, wanInterface.ok ? wanInterface.value : undefined) : []),
    ...(segments.ok && pinholes.ok ? strangersAmong(pinholes.value, segments.value) : []),
    ...(pinholes.ok ? overlapsAmong(pinholes.value) : []),
  ];
  return problems.length === 0
    ? settings
    : { ok: false, problems: [...(settings.ok ? [] : settings.problems), ...problems] };
}

/** Things that only one segment may have: its name, its /64, its interface, which is not the WAN's. */
function conflictsAmong(segments: readonly Segment[], wanInterface: string | undefined): string[] {
  const conflict = (where: string, given: string, owner: string, todo: string) =>
    sentence({ where, given: `${given}, which ${owner} has already`, allowed: "each only once", todo });
  return segments.flatMap((segment, index) => {
    const earlier = segments.slice(0, index);
    const where = `lan.segments[${index}]`;
    const twin = (field: keyof Segment) => earlier.find((other) => other[field] === segment[field]);
    return [
      ...[twin("name")].flatMap((other) =>
        other
          ? [conflict(`${where}.name`, quote(segment.name), `subnet ${other.subnet}`, "choose another name")]
          : [],
      ),
      ...[twin("subnet")].flatMap((other) =>
        other
          ? [
              conflict(
                `${where}.subnet`,
                String(segment.subnet),
                `segment ${other.name}`,
                "their /64s would overlap; choose another number",
              ),
            ]
          : [],
      ),
      ...[twin("interface")].flatMap((other) =>
        other
          ? [
              conflict(
                `${where}.interface`,
                quote(segment.interface),
                `segment ${other.name}`,
                "one segment per interface",
              ),
            ]
          : [],
      ),
      ...(segment.interface === wanInterface
        ? [
            conflict(
              `${where}.interface`,
              quote(segment.interface),
              "the WAN",
              "choose the interface of the LAN",
            ),
          ]
        : []),
    ];
  });
}

/** Pinholes into segments that do not exist, and two of one name. */
function strangersAmong(pinholes: readonly PinholeFields[], segments: readonly Segment[]): string[] {
  const names = segments.map(({ name }) => name);
  const known = new Set(names);
  const seen = new Set<string>();
  return pinholes.flatMap((pinhole, index) => {
    const twin = seen.has(pinhole.name);
    seen.add(pinhole.name);
    return [
      ...(known.has(pinhole.segment)
        ? []
        : [
            sentence({
              where: `lan.pinholes[${index}].segment`,
              given: quote(pinhole.segment),
              allowed: names.join(", ") || "a segment of lan.segments",
              todo: "name a segment of lan.segments",
            }),
          ]),
      ...(twin
        ? [
            sentence({
              where: `lan.pinholes[${index}].name`,
              given: `${quote(pinhole.name)}, which another pinhole has already`,
              allowed: "each only once",
              todo: "choose another name",
            }),
          ]
        : []),
    ];
  });
}

/** Pinholes that open the same ports of a machine to the same people: the ruleset has each only once. */
function overlapsAmong(pinholes: readonly PinholeFields[]): string[] {
  const earlier = new Map<string, PinholeFields[]>();
  return pinholes.flatMap((pinhole, index) => {
    const machine = [pinhole.segment, pinhole.host, pinhole.protocol].join(" ");
    const others = earlier.get(machine) ?? [];
    earlier.set(machine, [...others, pinhole]);
    const twin = others.find((other) => overlap(pinhole, other));
    if (twin === undefined) return [];
    return [
      sentence({
        where: `lan.pinholes[${index}].port`,
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
