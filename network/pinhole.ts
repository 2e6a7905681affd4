import type { Address } from "./address";
import type { Prefix } from "./prefix";

/** Ports from `first` to `last`, both included. */
export interface PortRange {
  readonly first: number;
  readonly last: number;
}

/** A way in through the home's firewall to one machine on the LAN. */
export interface Pinhole {
  /** What it is for; shows in the ruleset. */
  readonly name: string;
  /** The machine. */
  readonly address: Address;
  readonly protocol: "tcp" | "udp";
  readonly ports: PortRange;
  /** Who may use it; everybody if empty. */
  readonly from: readonly Prefix[];
}
