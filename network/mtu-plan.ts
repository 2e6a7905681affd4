/** IPv6 packets of this size must pass any link (RFC 8200, section 5). */
export const minimumIpv6Mtu = 1280;

/** IPv4 (20) + UDP (8) + WireGuard data header and tag (32) bytes around each inner packet. */
const wireguardOverIpv4Overhead = 60;

/** The smallest MTU of the path between the tunnel's ends that leaves {@link minimumIpv6Mtu} inside. */
export const minimumUnderlayMtu = minimumIpv6Mtu + wireguardOverIpv4Overhead;

/** The largest MTU that the settings take: jumbo frames. */
export const maximumUnderlayMtu = 9000;

/** Every packet size of a tunnel and of what stands behind it, in bytes. */
export interface MtuPlan {
  /** IPv4 path between the two ends. */
  readonly underlay: number;
  /** WireGuard interface, and what router advertisements tell the LAN (RFC 4861, section 4.6.4). */
  readonly tunnel: number;
  /** Largest TCP segment over IPv6 through the tunnel: less IPv6 (40) and TCP (20) headers. */
  readonly mss: number;
  /** IPv4 side of the translator: the IPv4 header is 20 bytes shorter (RFC 7915, section 5.1). */
  readonly nat64Ipv4: number;
  /** EDNS buffer that never needs a fragment (DNS flag day 2020). */
  readonly edns: number;
}

/** Derives the plan from the MTU of the IPv4 path in bytes. Throws a RangeError outside the allowed range. */
export function mtuPlan(underlay: number): MtuPlan {
  if (!Number.isInteger(underlay) || underlay < minimumUnderlayMtu || underlay > maximumUnderlayMtu) {
    throw new RangeError(`no plan for an underlay MTU of ${underlay}`);
  }
  const tunnel = underlay - wireguardOverIpv4Overhead;
  return { underlay, tunnel, mss: tunnel - 60, nat64Ipv4: tunnel - 20, edns: 1232 };
}
