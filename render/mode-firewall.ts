import { isIsolated, type SegmentAddresses, type SiteAddresses } from "../network/address-plan";
import { outermost, Prefix } from "../network/prefix";
import { tunnelInterfaces } from "../network/tunnel-plan";
import { embedIpv4, nat64Prefix } from "../network/well-known";
import { marking, namesSet, namesSets, unmarked } from "./allowed-names";
import { clatInterface } from "./clat";
import type { NftChain, NftSet } from "./nftables";

/** What the modes of a site's segments add to its ruleset, by the place where it stands. */
export interface ModeRules {
  readonly sets: readonly NftSet[];
  /** Before anything else that comes in. */
  readonly prerouting: readonly string[];
  /** What the gateway itself answers. */
  readonly input: readonly string[];
  /** In transit, before known flows and ICMPv6 pass. */
  readonly forwardFirst: readonly string[];
  /** In transit, when only new flows are left. */
  readonly forwardLast: readonly string[];
  readonly chains: readonly NftChain[];
}

/** A machine's share of the 64,512 ports above 1023 of the one address that all have (RFC 6888, REQ-4). */
const flowsPerMachine = 4096;

const quoted = (segments: readonly SegmentAddresses[]) => segments.map((segment) => `"${segment.interface}"`);
const allowSet = (segment: SegmentAddresses) => `allow_${segment.name}`;

/** The rules of the modes; none if all segments are v6only. */
export function modeRules({
  site,
  sshPort,
}: {
  readonly site: SiteAddresses;
  readonly sshPort: number;
}): ModeRules {
  const parts = [ipv4(site), devices(site), isolation(site, sshPort)];
  return {
    sets: parts.flatMap(({ sets = [] }) => sets),
    prerouting: parts.flatMap(({ prerouting = [] }) => prerouting),
    input: parts.flatMap(({ input = [] }) => input),
    forwardFirst: parts.flatMap(({ forwardFirst = [] }) => forwardFirst),
    forwardLast: parts.flatMap(({ forwardLast = [] }) => forwardLast),
    chains: parts.flatMap(({ chains = [] }) => chains),
  };
}

type Part = Partial<ModeRules>;

/** Guests and devices: nothing inside. */
function isolation({ segments, tunnel }: SiteAddresses, sshPort: number): Part {
  const isolated = segments.filter(isIsolated);
  if (isolated.length === 0) return {};
  return {
    sets: [
      {
        name: "isolated_interfaces",
        type: "ifname",
        elements: quoted(isolated),
        comment: "Segments of mode guest and iot",
      },
    ],
    prerouting: [
      "# Nobody logs in from there, whatever ssh.managementPrefixes says",
      `iifname @isolated_interfaces tcp dport ${sshPort} fib daddr type local counter drop`,
    ],
    input: [
      "# Nothing else of the gateway is for guests and devices",
      "iifname @isolated_interfaces counter drop",
    ],
    forwardFirst: [
      "# Guests and devices begin nothing with other segments, pings and pinholes included; they may answer",
      // The kernel tracks no neighbour discovery, which nobody forwards but to smuggle (RFC 4861, section 6.1).
      "iifname @isolated_interfaces ct state invalid,untracked counter drop",
      "iifname @isolated_interfaces oifname @lan_interfaces ct direction original counter drop",
      "# Nor with the addresses that the hosts have for each other",
      `iifname @isolated_interfaces ip6 daddr ${Prefix.around(tunnel, 64)} ct direction original counter drop`,
    ],
  };
}

