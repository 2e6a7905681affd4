import type { Address } from "../network/address";
import type { ColoAddresses } from "../network/address-plan";
import { minimumIpv6Mtu, type MtuPlan } from "../network/mtu-plan";
import { holdsPort, joolWitness, type JoolPlan } from "../network/translator";
import { nat64Prefix } from "../network/well-known";
import type { Bundle } from "./bundle";
import { mtuState, routeState, ruleState, sysctlState } from "./live";
import { renderSysctl } from "./sysctl";
import { nat64Unit, stateFolder, translatorInterface } from "./tayga";
import { renderUnit, unitPath, verifyUnits } from "./unit";

/** Network namespace in which Jool translates: the host's own packets pass it like anybody's. */
export const joolNamespace = "ipv6-home-nat64";

/** What Jool calls the one that translates there. */
export const joolInstance = "nat64";

/** Mark of flows that are the translator's, and number of the table that leads them there, if it shares an address. */
export const joolMark = 64;

const configPath = "/etc/ipv6-home/jool.json";
const sysctlPath = "/etc/ipv6-home/nat64.sysctl";
const insideSysctlPath = "/etc/ipv6-home/nat64-inside.sysctl";
/** For `ip -batch`: inside of the namespace, and on the host. */
const insidePath = "/etc/ipv6-home/nat64-inside.ip";
const outsidePath = "/etc/ipv6-home/nat64-outside.ip";

/** The two ends of the cable between host and namespace, inside of which it is called `colo`. */
const outside = "fe80::1";
const inside = "fe80::64";
const cable = "colo";
/** For an interface that must have an IPv4 address and uses none (RFC 7600, section 4.8). */
const dummyIpv4 = "192.0.0.8";

const ip = "/usr/sbin/ip";

/** Its configuration as Jool reads it (its "atomic configuration"). */
function renderJool({ address, ports, forwards }: JoolPlan): string {
  const range = `${ports.first}-${ports.last}`;
  const outsideRange = forwards.filter(({ port }) => !holdsPort(ports, port));
  const entry = (protocol: string, portRange: string) => ({
    protocol,
    prefix: `${address}/32`,
    "port range": portRange,
  });
  const config = {
    instance: joolInstance,
    framework: "netfilter",
    global: {
      pool6: nat64Prefix.toString(),
      // For packets that a router may cut: a home's tunnel can be smaller than the colo's plan.
      "lowest-ipv6-mtu": minimumIpv6Mtu,
    },
    pool4: [
      ...["TCP", "UDP", "ICMP"].map((protocol) => entry(protocol, range)),
      ...outsideRange.map(({ protocol, port }) => entry(protocol.toUpperCase(), `${port}-${port}`)),
    ],
    bib: forwards.map((forward) => ({
      comment: forward.name,
      protocol: forward.protocol.toUpperCase(),
      "ipv6 address": `${forward.address}#${forward.toPort}`,
      "ipv4 address": `${address}#${forward.port}`,
    })),
  };
  return `${JSON.stringify(config, undefined, 2)}\n`;
}

const sysctlsOf = ({ shared }: JoolPlan) =>
  [
    // What the translator sends has a source that leads back to it: strict. Or the host's own one, by leave.
    [`net.ipv4.conf.${translatorInterface}.rp_filter`, shared ? 2 : 1],
    ...(shared ? [[`net.ipv4.conf.${translatorInterface}.accept_local`, 1] as const] : []),
    [`net.ipv6.conf.${translatorInterface}.accept_ra`, 0],
  ] as const;

const insideSysctls = [
  ["net.ipv4.ip_forward", 1],
  ["net.ipv6.conf.all.forwarding", 1],
] as const;

/** Addresses and routes of the namespace, in the words of ip(8). */
const renderInside = (address: Address, translator: Address): string =>
  lines([
    `link set dev ${cable} addrgenmode none up`,
    "link set dev lo up",
    `address add ${inside}/64 dev ${cable} nodad`,
    // The sources of its errors, so that this hop shows in traceroutes from either side.
    `address add ${translator}/128 dev lo nodad`,
    `address add ${address}/32 dev lo`,
    `address add ${joolWitness}/32 dev lo`,
    `route add ::/0 via ${outside} dev ${cable}`,
    `route add 0.0.0.0/0 via inet6 ${outside} dev ${cable}`,
  ]);

/** What leads the host's packets there. */
const renderOutside = (
  { address, shared }: JoolPlan,
  translator: Address,
  mtu: MtuPlan,
  wanInterface: string,
): string => {
  const dev = `dev ${translatorInterface}`;
  return lines([
    `link set ${dev} addrgenmode none up`,
    `address add ${outside}/64 ${dev} nodad`,
    // Without any IPv4 address the kernel would take none of the host's own as a source here (fib_validate_source).
    ...(shared ? [`address add ${dummyIpv4}/32 ${dev} scope link`] : []),
    `route replace ${nat64Prefix} via ${inside} ${dev}`,
    `route replace ${translator}/128 via ${inside} ${dev}`,
    // IPv4 is 20 bytes smaller than IPv6: the host itself then answers "fragmentation needed" with the right size.
    // Locked, because forwarding heeds no other route MTU (ip-sysctl, ip_forward_use_pmtu).
    `route replace ${address}/32 via inet6 ${inside} ${dev}${shared ? ` table ${joolMark}` : ""} mtu lock ${mtu.nat64Ipv4}`,
    // Should the provider not route it but look for it on the link (RFC 1027).
    ...(shared ? [] : [`neighbour replace proxy ${address} dev ${wanInterface}`]),
  ]);
};

