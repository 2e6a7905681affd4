/**
 * Times of router advertisements, in seconds. Whichever daemon sends them, a host at home learns the same; dnsmasq has one
 * time for a lease, both lifetimes of a prefix, the resolver and the domain, see render/dnsmasq.ts.
 */
export const raPlan = {
  /** MaxRtrAdvInterval: 4 to 1800 (RFC 4861, section 6.2.1). */
  intervalSec: 200,
  /** AdvDefaultLifetime: at least the interval, at most 9000 (RFC 4861, section 6.2.1; RFC 8319, section 4). */
  routerLifetimeSec: 1800,
  /** The most that RFC 9096, section 3.2, recommends for a prefix; also the time of a lease. */
  preferredLifetimeSec: 2700,
  validLifetimeSec: 5400,
  /** RFC 8106, section 5.1: at least three intervals. As long as the router is one. */
  dnsLifetimeSec: 1800,
  /** RFC 8781, section 4.1: three intervals or more, in steps of 8 s, so that one lost advertisement takes nothing away. */
  pref64LifetimeSec: 1800,
} as const;

/** Which program sends the advertisements: radvd, also with PREF64; or dnsmasq, as everything else on the LAN. */
export const raDaemons = ["radvd", "dnsmasq"] as const;

/** How a gateway advertises itself. */
export type RaPlan =
  | { readonly daemon: "dnsmasq" }
  | {
      readonly daemon: "radvd";
      /** How long the tunnel may be down before the gateway is no default router any more (RFC 7084, G-4 and G-5). */
      readonly uplinkLossSec: number;
    };
