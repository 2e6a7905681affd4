import type { Address } from "../network/address";
import type { ColoAddresses } from "../network/address-plan";
import type { MtuPlan } from "../network/mtu-plan";
import { alertmanagerPort, exporterPort, prometheusPort, type MetricsPlan } from "../network/monitoring-plan";
import type { Prefix } from "../network/prefix";
import { tunnelInterfaces } from "../network/tunnel-plan";
import type { Translator } from "../network/translator";
import { embedIpv4, nat64Prefix, nonPublicIpv4 } from "../network/well-known";
import type { Bundle } from "./bundle";
import {
  anyOf,
  countRest,
  dhcpClientRules,
  firewallBundle,
  icmpv6InTransit,
  icmpv6Local,
  managementRules,
  managementSets,
  stateful,
} from "./firewall";
import { siteNames } from "./authoritative";
import { joolRequires } from "./jool";
import { translatorInterface } from "./tayga";
import { translationRules, translationSets } from "./translation-firewall";
import type { NftChain, NftSet } from "./nftables";

/** What the colo's ruleset depends on. */
export interface ColoFirewall {
  readonly addresses: ColoAddresses;
  readonly mtu: MtuPlan;
  readonly pool4: Prefix;
  readonly translator: Translator;
  readonly wanInterface: string;
  readonly sshPort: number;
  readonly managementPrefixes: readonly Prefix[];
  /** Whether the host answers for the public zones of sites. */
  readonly authoritative: boolean;
  /** Who may ask how it is; nobody if there is nothing to ask. */
  readonly metrics: MetricsPlan | undefined;
  /** What it watches itself and the homes with, if it does. */
  readonly monitoring: object | undefined;
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
    requires: [
      ...(args.authoritative ? [] : [`unregistered ${siteNames} dns.authoritative`]),
      ...(args.translator.program === "jool" ? joolRequires(args.translator.jool) : []),
    ],
    sets: sets(args),
    chains: chains(args),
  });
}

function sets({ managementPrefixes, translator }: ColoFirewall): NftSet[] {
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
    ...translationSets(translator),
  ];
}

function chains(args: ColoFirewall): NftChain[] {
  const { addresses, mtu, wanInterface, sshPort } = args;
  const wan = `"${wanInterface}"`;
  const tunnels = `"${tunnelInterfaces}"`;
  const nat64 = `"${translatorInterface}"`;
  const translation = translationRules(args);
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
        ...translation.prerouting,
      ],
    },
    ...translation.steering,
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
        ...metricsRules(args),
        ...translation.input,
        ...countRest(args.metrics),
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
        ...translation.forward,
        ...countRest(args.metrics),
      ],
    },
    {
      name: "to_nat64",
      rules: [
        ...translation.towards,
        "ip6 daddr @nonpublic64 reject with icmpv6 type admin-prohibited",
        `iifname ${tunnels} oifname ${nat64} accept`,
        "counter drop",
      ],
    },
    icmpv6Local,
    ...translation.source,
  ];
}

/** Lets some at home ask how the hosts are; each home sends from its own prefix only, as said above. */
function metricsRules({ addresses, metrics, monitoring }: ColoFirewall): string[] {
  if (metrics === undefined || metrics.from.length === 0) return [];
  const ports = [exporterPort, ...(monitoring === undefined ? [] : [prometheusPort, alertmanagerPort])];
  return [
    "# Metrics, see docs/MONITORING.md",
    `iifname "${tunnelInterfaces}" ip6 saddr ${anyOf(metrics.from)} ip6 daddr ${addresses.monitor} tcp dport { ${ports.join(", ")} } accept`,
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
