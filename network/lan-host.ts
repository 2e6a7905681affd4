import type { Address } from "./address";
import type { SegmentAddresses } from "./address-plan";

/** A machine on the LAN that somebody has named. */
export interface LanHost {
  /** Its label below the site's domain. */
  readonly name: string;
  readonly segment: SegmentAddresses;
  /** What its leases are known by: one of the two. */
  readonly mac?: string;
  /** DHCP unique identifier (RFC 8415, section 11) in hexadecimal pairs. */
  readonly duid?: string;
  /** What DHCPv6 gives it. */
  readonly reserved: Address;
  /** All that its name stands for: the reserved one first, then that of SLAAC if it is another. */
  readonly addresses: readonly Address[];
  /** The class of its boot files, if it boots over the network. */
  readonly boot?: string;
  /** Whether its name is known on the internet. */
  readonly public: boolean;
}

/** The interface identifier that SLAAC makes of a MAC: modified EUI-64 (RFC 4291, appendix A). */
export function eui64(mac: string): bigint {
  const bytes = mac.split(":").map((byte) => BigInt(Number.parseInt(byte, 16)));
  const whole = [...bytes.slice(0, 3), 0xffn, 0xfen, ...bytes.slice(3)];
  // The universal/local bit is turned round.
  return whole.reduce((id, byte) => (id << 8n) | byte, 0n) ^ (1n << 57n);
}
