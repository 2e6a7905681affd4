import type { SegmentAddresses } from "../network/address-plan";
import type { MtuPlan } from "../network/mtu-plan";
import { segmentTag } from "./tags";

/** How long a machine that can do without IPv4 does so before it asks again: V6ONLY_WAIT's default (RFC 8925, section 3.4). */
const v6OnlyWaitSec = 1800;

/** How long an IPv4 lease lasts; as long as one of IPv6. */
const leaseSec = 2700;

/** Lines of dnsmasq.conf(5) that give the machines of a segment IPv4 by DHCPv4 (RFC 2131), if its mode has that. */
export function renderDhcp4(segment: SegmentAddresses, domain: string, mtu: MtuPlan): string[] {
  const { ipv4, name, mode } = segment;
  if (ipv4 === undefined) return [];
  const option = (text: string) => `dhcp-option=tag:${segmentTag(name)},${text}`;
  return [
    `dhcp-range=set:${segmentTag(name)},${ipv4.leases.first},${ipv4.leases.last},255.255.255.0,${leaseSec}`,
    option(`option:router,${ipv4.gateway}`),
    option(`option:dns-server,${ipv4.gateway}`),
    option(`option:mtu,${mtu.nat64Ipv4}`),
    // For those who can translate themselves: they then have no IPv4 here (RFC 8925, section 3.1).
    ...(mode === "legacy" ? [] : [option(`option:ipv6-only,${v6OnlyWaitSec}`)]),
    `domain=${domain},${ipv4.prefix},local`,
  ];
}
