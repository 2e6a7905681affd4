import type { SegmentAddresses } from "../network/address-plan";
import { table } from "./nftables";

/** The set of the ruleset that holds the addresses of the names that a segment may reach. */
export const namesSet = (segment: Pick<SegmentAddresses, "name">): string => `names_${segment.name}`;

/**
 * Lines of dnsmasq.conf(5) that put the addresses of allowed names, and of all names below them, into the set of each
 * segment that may reach them, whenever anybody looks them up. dnsmasq heeds the longest name that fits, and only that.
 */
export function renderAllowedNames(segments: readonly SegmentAddresses[]): string[] {
  const allowed = segments.flatMap((segment) =>
    segment.allow.flatMap((each) => (typeof each === "string" ? [{ name: each, segment }] : [])),
  );
  const names = [...new Set(allowed.map(({ name }) => name))].sort();
  if (names.length === 0) return [];
  return [
    "",
    "# What devices may reach by name",
    ...names.map((name) => {
      const sets = allowed
        .filter((each) => name === each.name || name.endsWith(`.${each.name}`))
        .map(({ segment }) => `6#${table.replace(" ", "#")}#${namesSet(segment)}`);
      return `nftset=/${name}/${[...new Set(sets)].join(",")}`;
    }),
  ];
}
