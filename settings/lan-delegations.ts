import { segmentNumbers, type Segment } from "../network/address-plan";
import { delegatedLengths, type DelegatedLength } from "../network/delegation";
import { mistaken, quote, sentence, valid, type Result } from "./result";
import type { DelegationSettings, HostSettings } from "./settings";
import { fieldsOf } from "./source";
import { hostLabel, integer, orElse, type Parser } from "./values";

const length: Parser<DelegatedLength> = (given, where): Result<DelegatedLength> => {
  const found = delegatedLengths.find((each) => given === each || given === String(each));
  return found === undefined
    ? mistaken({
        where,
        given: quote(given),
        allowed: delegatedLengths.join(" or "),
        todo: "a /60 has 16 networks, a /64 one",
      })
    : valid(found);
};

/** A prefix of `lan.delegations`. */
export const delegation: Parser<DelegationSettings> = fieldsOf<DelegationSettings>(
  {
    host: hostLabel,
    subnet: integer(
      segmentNumbers.first,
      segmentNumbers.last,
      "the number of its first /64 within the /56, beside those of the segments",
    ),
    length: orElse(60, length),
  },
  ["length"],
);

const count = ({ length }: DelegationSettings) => 2 ** (64 - length);
const text = (each: DelegationSettings) =>
  count(each) === 1 ? `subnet ${each.subnet}` : `subnets ${each.subnet} to ${each.subnet + count(each) - 1}`;

/** Routers that are no machine of the list or have a prefix already, and prefixes that are not free. */
export function conflictsOfDelegations(
  delegations: readonly DelegationSettings[],
  hosts: readonly HostSettings[],
  segments: readonly Segment[],
): string[] {
  return delegations.flatMap((each, index) => {
    const where = `lan.delegations[${index}]`;
    const earlier = delegations.slice(0, index);
    const overlaps = (subnet: number, many = 1) =>
      each.subnet < subnet + many && subnet < each.subnet + count(each);
    const segment = segments.find(({ subnet }) => overlaps(subnet));
    const twin = earlier.find((other) => overlaps(other.subnet, count(other)));
    const owner =
      segment === undefined ? twin && `the delegation to ${twin.host}` : `segment ${segment.name}`;
    return [
      ...(hosts.some(({ name }) => name === each.host)
        ? []
        : [
            sentence({
              where: `${where}.host`,
              given: quote(each.host),
              allowed: "the name of a machine of lan.hosts",
              todo: "add the router there, by its MAC or DUID",
            }),
          ]),
      ...(earlier.some(({ host }) => host === each.host)
        ? [
            sentence({
              where: `${where}.host`,
              given: `${quote(each.host)}, which has a prefix already`,
              allowed: "one for each router",
              todo: "delegate a /60, which holds 16 networks",
            }),
          ]
        : []),
      ...(each.subnet % count(each) === 0
        ? []
        : [
            sentence({
              where: `${where}.subnet`,
              given: `${each.subnet} for the /${each.length} of ${each.host}`,
              allowed: `a multiple of ${count(each)}`,
              todo: `choose for instance ${Math.min(240, Math.ceil(each.subnet / count(each)) * count(each))}`,
            }),
          ]),
      ...(owner === undefined
        ? []
        : [
            sentence({
              where: `${where}.subnet`,
              given: `${text(each)} for ${each.host}, which overlaps ${owner}`,
              allowed: "what neither a segment nor another delegation has",
              todo: "choose another number",
            }),
          ]),
    ];
  });
}
