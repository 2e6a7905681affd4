import type { ClatAddresses, SegmentAddresses } from "../network/address-plan";
import type { MtuPlan } from "../network/mtu-plan";
import { nat64Prefix } from "../network/well-known";
import type { Bundle } from "./bundle";
import { mtuState, routeState, ruleState, sysctlState } from "./live";
import { coverMetric, prefixUnit, vpnTable } from "./routing";
import { renderSysctl } from "./sysctl";
import { renderOneshot, renderUnit, unitPath, verifyUnits } from "./unit";

/** The translator's interface. */
export const clatInterface = "clat";

/** Name and number of the routing table for the IPv4 of segments that have it. */
const table = { name: "clat", number: 51821 } as const;

const unit = "ipv6-home-clat.service";
const routesUnit = "ipv6-home-ipv4.service";
const tableNamePath = "/etc/iproute2/rt_tables.d/ipv6-home-clat.conf";
const forwardingPath = "/etc/sysctl.d/61-ipv6-home-clat.conf";
const configPath = "/etc/ipv6-home/clat.conf";
const sysctlPath = "/etc/ipv6-home/clat.sysctl";
const pidPath = "/run/ipv6-home-clat.pid";

const sysctls = [
  // What comes out of it goes to machines whose own IPv4 is routed there: strict is right.
  [`net.ipv4.conf.${clatInterface}.rp_filter`, 1],
  [`net.ipv6.conf.${clatInterface}.accept_ra`, 0],
] as const;

/**
 * The IPv4 of the segments that have it, out through the tunnel: the firewall hides it behind one address, and Tayga
 * translates that to IPv6 and back without state (464XLAT, RFC 6877). The colo's NAT64 does the rest.
 */
export function clatBundle({
  clat,
  segments,
  mtu,
}: {
  readonly clat: ClatAddresses;
  readonly segments: readonly SegmentAddresses[];
  readonly mtu: MtuPlan;
}): Bundle {
  const { ipv4, ipv6, own } = clat;
  return {
    component: "clat",
    requires: ["tun"],
    files: [
      { path: tableNamePath, content: `${table.number} ${table.name}\n` },
      { path: forwardingPath, content: renderSysctl([["net.ipv4.ip_forward", 1]]) },
      { path: unitPath(routesUnit), content: renderRoutesUnit(segments) },
      {
        path: configPath,
        content: [
          "# tayga.conf(5)",
          `tun-device ${clatInterface}`,
          `ipv4-addr ${own.ipv4}`,
          `ipv6-addr ${own.ipv6}`,
          `prefix ${nat64Prefix}`,
          `map ${ipv4} ${ipv6}`,
          "",
        ].join("\n"),
      },
      { path: sysctlPath, content: renderSysctl(sysctls) },
      {
        path: unitPath(unit),
        content: renderTranslatorUnit(clat, mtu),
      },
    ],
    checks: [verifyUnits(unitPath(routesUnit), unitPath(unit))],
    sysctls: [forwardingPath],
    states: [
      routeState(`dev ${clatInterface} table ${vpnTable.name}`),
      routeState(`table ${table.name}`, "-4"),
      ruleState(table.name, "-4"),
      mtuState(clatInterface),
      sysctlState(sysctls.map(([key]) => key)),
    ],
    units: [
      { unit: routesUnit, action: "restart", paths: [unitPath(routesUnit), tableNamePath] },
      { unit, action: "restart", paths: [configPath, sysctlPath, tableNamePath, unitPath(unit)] },
    ],
  };
}

/**
 * The IPv4 of segments has a table of its own, in which it goes nowhere until the translator is there, and never to the
 * provider. The gateway's own IPv4 is not among it.
 */
function renderRoutesUnit(segments: readonly SegmentAddresses[]): string {
  const prefixes = segments.flatMap(({ ipv4 }) => (ipv4 === undefined ? [] : [ipv4.prefix]));
  const ip = "/usr/sbin/ip -4";
  const routes = [
    `unreachable default table ${table.name} metric ${coverMetric}`,
    // To another segment, or to the gateway there: the main table knows, and the firewall judges (ip-route(8)).
    ...prefixes.map((prefix) => `throw ${prefix} table ${table.name}`),
  ];
  const rules = prefixes.map((prefix) => `from ${prefix} table ${table.name} priority 1000`);
  return renderOneshot({
    description: "IPv4 of the LAN goes to the translator or nowhere",
    unit: { After: "network.target" },
    start: [
      ...routes.map((route) => `${ip} route replace ${route}`),
      // A rule has no "replace": the same one a second time is an error.
      `-${ip} rule flush table ${table.name}`,
      ...rules.map((rule) => `${ip} rule add ${rule}`),
    ],
    stop: [
      ...rules.map((rule) => `${ip} rule delete ${rule}`),
      ...routes.map((route) => `${ip} route delete ${route}`),
    ],
  });
}

function renderTranslatorUnit({ ipv6, own }: ClatAddresses, mtu: MtuPlan): string {
  const ip = "/usr/sbin/ip";
  return renderUnit({
    Unit: {
      Description: "IPv4 of the LAN out through the tunnel, by Tayga",
      After: `network.target ${prefixUnit} ${routesUnit}`,
      Wants: `${prefixUnit} ${routesUnit}`,
    },
    Service: {
      Type: "forking",
      PIDFile: pidPath,
      ExecStartPre: [
        `-/usr/sbin/tayga --config ${configPath} --rmtun`,
        `/usr/sbin/tayga --config ${configPath} --mktun`,
        `/usr/sbin/sysctl -q -p ${sysctlPath}`,
        `${ip} link set dev ${clatInterface} mtu ${mtu.tunnel} up`,
        // Only what comes by the tunnel and what the gateway sends looks there.
        ...[ipv6, own.ipv6].map(
          (each) => `${ip} -6 route replace ${each}/128 dev ${clatInterface} table ${vpnTable.name}`,
        ),
        // IPv6 headers are 20 bytes longer; locked, because forwarding heeds no other (ip_forward_use_pmtu).
        `${ip} -4 route replace default dev ${clatInterface} table ${table.name} mtu lock ${mtu.nat64Ipv4}`,
      ],
      ExecStart: `/usr/sbin/tayga --config ${configPath} --pidfile ${pidPath}`,
      // Its routes go with it, and the cover is left.
      ExecStopPost: `-/usr/sbin/tayga --config ${configPath} --rmtun`,
      Restart: "on-failure",
      RestartSec: 1,
      TimeoutStartSec: 30,
    },
    Install: { WantedBy: "multi-user.target" },
  });
}
