import { segmentModes, segmentNumbers, type Segment, type SegmentMode } from "../network/address-plan";
import { Address } from "../network/address";
import { Prefix } from "../network/prefix";
import { embedIpv4, globalUnicast, nat64Prefix, nonPublicIpv4 } from "../network/well-known";
import { andThen, mistaken, quote, sentence, valid, type Result } from "./result";
import { fieldsOf } from "./source";
import {
  hostLabel,
  integer,
  interfaceName,
  isDomainName,
  listOf,
  oneOf,
  orElse,
  yesOrNo,
  type Parser,
} from "./values";

interface SegmentFields {
  readonly name: string;
  readonly subnet: number;
  readonly interface: string;
  readonly vlan: number | undefined;
  readonly mode: SegmentMode;
  readonly allow: readonly (Prefix | string)[];
  readonly onMetered: boolean | undefined;
}

/** What an iot segment may reach: a prefix, or a name whose addresses are looked up as its machines do. */
const allowed: Parser<Prefix | string> = (given, where) => {
  const text = typeof given === "string" ? given : "";
  const refused = (problem?: string) =>
    mistaken({
      where,
      given: problem === undefined ? quote(given) : `${quote(given)}, which is ${problem}`,
      allowed:
        "a prefix of the internet such as 2001:db8:46::/64 or 192.0.2.0/24, or a lower-case host name, which stands for all below it too",
      todo: "name what the devices of this segment may reach",
    });
  const prefix = Prefix.parse(text);
  if (prefix instanceof Prefix)
    return isOutside(prefix) ? valid(prefix) : refused("nowhere that the tunnel leads to");
  if (Address.parse(text.split("/")[0] ?? "") !== undefined) return refused(prefix.problem);
  return isDomainName(text) && /[a-z]/.test(text) ? valid(text) : refused();
};

/** IPv4 that no translator leads to, also as NAT64 shows it. */
const unreachable = [...nonPublicIpv4, ...nonPublicIpv4.map((each) => embedIpv4(nat64Prefix, each))];

/** Whether anything of a prefix can be reached by the tunnel. */
const isOutside = (prefix: Prefix): boolean =>
  (prefix.family === 4 || [globalUnicast, nat64Prefix].some((each) => each.overlaps(prefix))) &&
  !unreachable.some((each) => each.contains(prefix));

const always = "every segment has it, whatever its mode; remove it";
/** What somebody may want to set by itself. */
const settled = {
  option108: "it follows from mode: v6mostly and guest have it; set mode, or remove it",
  ipv4: "it follows from mode: v6mostly, legacy and guest have it; set mode, or remove it",
  nat64: always,
  dns64: always,
  pref64: "every segment has it by radvd, whatever its mode; remove it",
};

const fields: Parser<SegmentFields> = fieldsOf<SegmentFields>(
  {
    name: hostLabel,
    subnet: integer(
      segmentNumbers.first,
      segmentNumbers.last,
      "number 0 is the gateway's own; a /56 has 256",
    ),
    interface: interfaceName,
    vlan: orElse(undefined, integer(1, 4094, "the number of an IEEE 802.1Q tag; leave it out for none")),
    mode: orElse("v6only", oneOf(segmentModes, "see docs/NETWORK.md, segments")),
    allow: orElse([], listOf(allowed)),
    onMetered: orElse(
      undefined,
      yesOrNo("false for a segment that has no way out while a metered uplink is used"),
    ),
  },
  ["vlan", "mode", "allow", "onMetered"],
  settled,
);

/** IFNAMSIZ, less the zero byte. */
const longestInterface = 15;

