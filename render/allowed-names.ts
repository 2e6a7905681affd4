import { createHash } from "node:crypto";
import type { SegmentAddresses } from "../network/address-plan";
import { table, type NftSet } from "./nftables";

type Allowing = Pick<SegmentAddresses, "name" | "allow">;

/** Longer than names live in resolvers; what a device looks up again is renewed. */
const timeoutSec = 86_400;

/** The set of the ruleset that holds the addresses of all names that a segment may reach. */
export const namesSet = (segment: Pick<SegmentAddresses, "name">): string => `names_${segment.name}`;

const digest = (name: string) => createHash("sha256").update(name).digest("hex").slice(0, 8);

/** The set of those of one name alone. */
const setOf = (segment: Allowing, name: string) => `${namesSet(segment)}_${digest(name)}`;

/** What a flow bears that a name let begin. */
const markOf = (name: string) => `0x${digest(name)}`;

/** The names that a segment may reach, those that others lie below last. */
const namesOf = ({ allow }: Allowing): string[] =>
  allow
    .flatMap((each) => (typeof each === "string" ? [each] : []))
    .toSorted((a, b) => b.length - a.length || (a < b ? -1 : 1));

/** The sets of a segment's names: all of them, and each alone, which tells the marks of its flows apart. */
export function namesSets(segment: Allowing): NftSet[] {
  const dynamic = { size: 65_535, timeoutSec };
  return [
    {
      name: namesSet(segment),
      type: "ipv6_addr",
      dynamic,
      comment: "The same for names; filled by dnsmasq whenever one is looked up",
    },
    ...namesOf(segment).map((name): NftSet => ({
      name: setOf(segment, name),
      type: "ipv6_addr",
      dynamic,
      comment: `Those of ${name} alone`,
    })),
  ];
}

/** Rules that mark a new flow, which `match` describes, by the name that lets it begin. */
export const marking = (segment: Allowing, match: string): string[] =>
  namesOf(segment).map(
    (name) => `${match} ct state new ip6 daddr @${setOf(segment, name)} ct mark set ${markOf(name)}`,
  );

/** A condition: none of the segment's names has let this flow begin; nothing if it has no names. */
export function unmarked(segment: Allowing): string {
  const marks = namesOf(segment).map(markOf).sort();
  if (marks.length === 0) return "";
  return marks.length === 1 ? ` ct mark != ${marks[0] ?? ""}` : ` ct mark != { ${marks.join(", ")} }`;
}

/**
 * Lines of dnsmasq.conf(5) that put the addresses of allowed names, and of all names below them, into the sets of each
 * segment that may reach them, whenever anybody looks them up. dnsmasq heeds the longest name that fits, and only that.
 */
export function renderAllowedNames(segments: readonly SegmentAddresses[]): string[] {
  const allowed = segments.flatMap((segment) => namesOf(segment).map((name) => ({ name, segment })));
  const names = [...new Set(allowed.map(({ name }) => name))].sort();
  if (names.length === 0) return [];
  return [
    "",
    "# What devices may reach by name",
    ...names.map((name) => {
      const sets = allowed
        .filter((each) => name === each.name || name.endsWith(`.${each.name}`))
        .flatMap((each) => [namesSet(each.segment), setOf(each.segment, each.name)]);
      const operands = [...new Set(sets)].map((set) => `6#${table.replace(" ", "#")}#${set}`);
      return `nftset=/${name}/${operands.join(",")}`;
    }),
  ];
}