/** Devices: nothing outside but what is allowed, and open to the other segments. */
function devices({ segments }: SiteAddresses): Part {
  const iot = segments.filter(({ mode }) => mode === "iot");
  if (iot.length === 0) return {};
  const prefixes = ({ allow }: SegmentAddresses) =>
    allow.flatMap((each) =>
      each instanceof Prefix ? [each.family === 4 ? embedIpv4(nat64Prefix, each) : each] : [],
    );
  return {
    sets: [
      {
        name: "iot_interfaces",
        type: "ifname",
        elements: quoted(iot),
        comment: "Segments of mode iot",
      },
      ...iot.flatMap((segment): NftSet[] => [
        {
          name: allowSet(segment),
          type: "ipv6_addr",
          interval: true,
          elements: outermost(prefixes(segment)).map(String),
          comment: `Prefixes that segment ${segment.name} may reach; IPv4 as NAT64 shows it`,
        },
        ...namesSets(segment),
      ]),
    ],
    forwardFirst: [
      "# Devices begin nothing outside but with what is allowed, and go on with nothing else",
      ...iot.flatMap(outsideOf),
    ],
    forwardLast: ["iifname @lan_interfaces oifname @iot_interfaces accept"],
  };
}

/**
 * What a segment of devices may do outside, asked of each packet. The addresses of names come and go, so a flow that one
 * of them let begin bears a mark of that name.
 */
function outsideOf(segment: SegmentAddresses): string[] {
  const [own, tunnels] = [`"${segment.interface}"`, `"${tunnelInterfaces}"`];
  const noneOf = (address: string) =>
    `${address} != @${allowSet(segment)} ${address} != @${namesSet(segment)}${unmarked(segment)}`;
  return [
    ...marking(segment, `iifname ${own} oifname ${tunnels}`),
    `iifname ${own} oifname ${tunnels} ct direction original ${noneOf("ip6 daddr")} counter drop`,
    // Errors come from whoever is on the way.
    `iifname ${tunnels} oifname ${own} ct state established ct direction reply ${noneOf("ip6 saddr")} counter drop`,
  ];
}

/** Segments with IPv4: out by the translator, and nowhere else. */
function ipv4({ segments, clat }: SiteAddresses): Part {
  const own = segments.flatMap((segment) =>
    segment.ipv4 === undefined ? [] : [{ ...segment, ipv4: segment.ipv4 }],
  );
  if (clat === undefined) return {};
  return {
    sets: [
      {
        name: "ipv4_interfaces",
        type: "ifname",
        elements: quoted(own),
        comment: "Segments whose machines can have IPv4",
      },
      {
        name: "lan_sources4",
        type: "ifname . ipv4_addr",
        interval: true,
        elements: own.flatMap((segment) => [
          `"${segment.interface}" . ${segment.ipv4.prefix}`,
          `"${segment.interface}" . 0.0.0.0/32`,
        ]),
        comment: "What their machines may send from; 0.0.0.0 while they ask for an address (RFC 2131)",
      },
      {
        name: "ipv4_flows",
        type: "ipv4_addr",
        dynamic: { size: 65_535 },
        comment: "Machines with IPv4, and how many flows each has; filled by the rule that names it",
      },
    ],
    prerouting: [
      "# IPv4 comes from the segment's prefix, or is an operator who sits there",
      "iifname @ipv4_interfaces iifname . ip saddr != @lan_sources4 ip saddr != @management4 counter drop",
    ],
    input: [
      "iifname @ipv4_interfaces udp sport 68 udp dport 67 accept",
      "iifname @ipv4_interfaces icmp type echo-request accept",
    ],
    forwardLast: [
      "# IPv4 goes out by the translator and the tunnel; all share one address, and none may take all its ports",
      `iifname @ipv4_interfaces oifname "${clatInterface}" ct state new add @ipv4_flows { ip saddr ct count over ${flowsPerMachine} } counter drop`,
      `iifname @ipv4_interfaces oifname "${clatInterface}" accept`,
      `iifname "${clatInterface}" oifname "${tunnelInterfaces}" ip6 saddr ${clat.ipv6} accept`,
    ],
    chains: [
      {
        name: "clat_source",
        hook: "type nat hook postrouting priority srcnat; policy accept;",
        rules: [`oifname "${clatInterface}" snat ip to ${clat.ipv4}`],
      },
    ],
  };
}
