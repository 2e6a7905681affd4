import type { Address } from "./address";

/** A way of a home to the internet, for its tunnel alone: the addresses behind it do not depend on it. */
export interface Uplink {
  /** Lower-case label, unique within the site. */
  readonly name: string;
  /** Interface of the gateway. */
  readonly interface: string;
  /** Whether its bytes cost: it is asked as seldom as possible, and not all segments may use it. */
  readonly metered: boolean;
  /** MTU of the IPv4 path to the colo, in bytes. */
  readonly mtu: number;
  /** IPv4 address that is asked out of this uplink for an answer; the colo's if there is none. */
  readonly probe: Address | undefined;
  /** Good answers that bring it back into use, 250 ms apart. */
  readonly answers: number;
}

/** Names that mean something else where uplinks are named. */
export const reservedUplinkNames: readonly string[] = ["tunnel"];
