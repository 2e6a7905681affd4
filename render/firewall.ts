import { sysctlState } from "./live";
import { renderSysctl } from "./sysctl";
import { renderUnit, unitPath } from "./unit";
import { elements, renderTable, table, type NftChain, type NftSet } from "./nftables";
import type { Bundle } from "./bundle";
import { outermost, type Prefix } from "../network/prefix";

/** Unit that loads the table at boot and on change. */
export const firewallUnit = "ipv6-home-firewall.service";

/** Where site registrations put their set elements. */
export const siteElementsFolder = "/etc/ipv6-home/sites";

const rulesetPath = "/etc/ipv6-home/firewall.nft";
const timeoutsPath = "/etc/ipv6-home/conntrack.conf";
/** What the kernel had before; it forgets both with the next boot. */
const timeoutsBefore = "/run/ipv6-home-conntrack.conf";

/** RFC 6092, REC-14 (UDP: at least 2 min, 5 recommended); RFC 6146, section 4 (ICMP: 60 s). Linux has 30, 120, 30. */
const timeouts = [
  ["net.netfilter.nf_conntrack_udp_timeout", 120],
  ["net.netfilter.nf_conntrack_udp_timeout_stream", 300],
  ["net.netfilter.nf_conntrack_icmp_timeout", 60],
  ["net.netfilter.nf_conntrack_icmpv6_timeout", 60],
] as const;

/** Known flows pass, impossible ones do not; what is left is new. */
export const stateful = "ct state vmap { established : accept, related : accept, invalid : drop }";

/** ICMPv6 errors that must never be dropped in transit (RFC 4890, section 4.3.1), with echo for diagnosis. */
export const icmpv6InTransit =
  "icmpv6 type { destination-unreachable, packet-too-big, time-exceeded, parameter-problem, echo-request, echo-reply } accept";

/** What a node needs on its own links (RFC 4890, section 4.4); neighbour discovery never crosses a router. */
export const icmpv6Local: NftChain = {
  name: "icmpv6_local",
  rules: [
    icmpv6InTransit,
    "ip6 hoplimit 255 icmpv6 type { nd-router-solicit, nd-router-advert, nd-neighbor-solicit, nd-neighbor-advert } accept",
    "ip6 saddr fe80::/10 icmpv6 type { mld-listener-query, mld-listener-report, mld-listener-done, mld2-listener-report } accept",
  ],
};

/** Sets of the prefixes that may log in. */
export function managementSets(prefixes: readonly Prefix[]): NftSet[] {
  return ([4, 6] as const).map((family) => ({
    name: `management${family}`,
    type: family === 4 ? "ipv4_addr" : "ipv6_addr",
    interval: true,
    // A set takes no element twice, neither inside another one.
    elements: elements(outermost(prefixes).filter((prefix) => prefix.family === family)),
    comment: "Who may log in: ssh.managementPrefixes",
  }));
}

/** Accepts logins from {@link managementSets}. */
export const managementRules = (sshPort: number): string[] => [
  `tcp dport ${sshPort} ip saddr @management4 accept`,
  `tcp dport ${sshPort} ip6 saddr @management6 accept`,
];

/** The rest of a chain, which its policy drops; counted for who looks at metrics. */
export const countRest = (metrics: object | undefined): string[] =>
  metrics === undefined ? [] : ['counter drop comment "not asked for"'];

/** A set of one kind, each element outside of all others (nft(8)). */
export const anyOf = (prefixes: readonly Prefix[]): string => `{ ${outermost(prefixes).join(", ")} }`;

/** Lets the host get its own addresses by DHCP on the WAN; the answers may come from anywhere on the link. */
export const dhcpClientRules = (...wan: string[]): string[] => [
  `iifname ${interfaces(wan)} udp sport 67 udp dport 68 accept`,
  `iifname ${interfaces(wan)} ip6 saddr fe80::/10 udp sport 547 udp dport 546 accept`,
];

/** One interface, or one of several, as an operand of `iifname` (nft(8)). */
export const interfaces = (names: readonly string[]): string => {
  const quoted = names.map((name) => `"${name}"`).join(", ");
  return names.length === 1 ? quoted : `{ ${quoted} }`;
};

/** The bundle of a host's firewall out of its sets and chains. */
export function firewallBundle(args: {
  readonly requires?: readonly string[];
  readonly sets: readonly NftSet[];
  readonly chains: readonly NftChain[];
  readonly managementPrefixes: readonly Prefix[];
  readonly sshPort: number;
}): Bundle {
  return {
    component: "firewall",
    requires: [`login-from ${args.sshPort} ${args.managementPrefixes.join(" ")}`, ...(args.requires ?? [])],
    directories: [{ path: siteElementsFolder, mode: "0755" }],
    files: [
      {
        path: rulesetPath,
        content: renderTable({ ...args, include: `${siteElementsFolder}/*.nft` }),
        mode: "0600",
      },
      {
        path: timeoutsPath,
        content: renderSysctl(timeouts),
      },
      { path: unitPath(firewallUnit), content: renderFirewallUnit() },
    ],
    checks: [`nft --check --file {stage}${rulesetPath}`],
    states: [sysctlState(timeouts.map(([key]) => key))],
    rulesets: [{ path: rulesetPath, table }],
    exclusives: [siteElementsFolder],
    units: [
      { unit: firewallUnit, action: "reload", paths: [rulesetPath, timeoutsPath, unitPath(firewallUnit)] },
    ],
  };
}

function renderFirewallUnit(): string {
  // The timeouts exist only once the ruleset has made the kernel track connections.
  const load = [`/usr/sbin/nft --file ${rulesetPath}`, `/usr/sbin/sysctl -q -p ${timeoutsPath}`] as const;
  const keys = timeouts.map(([key]) => key).join(" ");
  const note = `/bin/sh -c '[ -e ${timeoutsBefore} ] || /usr/sbin/sysctl ${keys} >${timeoutsBefore}'`;
  return renderUnit({
    Unit: {
      Description: `Firewall of ipv6-home: table ${table}`,
      DefaultDependencies: "no",
      Wants: "network-pre.target",
      Before: "network-pre.target shutdown.target",
      After: "local-fs.target",
      Conflicts: "shutdown.target",
    },
    Service: {
      Type: "oneshot",
      RemainAfterExit: "yes",
      ExecStart: [load[0], note, load[1]],
      ExecReload: [...load],
      // A unit of an earlier release has noted nothing: the minus sign of systemd.service(5).
      ExecStop: [
        `/usr/sbin/nft delete table ${table}`,
        `-/usr/sbin/sysctl -q -p ${timeoutsBefore}`,
        `-/bin/rm ${timeoutsBefore}`,
      ],
    },
    Install: { WantedBy: "sysinit.target" },
  });
}
