import type { ColoAddresses } from "../network/address-plan";
import type { MtuPlan } from "../network/mtu-plan";
import type { Prefix } from "../network/prefix";
import { nat64Prefix } from "../network/well-known";
import type { Bundle } from "./bundle";
import { mtuState, routeState, sysctlState } from "./live";
import { renderSysctl } from "./sysctl";
import { renderUnit, unitPath, verifyUnits } from "./unit";

/** The translator's interface. */
export const translatorInterface = "nat64";

/** The translator's unit. */
export const nat64Unit = "ipv6-home-nat64.service";

/** Holds a line "dead" while the translator is, as far as a host knows; written by assets/health/health-watch.pl. */
export const translatorStatePath = "/run/ipv6-home-health/nat64";

const configPath = "/etc/ipv6-home/tayga.conf";
const sysctlPath = "/etc/ipv6-home/nat64.sysctl";
/** Folder under /var/lib of the translator, whichever it is. */
export const stateFolder = "ipv6-home-nat64";
/** Tayga's own file: an IPv4 and an IPv6 address a line. */
export const sourcesPath = `/var/lib/${stateFolder}/dynamic.map`;

const sysctls = [
  // What the translator sends has a source of the pool, which is routed there: strict is right.
  [`net.ipv4.conf.${translatorInterface}.rp_filter`, 1],
  [`net.ipv6.conf.${translatorInterface}.accept_ra`, 0],
] as const;

/** NAT64 (RFC 6146) by Tayga: one IPv4 address of the pool per IPv6 source, then NAT44 by the firewall's table. */
export function nat64Bundle(args: {
  readonly addresses: ColoAddresses;
  readonly mtu: MtuPlan;
  readonly pool4: Prefix;
}): Bundle {
  const { addresses, mtu, pool4 } = args;
  const ip = "/usr/sbin/ip";
  return {
    component: "nat64",
    requires: ["tun"],
    files: [
      {
        path: configPath,
        content: [
          "# tayga.conf(5)",
          `tun-device ${translatorInterface}`,
          `ipv4-addr ${pool4.host(1n)}`,
          "# Routed from outside, so that this hop shows in traceroutes and its errors arrive",
          `ipv6-addr ${addresses.translator}`,
          `prefix ${nat64Prefix}`,
          `dynamic-pool ${pool4}`,
          `data-dir /var/lib/${stateFolder}`,
          "",
        ].join("\n"),
      },
      {
        path: sysctlPath,
        content: renderSysctl(sysctls),
      },
      {
        path: unitPath(nat64Unit),
        content: renderUnit({
          Unit: { Description: `NAT64 ${nat64Prefix} by Tayga`, After: "network.target" },
          Service: {
            Type: "forking",
            PIDFile: "/run/ipv6-home-nat64.pid",
            StateDirectory: stateFolder,
            ExecStartPre: [
              `-/usr/sbin/tayga --config ${configPath} --rmtun`,
              `/usr/sbin/tayga --config ${configPath} --mktun`,
              `/usr/sbin/sysctl -q -p ${sysctlPath}`,
              // IPv6 in and out of the translator is as large as the tunnel takes it ...
              `${ip} link set dev ${translatorInterface} mtu ${mtu.tunnel} up`,
              `${ip} -6 route replace ${nat64Prefix} dev ${translatorInterface}`,
              `${ip} -6 route replace ${addresses.translator}/128 dev ${translatorInterface}`,
              // ... and IPv4 20 bytes smaller: the kernel itself then answers "fragmentation needed" with the right size.
              // Locked, because forwarding heeds no other route MTU (ip-sysctl, ip_forward_use_pmtu).
              `${ip} route replace ${pool4} dev ${translatorInterface} mtu lock ${mtu.nat64Ipv4}`,
            ],
            ExecStart: `/usr/sbin/tayga --config ${configPath} --pidfile /run/ipv6-home-nat64.pid`,
            ExecStopPost: `-/usr/sbin/tayga --config ${configPath} --rmtun`,
            Restart: "on-failure",
            RestartSec: 1,
            TimeoutStartSec: 30,
          },
          Install: { WantedBy: "multi-user.target" },
        }),
      },
    ],
    checks: [verifyUnits(unitPath(nat64Unit))],
    states: [
      routeState(`dev ${translatorInterface}`),
      routeState(`dev ${translatorInterface}`, "-4"),
      mtuState(translatorInterface),
      sysctlState(sysctls.map(([key]) => key)),
    ],
    units: [{ unit: nat64Unit, action: "restart", paths: [configPath, sysctlPath, unitPath(nat64Unit)] }],
  };
}
