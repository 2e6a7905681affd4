import type { Address } from "../network/address";
import type { SiteAddresses } from "../network/address-plan";
import { bootPort, type BootPlan } from "../network/boot-plan";
import type { Delegation } from "../network/delegation";
import type { MtuPlan } from "../network/mtu-plan";
import { exporterPort, type MetricsPlan } from "../network/monitoring-plan";
import type { Pinhole } from "../network/pinhole";
import { outermost, type Prefix } from "../network/prefix";
import { statusPort } from "../network/status-plan";
import { tunnelInterfaces } from "../network/tunnel-plan";
import type { Uplink } from "../network/uplink";
import type { Bundle } from "./bundle";
import { delegatedRoutes } from "./delegation";
import {
  anyOf,
  countRest,
  dhcpClientRules,
  firewallBundle,
  icmpv6InTransit,
  icmpv6Local,
  interfaces,
  managementRules,
  managementSets,
  stateful,
} from "./firewall";
import { modeRules, type ModeRules } from "./mode-firewall";
import type { NftChain, NftSet } from "./nftables";

/** What the home's ruleset depends on. */
export interface HomeFirewall {
  readonly site: SiteAddresses;
  readonly mtu: MtuPlan;
  readonly uplinks: readonly Uplink[];
  readonly sshPort: number;
  readonly managementPrefixes: readonly Prefix[];
  readonly pinholes: readonly Pinhole[];
  readonly delegations: readonly Delegation[];
  readonly boot: Pick<BootPlan, "classes">;
  /** Whether the LAN sees the status page. */
  readonly status: boolean;
  /** The colo's end of the tunnel, if it is to fetch the site's public zones. */
  readonly secondary?: Address | undefined;
  /** Who may ask how it is; nobody if there is nothing to ask. */
  readonly metrics: MetricsPlan | undefined;
  /** The colo's end of the tunnel, which may ask in any case. */
  readonly beacon: Address;
}

/** The home's firewall: nothing comes in but by a pinhole, nothing of the LAN goes out but by the tunnel. */
export function homeFirewallBundle(args: HomeFirewall): Bundle {
  const modes = modeRules(args);
  return firewallBundle({
    ...args,
    sets: [...sets(args), ...modes.sets],
    chains: [...chains(args, modes), ...modes.chains],
  });
}

const ports = ({ ports: { first, last } }: Pinhole) => (first === last ? String(first) : `${first}-${last}`);

function sets({ site, managementPrefixes, pinholes, delegations }: HomeFirewall): NftSet[] {
  const target = (pinhole: Pinhole) => `${pinhole.address} . ${pinhole.protocol} . ${ports(pinhole)}`;
  return [
    ...managementSets(managementPrefixes),
    {
      name: "lan_sources",
      type: "ifname . ipv6_addr",
      interval: true,
      elements: site.segments.flatMap((segment) => [
        `"${segment.interface}" . ${segment.prefix}`,
        `"${segment.interface}" . fe80::/10`,
        `"${segment.interface}" . ::/128`,
        ...delegatedRoutes(segment, delegations).map(({ prefix }) => `"${segment.interface}" . ${prefix}`),
      ]),
      comment: "What machines on a segment may send from; :: while they look for duplicates (RFC 4862)",
    },
    {
      name: "lan_interfaces",
      type: "ifname",
      elements: site.segments.map((segment) => `"${segment.interface}"`),
    },
    {
      name: "pinholes",
      type: "ipv6_addr . inet_proto . inet_service",
      interval: true,
      elements: pinholes
        .filter(({ from }) => from.length === 0)
        .map((pinhole) => `${target(pinhole)} comment "${pinhole.name}"`),
      comment: "Ways in for everybody: lan.pinholes without from",
    },
    {
      name: "pinholes_from",
      type: "ipv6_addr . ipv6_addr . inet_proto . inet_service",
      interval: true,
      elements: pinholes.flatMap((pinhole) =>
        outermost(pinhole.from).map((from) => `${from} . ${target(pinhole)} comment "${pinhole.name}"`),
      ),
      comment: "Ways in for some: lan.pinholes with from",
    },
  ];
}

