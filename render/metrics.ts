import type { Address } from "../network/address";
import type { ColoAddresses, SiteAddresses } from "../network/address-plan";
import { exporterPort } from "../network/monitoring-plan";
import type { Prefix } from "../network/prefix";
import type { Translator } from "../network/translator";
import { tunnelInterfaces } from "../network/tunnel-plan";
import type { Uplink } from "../network/uplink";
import type { Bundle } from "./bundle";
import { clatInterface } from "./clat";
import { leasesPath } from "./dnsmasq";
import { healthMetricsPath } from "./health";
import { joolInstance, joolNamespace } from "./jool";
import { addressState } from "./live";
import { perlPrograms, type Programs } from "./programs";
import { sourcesPath, translatorInterface } from "./tayga";
import { renderOneshot, renderUnit, unitPath, verifyUnits, watching } from "./unit";
import { uplinkStatePath } from "./uplinks";

const folder = "ipv6-home-metrics";
/** Beside the folder that every host has, as that of health. */
export const metricsFolder = `/usr/local/lib/${folder}`;
const configPath = "/etc/ipv6-home/metrics.conf";
const runPath = `/run/${folder}`;

/** Holds the address that the host is asked at, whatever comes and goes. */
export const insideUnit = "ipv6-home-inside.service";
const collectorUnit = "ipv6-home-metrics.service";
const exporterUnit = "ipv6-home-exporter.service";

const programNames = ["health-looks.pl", "metrics-watch.pl"] as const;

/** The texts of what runs: that of health looks at units and tunnels here too. */
export type MetricsPrograms = Programs<(typeof programNames)[number]>;

/** What of node exporter is of use; its defaults are dozens. */
const collectors = ["cpu", "filesystem", "loadavg", "meminfo", "netdev", "stat", "textfile", "time"];

/** What tells how the colo is. */
export function coloMetricsBundle(args: {
  readonly addresses: ColoAddresses;
  readonly wanInterface: string;
  readonly pool4: Prefix;
  readonly translator: Translator;
  readonly programs: MetricsPrograms;
}): Bundle {
  const { addresses, wanInterface, pool4, translator, programs } = args;
  return metricsBundle({
    programs,
    address: addresses.monitor,
    devices: [wanInterface, translatorInterface],
    // Jool has no address for each source.
    sources: [
      translator.program === "tayga"
        ? `sources ${sourcesPath} ${2 ** (32 - pool4.length)}`
        : `jool /run/netns/${joolNamespace} ${joolInstance}`,
    ],
    // To enter the network that Jool is in.
    capabilities: translator.program === "tayga" ? [] : ["CAP_SYS_ADMIN"],
  });
}

/** What tells how a home is. */
export function homeMetricsBundle(args: {
  readonly site: SiteAddresses;
  readonly uplinks: readonly Uplink[];
  readonly programs: MetricsPrograms;
}): Bundle {
  const { site, uplinks, programs } = args;
  return metricsBundle({
    programs,
    address: site.tunnel,
    devices: [
      ...uplinks.map((uplink) => uplink.interface),
      ...site.segments.map((segment) => segment.interface),
      clatInterface,
    ],
    sources: [
      `leases ${leasesPath}`,
      ...site.segments.map(({ name, prefix, ipv4 }) =>
        ["segment", name, prefix, ...(ipv4 === undefined ? [] : [ipv4.prefix])].join(" "),
      ),
      ...uplinks.map((uplink) => `uplink ${uplink.name} ${uplink.interface}`),
      ...(uplinks.length === 1 ? [] : [`uplinks ${uplinkStatePath}`]),
    ],
    capabilities: [],
  });
}

/** What is no disk: the kernel's own, and memory. Node exporter's default leaves out the roots of containers as well. */
const noDisks = [
  ..."autofs binfmt_misc bpf cgroup2? configfs debugfs devpts devtmpfs fuse.* hugetlbfs mqueue nsfs proc pstore".split(
    " ",
  ),
  ..."ramfs rpc_pipefs securityfs selinuxfs squashfs sysfs tmpfs tracefs".split(" "),
];