/** A segment of `lan.segments`. */
export const segment: Parser<Segment> = (given, where) =>
  andThen(fields(given, where), ({ interface: parent, vlan, ...rest }): Result<Segment> => {
    if (rest.allow.length > 0 && rest.mode !== "iot")
      return mistaken({
        where: `${where}.allow`,
        given: `a list in a segment of mode ${rest.mode}`,
        allowed: "this field in a segment of mode iot only",
        todo: "machines of the other modes reach everything outside; remove it, or set mode to iot",
      });
    if (vlan !== undefined && parent.endsWith(`.${vlan}`))
      return mistaken({
        where: `${where}.vlan`,
        given: `"${vlan}" on ${parent}, which has that tag already`,
        allowed: "a tag beside the interface that carries it",
        todo: `name the interface ${parent.slice(0, -`.${vlan}`.length)}, or leave vlan out`,
      });
    const device = vlan === undefined ? parent : `${parent}.${vlan}`;
    if (device.length > longestInterface)
      return mistaken({
        where: `${where}.vlan`,
        given: `${quote(device)} as the name of its interface`,
        allowed: `at most ${longestInterface} characters`,
        todo: "give the parent a shorter name (systemd.link(5))",
      });
    return valid({
      ...rest,
      onMetered: rest.onMetered ?? rest.mode !== "guest",
      interface: device,
      ...(vlan === undefined ? {} : { vlan: { parent, id: vlan } }),
    });
  });

/** Things that only one segment may have: its name, its /64, its interface, which is not the WAN's. */
export function conflictsAmong(segments: readonly Segment[], wanInterface: string | undefined): string[] {
  return segments.flatMap((segment, index) => {
    const earlier = segments.slice(0, index);
    const given = {
      name: quote(segment.name),
      subnet: `${segment.subnet} for ${segment.name}`,
      interface: `${quote(segment.interface)} for ${segment.name}`,
    };
    const conflict = (field: keyof typeof given, owner: string, todo: string) =>
      sentence({
        where: `lan.segments[${index}].${field}`,
        given: `${given[field]}, which ${owner} has already`,
        allowed: "each only once",
        todo,
      });
    const twin = (field: keyof typeof given) => earlier.find((other) => other[field] === segment[field]);
    const [name, subnet, device] = [twin("name"), twin("subnet"), twin("interface")];
    return [
      ...(name === undefined ? [] : [conflict("name", `subnet ${name.subnet}`, "choose another name")]),
      ...(subnet === undefined
        ? []
        : [conflict("subnet", `segment ${subnet.name}`, "their /64s would overlap; choose another number")]),
      ...(device === undefined
        ? []
        : [
            conflict(
              "interface",
              `segment ${device.name}`,
              "one segment per interface; another one on the same wire needs a vlan of its own",
            ),
          ]),
      ...(segment.interface === wanInterface
        ? [conflict("interface", "the WAN", "choose the interface of the LAN")]
        : []),
    ];
  });
}

/** Names that devices may reach, and that are those of machines at home. */
export const insidersAmong = (segments: readonly Segment[], domain: string): string[] =>
  segments.flatMap(({ allow }, index) =>
    allow.flatMap((each, at) =>
      typeof each === "string" && `.${each}`.endsWith(`.${domain}`)
        ? [
            sentence({
              where: `lan.segments[${index}].allow[${at}]`,
              given: `${quote(each)}, which is in lan.domain ${domain}`,
              allowed: "a name of the internet, because devices begin nothing with other segments",
              todo: "remove it; the other segments may connect to the devices",
            }),
          ]
        : [],
    ),
  );

/** Prefixes to log in from in which there are guests only, from whom nobody does. */
export const guestsAmong = (
  managementPrefixes: readonly Prefix[],
  segments: readonly Segment[],
  ipv4Prefix: Prefix,
): string[] =>
  managementPrefixes.flatMap((prefix, index) =>
    segments
      .filter(({ mode, subnet }) => mode === "guest" && ipv4Prefix.subnet(24, subnet).contains(prefix))
      .map(({ name, mode }) =>
        sentence({
          where: `ssh.managementPrefixes[${index}]`,
          given: `${quote(prefix.toString())}, which is the IPv4 of segment ${name}, whose mode is ${mode}`,
          allowed: "networks outside of such a segment, because nobody logs in from there",
          todo: "remove it",
        }),
      ),
  );
