import { Address } from "./address";
import { Prefix } from "./prefix";

/** The lowest and highest number of a site: number 0 is the colo itself, a /48 holds 256 sites. */
export const siteNumbers = { first: 1, last: 255 } as const;

/** The lowest and highest number of a segment: number 0 is the gateway's own /64, a /56 holds 256. */
export const segmentNumbers = { first: 1, last: 255 } as const;

/** What the colo's own share of the address space is used for. */
export interface ColoAddresses {
  /** The /48 that the provider routes to the colo. */
  readonly prefix: Prefix;
  /** Site 0: the colo's own /56. */
  readonly own: Prefix;
  /** Resolver with DNS64, on the loopback interface. */
  readonly resolver: Address;
  /** The translator's own address, the source of its ICMPv6 errors. */
  readonly translator: Address;
  /** Name server of the sites' public zones, on the loopback interface. */
  readonly nameServer: Address;
  /** The ULA /64 of all tunnels. */
  readonly tunnelPrefix: Prefix;
  /** The colo's end of every tunnel. */
  readonly tunnel: Address;
  /** Where the colo tells how it and the homes are, on the loopback interface: a ULA, which nobody outside can name. */
  readonly monitor: Address;
}

/** Numbers the colo: the resolver is `::53`, the translator `::64`, the name server `::a53` of the /48; its tunnel end is `::1`, its monitor `::9090` of the ULA. */
export function coloAddresses(prefix: Prefix, tunnelPrefix: Prefix): ColoAddresses {
  return {
    prefix,
    own: prefix.subnet(56, 0),
    resolver: prefix.host(0x53n),
    translator: prefix.host(0x64n),
    nameServer: prefix.host(0xa53n),
    tunnelPrefix,
    tunnel: tunnelPrefix.host(1n),
    // Sites have 2 to 256.
    monitor: tunnelPrefix.host(0x9090n),
  };
}

/**
 * What a segment gives its machines: IPv6 alone; IPv4 as well for those that cannot do without (RFC 8925); IPv4 for all;
 * guests, who reach nothing inside; devices, which reach nothing outside but what is allowed.
 */
export const segmentModes = ["v6only", "v6mostly", "legacy", "guest", "iot"] as const;
export type SegmentMode = (typeof segmentModes)[number];

/** The modes whose machines can have an IPv4 address. */
const modesWithIpv4: readonly SegmentMode[] = ["v6mostly", "legacy", "guest"];

/** Whether machines reach nothing of the gateway but names, addresses and pings, and begin nothing with other segments. */
export const isIsolated = ({ mode }: { readonly mode: SegmentMode }): boolean =>
  mode === "guest" || mode === "iot";

/** A LAN segment as somebody asks for it. */
export interface Segment {
  /** Lower-case label, unique within the site. */
  readonly name: string;
  /** Number of its /64 within the site's /56, see {@link segmentNumbers}. */
  readonly subnet: number;
  /** Interface of the gateway that serves it: `enp1s0`, or `enp1s0.20` for a VLAN. */
  readonly interface: string;
  /** The tag, and the interface that carries it (IEEE 802.1Q); none for an interface of its own. */
  readonly vlan?: { readonly parent: string; readonly id: number };
  readonly mode: SegmentMode;
  /** What machines of an iot segment may reach: prefixes, and names. */
  readonly allow: readonly (Prefix | string)[];
  /** Whether its machines may use a metered uplink. */
  readonly onMetered: boolean;
}

/** A LAN segment with its addresses. */
export interface SegmentAddresses extends Segment {
  /** The segment's /64. */
  readonly prefix: Prefix;
  /** The gateway on the segment: router, resolver, DHCPv6 server. */
  readonly gateway: Address;
  /** First and last address that DHCPv6 leases. */
  readonly leases: { readonly first: Address; readonly last: Address };
  /** The same for IPv4, if the segment's mode has it. */
  readonly ipv4?: {
    readonly prefix: Prefix;
    readonly gateway: Address;
    readonly leases: { readonly first: Address; readonly last: Address };
  };
}

/**
 * The translator of a site whose machines have IPv4 (464XLAT, RFC 6877): all their IPv4 goes out as one address, which
 * it translates to an IPv6 address of the site without any state (RFC 7915).
 */
export interface ClatAddresses {
  /** What the machines' private addresses are hidden behind (RFC 7335, section 4). */
  readonly ipv4: Address;
  /** The same as the colo sees it, in the gateway's own /64. */
  readonly ipv6: Address;
  /** The translator's own addresses, the sources of its ICMP errors. */
  readonly own: { readonly ipv4: Address; readonly ipv6: Address };
}

/** What a site's share of the address space is used for. */
export interface SiteAddresses {
  /** Number of the site, see {@link siteNumbers}. */
  readonly number: number;
  /** The site's /56. */
  readonly prefix: Prefix;
  /** The gateway itself, on its loopback interface: source of what it sends to the colo. */
  readonly gateway: Address;
  /** The site's end of its tunnel: the colo is `::1`, site n is `::n+1`. */
  readonly tunnel: Address;
  readonly segments: readonly SegmentAddresses[];
  /** How the segments' IPv4 goes out; none if no segment has IPv4. */
  readonly clat?: ClatAddresses;
}

/** Numbers a site out of the colo's share, and its IPv4 out of a private /16. Throws a RangeError for numbers outside their ranges. */
export function siteAddresses(
  colo: Pick<ColoAddresses, "prefix" | "tunnelPrefix">,
  number: number,
  segments: readonly Segment[],
  ipv4Prefix: Prefix,
): SiteAddresses {
  if (number < siteNumbers.first) throw new RangeError(`site ${number} is the colo`);
  const prefix = colo.prefix.subnet(56, number);
  const hasIpv4 = segments.some(({ mode }) => modesWithIpv4.includes(mode));
  return {
    number,
    prefix,
    gateway: prefix.host(1n),
    tunnel: colo.tunnelPrefix.host(BigInt(number) + 1n),
    segments: segments.map((segment) => {
      const own = prefix.subnet(64, segment.subnet);
      return {
        ...segment,
        prefix: own,
        gateway: own.host(1n),
        leases: { first: own.host(0x100n), last: own.host(0xffffn) },
        ...(modesWithIpv4.includes(segment.mode)
          ? { ipv4: segmentIpv4(ipv4Prefix.subnet(24, segment.subnet)) }
          : {}),
      };
    }),
    ...(hasIpv4 ? { clat: clatAddresses(prefix) } : {}),
  };
}

const clatAddresses = (site: Prefix): ClatAddresses => ({
  ipv4: Address.of("192.0.0.1"),
  ipv6: site.host(0x464n),
  own: { ipv4: Address.of("192.0.0.2"), ipv6: site.host(0x465n) },
});

const segmentIpv4 = (prefix: Prefix) => ({
  prefix,
  gateway: prefix.host(1n),
  leases: { first: prefix.host(100n), last: prefix.host(249n) },
});