const lines = (list: readonly string[]): string => list.map((each) => `${each}\n`).join("");

/** What Jool needs of a host, see assets/host/preflight.sh: judged before the firewall stops to be that of Tayga as well. */
export const joolRequires = ({ address, shared }: JoolPlan): string[] => [
  "jool",
  shared ? `own-address ${address} colo.address4` : `spare-address ${address} nat64.address4`,
];

/** NAT64 (RFC 6146) by Jool in a network namespace: one translation, to an IPv4 address that the internet knows. */
export function joolBundle(args: {
  readonly addresses: ColoAddresses;
  readonly mtu: MtuPlan;
  readonly wanInterface: string;
  readonly jool: JoolPlan;
}): Bundle {
  const { addresses, mtu, wanInterface, jool } = args;
  const { address, shared } = jool;
  const sysctls = sysctlsOf(jool);
  const table = `table ${joolMark}`;
  return {
    component: "nat64",
    requires: joolRequires(jool),
    files: [
      { path: configPath, content: renderJool(jool) },
      { path: sysctlPath, content: renderSysctl(sysctls) },
      { path: insideSysctlPath, content: renderSysctl(insideSysctls) },
      { path: insidePath, content: renderInside(address, addresses.translator) },
      { path: outsidePath, content: renderOutside(jool, addresses.translator, mtu, wanInterface) },
      {
        path: unitPath(nat64Unit),
        content: renderUnit({
          Unit: { Description: `NAT64 ${nat64Prefix} by Jool`, After: "network.target" },
          Service: {
            Type: "oneshot",
            RemainAfterExit: "yes",
            // Tayga's, so that it goes with the unit, whichever of them is there at last.
            StateDirectory: stateFolder,
            ExecStart: [
              "/sbin/modprobe jool",
              `-${ip} link delete ${translatorInterface}`,
              `-${ip} netns delete ${joolNamespace}`,
              `${ip} netns add ${joolNamespace}`,
              // As large as the tunnel takes IPv6.
              `${ip} link add ${translatorInterface} mtu ${mtu.tunnel} type veth peer name ${cable} mtu ${mtu.tunnel} netns ${joolNamespace}`,
              `/usr/sbin/sysctl -q -p ${sysctlPath}`,
              `${ip} netns exec ${joolNamespace} /usr/sbin/sysctl -q -p ${insideSysctlPath}`,
              `${ip} -n ${joolNamespace} -batch ${insidePath}`,
              `${ip} netns exec ${joolNamespace} /usr/bin/jool file handle ${configPath}`,
              `${ip} -batch ${outsidePath}`,
              ...(shared
                ? [
                    // Before the host's own addresses, whose rule moves from 0 to 2; there is always one of it.
                    `-${ip} rule add priority 2 lookup local`,
                    `-${ip} rule add priority 1 fwmark ${joolMark} lookup ${joolMark}`,
                    `/bin/sh -c '${ip} rule show priority 2 | grep -q "lookup local" && { ${ip} rule delete priority 0 lookup local || :; }'`,
                  ]
                : []),
            ],
            // Also after a start that has failed half way.
            ExecStopPost: [
              ...(shared
                ? [
                    `${ip} rule add priority 0 lookup local`,
                    `${ip} rule delete priority 1 fwmark ${joolMark} lookup ${joolMark}`,
                    `${ip} rule delete priority 2 lookup local`,
                  ]
                : [`${ip} neighbour delete proxy ${address} dev ${wanInterface}`]),
              `${ip} netns exec ${joolNamespace} /usr/bin/jool instance remove ${joolInstance}`,
              `${ip} link delete ${translatorInterface}`,
              `${ip} netns delete ${joolNamespace}`,
            ].map((command) => `-${command}`),
            Restart: "on-failure",
            RestartSec: 5,
            TimeoutStartSec: 60,
          },
          Install: { WantedBy: "multi-user.target" },
        }),
      },
    ],
    checks: [
      // Jool itself judges it, in a network that goes with the command.
      `/sbin/modprobe jool && unshare --net /usr/bin/jool file handle {stage}${configPath}`,
      verifyUnits(unitPath(nat64Unit)),
    ],
    states: [
      routeState(`dev ${translatorInterface}`),
      ...(shared
        ? [routeState(table, "-4"), ruleState(String(joolMark), "-4")]
        : [routeState(`dev ${translatorInterface}`, "-4")]),
      mtuState(translatorInterface),
      sysctlState(sysctls.map(([key]) => key)),
      // Entries of the BIB that flows have made end with 0.
      ...[
        "global display",
        "pool4 display",
        "bib display --tcp --numeric",
        "bib display --udp --numeric",
      ].map(
        (what) =>
          `ip netns exec ${joolNamespace} jool -i ${joolInstance} ${what} --csv${what.startsWith("bib") ? " | grep ',1$'" : ""}`,
      ),
    ],
    units: [
      {
        unit: nat64Unit,
        action: "restart",
        paths: [configPath, sysctlPath, insideSysctlPath, insidePath, outsidePath, unitPath(nat64Unit)],
      },
    ],
  };
}