/** A name in a regular expression of Go. */
const literally = (text: string) => text.replaceAll(".", "[.]");

function metricsBundle(args: {
  readonly address: Address;
  readonly devices: readonly string[];
  readonly sources: readonly string[];
  /** What the collector may do beside what all of them may. */
  readonly capabilities: readonly string[];
  readonly programs: MetricsPrograms;
}): Bundle {
  const { address, devices, sources, capabilities, programs } = args;
  const { paths, files, checks } = perlPrograms(metricsFolder, programs, programNames);
  const units = [insideUnit, collectorUnit, exporterUnit].map(unitPath);
  const [inside = "", collector = "", exporter = ""] = units;
  const tunnels = tunnelInterfaces.replace("*", ".*");
  return {
    component: "metrics",
    files: [
      ...files,
      {
        path: configPath,
        content: [
          "# KIND ARGUMENT…, see docs/MONITORING.md",
          `health ${healthMetricsPath}`,
          ...sources,
          "",
        ].join("\n"),
      },
      {
        path: inside,
        content: renderOneshot({
          description: `Address ${address} of ipv6-home, at which this host is asked how it is`,
          unit: { After: "network.target" },
          start: [`/usr/sbin/ip -6 address replace ${address}/128 dev lo`],
          stop: [`/usr/sbin/ip -6 address delete ${address}/128 dev lo`],
        }),
      },
      { path: collector, content: renderCollectorUnit(capabilities) },
      {
        path: exporter,
        content: renderExporterUnit(address, `^(${[tunnels, ...devices.map(literally)].join("|")})$`),
      },
    ],
    checks: [...checks, verifyUnits(...units)],
    states: [addressState("lo", address)],
    units: [
      { unit: insideUnit, action: "restart", paths: [inside] },
      { unit: collectorUnit, action: "restart", paths: [collector, configPath, ...paths] },
      { unit: exporterUnit, action: "restart", paths: [exporter, inside] },
    ],
  };
}

const renderCollectorUnit = (capabilities: readonly string[]) =>
  renderUnit({
    Unit: {
      Description: "Counts what this host does for the home",
      After: "network.target",
      StartLimitIntervalSec: 0,
    },
    Service: {
      Type: "exec",
      RuntimeDirectory: folder,
      ExecStart: `/usr/bin/perl ${metricsFolder}/metrics-watch.pl ${configPath} ${runPath}`,
      // To list rules and peers, and to read what belongs to dnsmasq.
      ...watching(["CAP_NET_ADMIN", "CAP_DAC_READ_SEARCH", ...capabilities].join(" ")),
    },
    Install: { WantedBy: "multi-user.target" },
  });

const renderExporterUnit = (address: Address, devices: string) =>
  renderUnit({
    Unit: {
      Description: "Tells how this host is, by Debian's node exporter",
      // Not required: it would stop with it whenever that is restarted.
      Wants: insideUnit,
      After: `network.target ${insideUnit}`,
      StartLimitIntervalSec: 0,
    },
    Service: {
      Type: "exec",
      User: "prometheus",
      ExecStart: [
        "/usr/bin/prometheus-node-exporter",
        `--web.listen-address=[${address}]:${exporterPort}`,
        "--web.disable-exporter-metrics",
        "--collector.disable-defaults",
        ...collectors.map((name) => `--collector.${name}`),
        `--collector.textfile.directory=${runPath}`,
        `--collector.filesystem.fs-types-exclude=^(${noDisks.join("|")})$$`,
        // Debian 12 has a default for this one, and takes not both.
        "--collector.netdev.device-exclude=",
        `--collector.netdev.device-include=${devices.replaceAll("$", "$$$$")}`,
      ].join(" "),
      CapabilityBoundingSet: "",
      NoNewPrivileges: "yes",
      Restart: "always",
      RestartSec: 1,
    },
    Install: { WantedBy: "multi-user.target" },
  });
