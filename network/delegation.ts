import type { LanHost } from "./lan-host";
import type { Prefix } from "./prefix";

/** The lengths of what can be delegated: one network behind a router, or sixteen. */
export const delegatedLengths = [60, 64] as const;
export type DelegatedLength = (typeof delegatedLengths)[number];

/** A part of the site's /56 for a router behind the gateway (RFC 8415, section 6.3). */
export interface Delegation {
  /** The router; what DHCPv6 gives it is the next hop. */
  readonly host: LanHost;
  readonly prefix: Prefix;
}

/** The prefix of a length whose first /64 has a number within the site's /56. */
export const delegatedPrefix = (site: Prefix, length: DelegatedLength, subnet: number): Prefix =>
  site.subnet(length, subnet / 2 ** (64 - length));
