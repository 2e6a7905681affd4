import { Address } from "./address";
import type { PortRange } from "./pinhole";

/** Ports that Linux gives to what a host itself begins (ip-sysctl, ip_local_port_range). */
export const ephemeralPorts: PortRange = { first: 32768, last: 60999 };

/** Ports of an address that is shared with the host: above the privileged ones, below {@link ephemeralPorts}. */
export const sharedPorts: PortRange = { first: 10000, last: 32767 };

/** Ports of an address that nobody else uses: all but the privileged ones. */
export const sparePorts: PortRange = { first: 1024, last: 65535 };

/**
 * TCP port at which connections through a translator are refused, so that the refusal tells that they come through: that
 * of the discard service (RFC 863), which nobody has.
 */
export const refusedPort = 9;

/** Answers pings, and refuses connections, on Jool's IPv4 side: who hears it has been translated. Nobody routes it (RFC 7335). */
export const joolWitness = Address.of("192.0.0.7");

/** An IPv4 port of the colo that leads to a machine without IPv4. */
export interface PortForward {
  /** What it is for. */
  readonly name: string;
  readonly protocol: "tcp" | "udp";
  /** The port that visitors use. */
  readonly port: number;
  /** The machine. */
  readonly address: Address;
  /** The port on the machine. */
  readonly toPort: number;
}

/** What Jool translates to. */
export interface JoolPlan {
  /** IPv4 address of all that it translates. */
  readonly address: Address;
  /** Whether the host itself has that address, too. */
  readonly shared: boolean;
  /** Ports, and identifiers of pings, that it may use. */
  readonly ports: PortRange;
  readonly forwards: readonly PortForward[];
}

/** Which program translates, and what it needs to know. Tayga: see `nat64.pool4`. */
export type Translator =
  { readonly program: "tayga" } | { readonly program: "jool"; readonly jool: JoolPlan };

/** Whether a port lies in a range. */
export const holdsPort = ({ first, last }: PortRange, port: number): boolean => port >= first && port <= last;
