import type { ColoAddresses, SiteAddresses, SegmentMode } from "../network/address-plan";
import type { Delegation } from "../network/delegation";
import type { LanHost } from "../network/lan-host";
import type { MtuPlan } from "../network/mtu-plan";
import type { RaPlan } from "../network/ra-plan";
import { nat64Prefix } from "../network/well-known";

/** Counts up with each change that an older program for the client's chair would misread. */
export const verifySchema = 2;

/** What a client's chair must know of a site to verify it: the stack's output `verify`. No secret is in it. */
export interface VerifyFacts {
  readonly schema: typeof verifySchema;
  readonly domain: string;
  /** The site's /56. */
  readonly prefix: string;
  readonly segments: readonly {
    readonly name: string;
    readonly prefix: string;
    readonly gateway: string;
    /** The gateway by IPv4, which DHCPv4 names as resolver where the mode has that. */
    readonly gateway4?: string;
    readonly mode: SegmentMode;
  }[];
  /** Prefixes of routers behind the gateway. */
  readonly delegations: readonly { readonly prefix: string; readonly router: string }[];
  readonly colo: {
    readonly prefix: string;
    readonly resolver: string;
    readonly translator: string;
    readonly tunnel: string;
  };
  readonly nat64Prefix: string;
  /** MTU of the tunnel, and of the links of the LAN, in bytes. */
  readonly mtu: { readonly tunnel: number };
  /** Where the home dials. */
  readonly endpoint: string;
  /** Whether router advertisements must carry PREF64 (RFC 8781). */
  readonly pref64: "expected" | "optional";
  /** Names of listed machines, without the domain, by address. */
  readonly hosts: Readonly<Record<string, string>>;
}

/** Derives the output from the plans. */
export function verifyFacts(args: {
  readonly site: SiteAddresses;
  readonly colo: ColoAddresses;
  readonly mtu: MtuPlan;
  readonly domain: string;
  readonly endpoint: string;
  readonly hosts: readonly LanHost[];
  readonly delegations: readonly Delegation[];
  readonly ra: Pick<RaPlan, "daemon">;
}): VerifyFacts {
  const { site, colo, mtu, domain, endpoint, hosts, delegations, ra } = args;
  return {
    schema: verifySchema,
    domain,
    prefix: site.prefix.toString(),
    segments: site.segments.map(({ name, prefix, gateway, ipv4, mode }) => ({
      name,
      prefix: prefix.toString(),
      gateway: gateway.toString(),
      ...(ipv4 === undefined ? {} : { gateway4: ipv4.gateway.toString() }),
      mode,
    })),
    delegations: delegations.map(({ host, prefix }) => ({ prefix: prefix.toString(), router: host.name })),
    colo: {
      prefix: colo.prefix.toString(),
      resolver: colo.resolver.toString(),
      translator: colo.translator.toString(),
      tunnel: colo.tunnel.toString(),
    },
    nat64Prefix: nat64Prefix.toString(),
    mtu: { tunnel: mtu.tunnel },
    endpoint,
    pref64: ra.daemon === "radvd" ? "expected" : "optional",
    hosts: Object.fromEntries(
      hosts.flatMap(({ name, addresses }) => addresses.map((address) => [address.toString(), name] as const)),
    ),
  };
}
