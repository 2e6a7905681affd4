import { Address } from "../network/address";
import { Prefix } from "../network/prefix";
import { uniqueLocal } from "../network/well-known";

/** A prefix or an address of the plan, and where it was found. */
export interface Found {
  readonly where: string;
  readonly text: string;
  /** How long a segment's prefix may be; what routers behind the gateway were given is among its sources. @default 64 */
  readonly lengths?: readonly number[];
}

/** What was found of a site's plan; docs/NETWORK.md, "Address plan". */
export interface FoundPlan {
  /** The colo's /48. */
  readonly colo?: Found | undefined;
  /** The site's /56. */
  readonly site?: Found | undefined;
  /** The segments' /64s, by name. */
  readonly segments?: readonly Found[];
  /** Prefixes and addresses of the tunnel's ends. */
  readonly tunnel?: readonly Found[];
}

const repair = "set colo.prefix, tunnel.prefix, site.number and lan.segments so that they are";

/** Sentences about what lies where it must not. What was not found is not judged. */
export function judgePlan({ colo, site, segments = [], tunnel = [] }: FoundPlan): string[] {
  return [
    ...(colo === undefined ? [] : misplaced(colo, [48])),
    ...(site === undefined ? [] : misplaced(site, [56], colo)),
    ...segments.flatMap((segment) => misplaced(segment, segment.lengths ?? [64], site)),
    ...segments.flatMap((one, index) =>
      segments
        .slice(index + 1)
        .filter((other) => parsed(one)?.overlaps(parsed(other) ?? nowhere) === true)
        .map(
          (other) =>
            `${other.where}: given ${other.text}, which overlaps ${one.where} (${one.text}); allowed are disjoint ` +
            `segments; ${repair}`,
        ),
    ),
    ...tunnel.flatMap((each) => {
      const prefix = parsed(each);
      return prefix !== undefined && uniqueLocal.contains(prefix)
        ? []
        : [
            `${each.where}: given ${each.text}; allowed for the ends of tunnels is a unique local address of ` +
              `${uniqueLocal} (RFC 4193); ${repair}`,
          ];
    }),
  ];
}

/** Overlaps nothing that is IPv6. */
const nowhere = Prefix.of("0.0.0.0/32");

/** A prefix, or a single address as a prefix of one. */
function parsed({ text }: Found): Prefix | undefined {
  const address = Address.parse(text);
  if (address !== undefined) return Prefix.around(address, address.family === 4 ? 32 : 128);
  const prefix = Prefix.parse(text);
  return prefix instanceof Prefix ? prefix : undefined;
}

/** Complains about a prefix of another length, or outside of the one that must hold it. */
function misplaced(given: Found, lengths: readonly number[], around?: Found): string[] {
  const prefix = parsed(given);
  const outer = around === undefined ? undefined : parsed(around);
  const fits =
    prefix?.family === 6 &&
    lengths.includes(prefix.length) &&
    (outer === undefined || outer.contains(prefix));
  if (fits) return [];
  const inside = around === undefined ? "" : ` inside ${around.text} (${around.where})`;
  return [
    `${given.where}: given ${given.text}; allowed is a ${lengths.map((length) => `/${length}`).join(" or ")}${inside}; ${repair}`,
  ];
}
