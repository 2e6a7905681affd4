import type { Address } from "../network/address";
import type { ColoAddresses } from "../network/address-plan";
import type { MtuPlan } from "../network/mtu-plan";
import type { Prefix } from "../network/prefix";
import { tunnelInterfaces } from "../network/tunnel-plan";
import { embedIpv4, nat64Prefix, nonPublicIpv4 } from "../network/well-known";
import type { Bundle } from "./bundle";
import {
  dhcpClientRules,
  firewallBundle,
  icmpv6InTransit,
  icmpv6Local,
  managementRules,
  managementSets,
  stateful,
} from "./firewall";
import { siteNames } from "./authoritative";
import { translatorInterface } from "./tayga";
import type { NftChain, NftSet } from "./nftables";

/** What the colo's ruleset depends on. */
export interface ColoFirewall {
  readonly addresses: ColoAddresses;
  readonly mtu: MtuPlan;
  readonly pool4: Prefix;
  readonly wanInterface: string;
  readonly sshPort: number;
  readonly managementPrefixes: readonly Prefix[];
  /** Whether the host answers for the public zones of sites. */
  readonly authoritative: boolean;
}

/** Sets that a site's registration fills. They name interfaces of any generation, so a rotation changes no rule. */
export const siteSets = {
  /** UDP ports of the tunnels. */
  tunnelPorts: "tunnel_ports",
  /** What each site may send from. */
  sources: "site_sources",
  /** Where each site's traffic goes. */
  destinations: "site_destinations",
} as const;

/** The colo's firewall: a router for the sites' prefixes and the only way through the translator. */
export function coloFirewallBundle(args: ColoFirewall): Bundle {
  return firewallBundle({
    ...args,
    requires: args.authoritative ? [] : [`unregistered ${siteNames} dns.authoritative`],
    sets: sets(args),
    chains: chains(args),
  });
}

function sets({ managementPrefixes }: ColoFirewall): NftSet[] {
  return [
    ...managementSets(managementPrefixes),
    { name: siteSets.tunnelPorts, type: "inet_service", comment: "Filled by the sites" },
    { name: siteSets.sources, type: "ifname . ipv6_addr", interval: true, comment: "Filled by the sites" },
    {
      name: siteSets.destinations,
      type: "ifname . ipv6_addr",
      interval: true,
      comment: "Filled by the sites",
    },
    {
      name: "nonpublic4",
      type: "ipv4_addr",
      interval: true,
      elements: nonPublicIpv4.map(String),
      comment: "No translated packet goes there (RFC 6890)",
    },
    {
      name: "nonpublic64",
      type: "ipv6_addr",
      interval: true,
      elements: nonPublicIpv4.map((prefix) => embedIpv4(nat64Prefix, prefix).toString()),
      comment: "The same, as IPv6 clients name them (RFC 6052)",
    },
  ];
}

function chains(args: ColoFirewall): NftChain[] {
  const { addresses, mtu, pool4, wanInterface, sshPort } = args;
  const wan = `"${wanInterface}"`;
  const tunnels = `"${tunnelInterfaces}"`;
  const nat64 = `"${translatorInterface}"`;
  return [
    {
      name: "source_validation",
      hook: "type filter hook prerouting priority raw; policy accept;",
      rules: [
        "# A site sends from its own prefix only (BCP 38); strict reverse-path checks would break a rotation",
        `iifname ${tunnels} iifname . ip6 saddr @${siteSets.sources} return`,
        `iifname ${tunnels} counter drop`,
        "# Nobody outside speaks for us, and the translator is not for the internet",
        `iifname ${wan} ip6 saddr { ${addresses.prefix}, ${addresses.tunnelPrefix}, ${nat64Prefix} } counter drop`,
        `iifname ${wan} ip6 daddr { ${addresses.tunnelPrefix}, ${nat64Prefix} } counter drop`,
        `iifname ${wan} ip saddr ${pool4} counter drop`,
        `iifname ${wan} ip daddr ${pool4} counter drop`,
      ],
    },
    {
      name: "input",
      hook: "type filter hook input priority filter; policy drop;",
      rules: [
        'iif "lo" accept',
        "meta l4proto ipv6-icmp jump icmpv6_local",
        stateful,
        "icmp type echo-request accept",
        ...managementRules(sshPort),
        ...dhcpClientRules(wanInterface),
        `iifname ${wan} udp dport @${siteSets.tunnelPorts} accept`,
        `iifname ${tunnels} ip6 daddr ${addresses.resolver} meta l4proto { tcp, udp } th dport 53 accept`,
        ...(args.authoritative ? nameServerRules(wanInterface, addresses.nameServer) : []),
      ],
    },
    {
      name: "forward",
      hook: "type filter hook forward priority filter; policy drop;",
      rules: [
        "# Every segment fits the tunnel, whichever way it goes (docs/NETWORK.md, MTU plan)",
        `iifname ${tunnels} tcp flags syn tcp option maxseg size set ${mtu.mss}`,
        `oifname ${tunnels} tcp flags syn tcp option maxseg size set rt mtu`,
        `ip6 daddr ${nat64Prefix} jump to_nat64`,
        `ip6 saddr ${nat64Prefix} iifname != ${nat64} counter drop`,
        icmpv6InTransit,
        stateful,
        `iifname ${tunnels} oifname ${wan} ip6 saddr ${addresses.prefix} accept`,
        "# The home's own firewall decides what comes in there",
        `oifname . ip6 daddr @${siteSets.destinations} accept`,
        `iifname ${nat64} oifname ${wan} ip saddr ${pool4} ip daddr != @nonpublic4 accept`,
      ],
    },
    {
      name: "to_nat64",
      rules: [
        "ip6 daddr @nonpublic64 reject with icmpv6 type admin-prohibited",
        `iifname ${tunnels} oifname ${nat64} accept`,
        "counter drop",
      ],
    },
    icmpv6Local,
    {
      name: "nat64_source",
      hook: "type nat hook postrouting priority srcnat; policy accept;",
      rules: [`ip saddr ${pool4} oifname ${wan} masquerade`],
    },
  ];
}

/** Lets everybody ask for public names, and the sites tell that they have changed. */
const nameServerRules = (wan: string, nameServer: Address): string[] => [
  "# Public zones, see docs/NAMES.md",
  `iifname "${wan}" meta nfproto ipv4 meta l4proto { tcp, udp } th dport 53 accept`,
  `ip6 daddr ${nameServer} meta l4proto { tcp, udp } th dport 53 accept`,
];

/** Prefixes that a site's tunnel interface may carry, inside as seen from the colo. */
export const siteElements = (coloInterface: string, prefixes: readonly Prefix[]): string[] =>
  prefixes.map((prefix) => `"${coloInterface}" . ${prefix}`);
