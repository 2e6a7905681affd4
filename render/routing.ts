import type { ColoAddresses, SegmentAddresses, SiteAddresses } from "../network/address-plan";
import type { Uplink } from "../network/uplink";
import type { Bundle } from "./bundle";
import { addressState, routeState, ruleState } from "./live";
import { renderSysctl, sysctlName } from "./sysctl";
import { renderOneshot, unitPath } from "./unit";

/** Name and number of the home's routing table for everything that goes by the tunnel. */
export const vpnTable = { name: "vpn", number: 51820 } as const;

const sysctlPath = "/etc/sysctl.d/60-ipv6-home.conf";
const tableNamePath = "/etc/iproute2/rt_tables.d/ipv6-home.conf";

/** Unit that holds a host's part of the routed prefix: loopback addresses, covering routes, policy rules. */
export const prefixUnit = "ipv6-home-prefix.service";

/** The worst metric: any real route wins over the cover (ip-route(8)). */
export const coverMetric = 4294967295;

const ip = "/usr/sbin/ip -6";

/** The colo's part: forwarding, and *unreachable* for what no site uses. */
export function coloPrefixBundle(args: {
  readonly addresses: ColoAddresses;
  readonly wanInterface: string;
  readonly acceptRa: boolean;
}): Bundle {
  const { addresses, acceptRa } = args;
  const wan = sysctlName(args.wanInterface);
  return {
    component: "prefix",
    files: [
      {
        path: sysctlPath,
        content: renderSysctl([
          // Before forwarding, which switches router advertisements off and drops the default route they gave.
          [`net.ipv6.conf.${wan}.accept_ra`, acceptRa ? 2 : 0],
          ["net.ipv6.conf.all.forwarding", 1],
          ["net.ipv4.ip_forward", 1],
          // Loose: answers may leave by another way where the provider has two. Spoofing is the ruleset's business.
          [`net.ipv4.conf.${wan}.rp_filter`, 2],
        ]),
      },
      {
        path: unitPath(prefixUnit),
        content: renderOneshot({
          description: `Routed prefix ${addresses.prefix} of ipv6-home`,
          unit: { After: "network.target" },
          start: [
            `${ip} route replace unreachable ${addresses.prefix} metric ${coverMetric}`,
            `${ip} route replace unreachable ${addresses.tunnelPrefix} metric ${coverMetric}`,
          ],
          stop: [
            `${ip} route delete unreachable ${addresses.tunnelPrefix} metric ${coverMetric}`,
            `${ip} route delete unreachable ${addresses.prefix} metric ${coverMetric}`,
          ],
        }),
      },
    ],
    sysctls: [sysctlPath],
    states: [addresses.prefix, addresses.tunnelPrefix].map((each) =>
      routeState(`exact ${each} type unreachable`),
    ),
    units: [{ unit: prefixUnit, action: "restart", paths: [unitPath(prefixUnit)] }],
  };
}

/** The home's part: table vpn, the rules that lead into it, and no way round it. */
export function homePrefixBundle(args: {
  readonly colo: Pick<ColoAddresses, "prefix">;
  readonly site: SiteAddresses;
  readonly uplinks: readonly Uplink[];
}): Bundle {
  const { colo, site } = args;
  // Of several some may be absent: a modem that is not plugged in must not hinder what mends that.
  const maybe = args.uplinks.length === 1 ? "" : "-";
  const wan = args.uplinks.map((uplink) => sysctlName(uplink.interface));
  const table = `table ${vpnTable.name}`;
  // The site's own traffic, and what the gateway itself sends to the colo's services.
  const rules = [`from ${site.prefix} ${table} priority 1000`, `to ${colo.prefix} ${table} priority 1001`];
  const covers = [
    `unreachable default ${table} metric ${coverMetric}`,
    `unreachable ${site.prefix} ${table} metric ${coverMetric}`,
    `unreachable ${site.prefix} metric ${coverMetric}`,
  ];
  return {
    component: "prefix",
    files: [
      { path: tableNamePath, content: `${vpnTable.number} ${vpnTable.name}\n` },
      {
        path: sysctlPath,
        content: renderSysctl([
          // An ISP that advertises IPv6 one day must not become a way beside the tunnel.
          ...wan.map((device) => [`${maybe}net.ipv6.conf.${device}.accept_ra`, 0] as const),
          ...site.segments.map((segment) => [ofSegment("ipv6", segment, "accept_ra"), 0] as const),
          ["net.ipv6.conf.all.forwarding", 1],
          ...wan.map((device) => [`${maybe}net.ipv4.conf.${device}.rp_filter`, 2] as const),
          // IPv4 on the LAN comes from the prefix of its own segment, if there is any.
          ...site.segments.map((segment) => [ofSegment("ipv4", segment, "rp_filter"), 1] as const),
        ]),
      },
      {
        path: unitPath(prefixUnit),
        content: renderOneshot({
          description: `Routed prefix ${site.prefix} of ipv6-home`,
          unit: { After: "network.target" },
          start: [
            ...covers.map((cover) => `${ip} route replace ${cover}`),
            `${ip} address replace ${site.gateway}/128 dev lo`,
            // A rule has no "replace": the same one a second time is an error.
            `-${ip} rule flush ${table}`,
            ...rules.map((rule) => `${ip} rule add ${rule}`),
          ],
          stop: [
            ...rules.map((rule) => `${ip} rule delete ${rule}`),
            `${ip} address delete ${site.gateway}/128 dev lo`,
            ...covers.map((cover) => `${ip} route delete ${cover}`),
          ],
        }),
      },
    ],
    sysctls: [sysctlPath],
    states: [
      routeState(`${table} type unreachable`),
      routeState(`exact ${site.prefix} type unreachable`),
      addressState("lo", site.gateway),
      ruleState(vpnTable.name),
    ],
    units: [{ unit: prefixUnit, action: "restart", paths: [unitPath(prefixUnit), tableNamePath] }],
  };
}

/** A key of a segment's interface. A VLAN comes only with the LAN's service, which sets it again: no failure until then. */
const ofSegment = (
  family: "ipv4" | "ipv6",
  { interface: device, vlan }: SegmentAddresses,
  key: string,
): string => `${vlan === undefined ? "" : "-"}net.${family}.conf.${sysctlName(device)}.${key}`;
