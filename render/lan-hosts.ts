import type { LanHost } from "../network/lan-host";
import { bootTag } from "./boot-options";

/**
 * Lines of dnsmasq.conf(5) for the machines that have a name: what DHCPv6 gives them, and their name for every address,
 * forward and reverse, whether there is a lease or not. Nobody else gets such a name by asking for it.
 */
export function renderLanHosts(hosts: readonly LanHost[], domain: string): string[] {
  if (hosts.length === 0) return [];
  return [
    "",
    "# Machines of lan.hosts",
    ...hosts.flatMap(({ name, mac, duid, boot, reserved, addresses }) => [
      `dhcp-host=${[mac ?? `id:${duid ?? ""}`, ...(boot === undefined ? [] : [`set:${bootTag(boot)}`]), name, `[${reserved}]`].join(",")}`,
      // One record holds one IPv6 address (dnsmasq(8)).
      ...addresses.map((address) => `host-record=${name}.${domain},${address}`),
    ]),
  ];
}
