import type { Address } from "../network/address";
import { isIsolated, type SegmentAddresses } from "../network/address-plan";
import type { Delegation } from "../network/delegation";
import type { LanHost } from "../network/lan-host";
import { gatewayName } from "../network/status-plan";
import { bootTag, gatewayTag, listedTag, routerTag, wpadTag } from "./tags";

/**
 * Lines of dnsmasq.conf(5) for the machines that have a name: what DHCPv6 gives them, and their name for every address,
 * forward and reverse, whether there is a lease or not. Nobody else gets such a name by asking for it.
 */
export function renderLanHosts(
  hosts: readonly LanHost[],
  domain: string,
  delegations: readonly Delegation[] = [],
): string[] {
  if (hosts.length === 0) return [];
  const routers = new Set(delegations.map(({ host }) => host.name));
  const tagsOf = ({ name, boot }: LanHost) => [
    ...(boot === undefined ? [] : [`set:${bootTag(boot)}`]),
    ...(routers.has(name) ? [`set:${routerTag}`] : []),
  ];
  return [
    "",
    "# Machines of lan.hosts",
    ...hosts.flatMap((host) => {
      const { name, segment, mac, duid, reserved, addresses } = host;
      return [
        // One with an IPv6 address alone is none for DHCPv4. First, because dnsmasq takes the last that fits.
        ...(segment.ipv4 === undefined || mac === undefined ? [] : [`dhcp-host=${mac},${name}`]),
        `dhcp-host=${[mac ?? `id:${duid ?? ""}`, ...tagsOf(host), name, `[${reserved}]`].join(",")}`,
        // One record holds one IPv6 address (dnsmasq(8)).
        ...addresses.map((address) => `host-record=${name}.${domain},${address}`),
        ...renderNameMatch(listedTag, name),
      ];
    }),
    // dnsmasq itself keeps a name only from others with the same family of address; what dhcp-host says holds.
    `dhcp-ignore-names=tag:${listedTag}`,
    // Kea answers those that get a prefix; the tag dhcpv6 is dnsmasq's own.
    ...(routers.size === 0 ? [] : [`dhcp-ignore=tag:${routerTag},tag:dhcpv6`]),
  ];
}

/** Who calls himself so, alone or with a domain behind it: dnsmasq compares before it cuts that off. */
const renderNameMatch = (tag: string, name: string): string[] =>
  [name, `${name}.*`].map((pattern) => `dhcp-name-match=set:${tag},${pattern}`);

/** Names that a lease does not give, whoever asks for them; what `lan.hosts` says holds all the same. */
export function renderIgnoredNames(segments: readonly SegmentAddresses[]): string[] {
  return [
    "",
    "# Who has this name gives everybody's browsers their proxy (CERT VU#598349)",
    ...renderNameMatch(wpadTag, "wpad"),
    `dhcp-ignore-names=tag:${wpadTag}`,
    // By the interface, which is a tag too: that of a range is not set yet when DHCPv6 looks at names.
    ...segments.filter(isIsolated).map((segment) => `dhcp-ignore-names=tag:${segment.interface}`),
  ];
}

/** The gateway's own name, which nobody gets by asking for it. */
export const renderGatewayName = (gateway: Address, domain: string): string[] => [
  "",
  "# Where the status page is",
  `host-record=${gatewayName}.${domain},${gateway}`,
  ...renderNameMatch(gatewayTag, gatewayName),
  `dhcp-ignore-names=tag:${gatewayTag}`,
];