function chains(args: HomeFirewall, modes: ModeRules): NftChain[] {
  const { site, mtu, uplinks, sshPort, boot, status, secondary } = args;
  const wan = uplinks.map((uplink) => uplink.interface);
  const tunnels = `"${tunnelInterfaces}"`;
  return [
    {
      name: "source_validation",
      hook: "type filter hook prerouting priority raw; policy accept;",
      rules: [
        ...modes.prerouting,
        "# The operator may sit on a LAN port with an address of another plan",
        `ip6 saddr @management6 tcp dport ${sshPort} return`,
        "# A machine sends from its segment's prefix only (BCP 38)",
        "iifname @lan_interfaces meta nfproto ipv6 iifname . ip6 saddr != @lan_sources counter drop",
        "# Nobody outside speaks for us",
        `iifname ${tunnels} ip6 saddr ${site.prefix} counter drop`,
        "# The ISP gives IPv4 only: what comes as IPv6 from its link is nobody we know",
        `iifname ${interfaces(wan)} ip6 saddr != fe80::/10 counter drop`,
      ],
    },
    {
      name: "input",
      hook: "type filter hook input priority filter; policy drop;",
      rules: [
        'iif "lo" accept',
        "meta l4proto ipv6-icmp jump icmpv6_local",
        stateful,
        ...managementRules(sshPort),
        ...dhcpClientRules(...wan),
        "iifname @lan_interfaces meta l4proto { tcp, udp } th dport 53 accept",
        "iifname @lan_interfaces ip6 saddr fe80::/10 udp dport 547 accept",
        ...modes.input,
        ...(boot.classes.length === 0
          ? []
          : [
              "# Boot files",
              "iifname @lan_interfaces udp dport 69 accept",
              `iifname @lan_interfaces tcp dport ${bootPort} accept`,
            ]),
        ...(status
          ? [
              "# The status page",
              `iifname @lan_interfaces ip6 daddr ${site.gateway} tcp dport ${statusPort} accept`,
            ]
          : []),
        ...(secondary === undefined
          ? []
          : [
              `iifname ${tunnels} ip6 saddr ${secondary} ip6 daddr ${site.gateway} meta l4proto { tcp, udp } th dport 53 accept`,
            ]),
        ...metricsRules(args),
        ...countRest(args.metrics),
      ],
    },
    {
      name: "forward",
      hook: "type filter hook forward priority filter; policy drop;",
      rules: [
        "# Every segment fits the tunnel, whichever way it goes (docs/NETWORK.md, MTU plan)",
        `iifname ${tunnels} tcp flags syn tcp option maxseg size set ${mtu.mss}`,
        `oifname ${tunnels} tcp flags syn tcp option maxseg size set ${mtu.mss}`,
        `oifname ${interfaces(wan)} counter drop`,
        ...modes.forwardFirst,
        icmpv6InTransit,
        "ct state invalid drop",
        "# Answers pass; who began is asked of each packet, so that what is no longer allowed ends",
        "ct direction reply accept",
        `iifname @lan_interfaces oifname ${tunnels} accept`,
        "oifname @lan_interfaces ip6 daddr . meta l4proto . th dport @pinholes accept",
        "oifname @lan_interfaces ip6 saddr . ip6 daddr . meta l4proto . th dport @pinholes_from accept",
        ...modes.forwardLast,
        ...countRest(args.metrics),
      ],
    },
    icmpv6Local,
  ];
}

/** Lets the colo ask how the home is, and some of the LAN. */
function metricsRules({ site, metrics, beacon }: HomeFirewall): string[] {
  if (metrics === undefined) return [];
  const exporter = `ip6 daddr ${site.tunnel} tcp dport ${exporterPort} accept`;
  return [
    "# Metrics, see docs/MONITORING.md",
    `iifname "${tunnelInterfaces}" ip6 saddr ${beacon} ${exporter}`,
    ...(metrics.from.length === 0
      ? []
      : [`iifname @lan_interfaces ip6 saddr ${anyOf(metrics.from)} ${exporter}`]),
  ];
}
