import type { Delegation } from "../network/delegation";
import type { LanHost } from "../network/lan-host";
import { bootTag, routerTag } from "./tags";

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
      const { name, mac, duid, reserved, addresses } = host;
      return [
        `dhcp-host=${[mac ?? `id:${duid ?? ""}`, ...tagsOf(host), name, `[${reserved}]`].join(",")}`,
        // One record holds one IPv6 address (dnsmasq(8)).
        ...addresses.map((address) => `host-record=${name}.${domain},${address}`),
      ];
    }),
    // Kea answers those that get a prefix; the tag dhcpv6 is dnsmasq's own.
    ...(routers.size === 0 ? [] : [`dhcp-ignore=tag:${routerTag},tag:dhcpv6`]),
  ];
}
