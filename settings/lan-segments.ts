import { segmentModes, segmentNumbers, type Segment, type SegmentMode } from "../network/address-plan";
import { Prefix } from "../network/prefix";
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
  type Parser,
} from "./values";

interface SegmentFields {
  readonly name: string;
  readonly subnet: number;
  readonly interface: string;
  readonly vlan: number | undefined;
  readonly mode: SegmentMode;
  readonly allow: readonly (Prefix | string)[];
}

/** What an iot segment may reach: a prefix, or a name whose addresses are looked up as its machines do. */
const allowed: Parser<Prefix | string> = (given, where) => {
  const text = typeof given === "string" ? given : "";
  const prefix = Prefix.parse(text);
  if (prefix instanceof Prefix) return valid(prefix);
  return isDomainName(text) && /[a-z]/.test(text)
    ? valid(text)
    : mistaken({
        where,
        given: quote(given),
        allowed: "a prefix such as 2001:db8:46::/64 or 192.0.2.0/24, or a lower-case host name",
        todo: "name what the devices of this segment may reach",
      });
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
  },
  ["vlan", "mode", "allow"],
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
      interface: device,
      ...(vlan === undefined ? {} : { vlan: { parent, id: vlan } }),
    });
  });

/** Things that only one segment may have: its name, its /64, its interface, which is not the WAN's. */
export function conflictsAmong(segments: readonly Segment[], wanInterface: string | undefined): string[] {
  return segments.flatMap((segment, index) => {
    const earlier = segments.slice(0, index);
    const conflict = (field: "name" | "subnet" | "interface", owner: string, todo: string) =>
      sentence({
        where: `lan.segments[${index}].${field}`,
        given: `${field === "subnet" ? String(segment.subnet) : quote(segment[field])}, which ${owner} has already`,
        allowed: "each only once",
        todo,
      });
    const twin = (field: "name" | "subnet" | "interface") =>
      earlier.find((other) => other[field] === segment[field]);
    const [name, subnet, device] = [twin("name"), twin("subnet"), twin("interface")];
    return [
      ...(name === undefined ? [] : [conflict("name", `subnet ${name.subnet}`, "choose another name")]),
      ...(subnet === undefined
        ? []
        : [conflict("subnet", `segment ${subnet.name}`, "their /64s would overlap; choose another number")]),
      ...(device === undefined
        ? []
        : [conflict("interface", `segment ${device.name}`, "one segment per interface")]),
      ...(segment.interface === wanInterface
        ? [conflict("interface", "the WAN", "choose the interface of the LAN")]
        : []),
    ];
  });
}
