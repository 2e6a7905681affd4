import type { SegmentAddresses, SiteAddresses } from "../network/address-plan";
import type { MtuPlan } from "../network/mtu-plan";
import { raPlan } from "../network/ra-plan";
import { nat64Prefix } from "../network/well-known";
import type { Bundle } from "./bundle";
import { libraryFolder } from "./host";
import { translatorStatePath } from "./tayga";
import { renderUnit, unitPath, verifyUnits } from "./unit";

/** Unit of the daemon that advertises. */
export const radvdUnit = "ipv6-home-radvd.service";

const configPath = "/etc/ipv6-home/radvd.conf";
const folder = "ipv6-home-radvd";
const runConfigPath = `/run/${folder}/radvd.conf`;
const pidPath = `/run/${folder}/radvd.pid`;

/** What was advertised, by interface; removed with the unit. */
export const advertisedPath = `/var/lib/${folder}/advertised`;

/** Router advertisements by radvd: its part of the LAN's bundle. */
export function radvdPart(args: {
  readonly site: SiteAddresses;
  readonly mtu: MtuPlan;
  readonly domain: string;
  /** Unit that the LAN's links and addresses come from, and its file. */
  readonly lanUnit: string;
  /** Where it stands whether the uplink is lost. */
  readonly uplinkPath: string;
}): Required<Pick<Bundle, "files" | "checks" | "units" | "notifies">> {
  const unit = unitPath(radvdUnit);
  return {
    files: [
      { path: configPath, content: renderRadvdConf(args) },
      { path: unit, content: renderRadvdUnit(args) },
    ],
    checks: [`radvd --configtest --config={stage}${configPath}`, verifyUnits(unit)],
    units: [{ unit: radvdUnit, action: "restart", paths: [unitPath(args.lanUnit), unit] }],
    // A stop would tell the clients that the router goes.
    notifies: [{ unit: radvdUnit, action: "reload", paths: [configPath] }],
  };
}

function renderRadvdConf(args: {
  readonly site: SiteAddresses;
  readonly mtu: MtuPlan;
  readonly domain: string;
}): string {
  return [
    "# radvd.conf(5). radvd runs with what ra-config makes of this.",
    ...args.site.segments.flatMap((segment) => ["", ...renderSegment(segment, args)]),
    "",
  ].join("\n");
}

function renderSegment(
  { name, interface: device, prefix, gateway }: SegmentAddresses,
  { mtu, domain }: { readonly mtu: MtuPlan; readonly domain: string },
): string[] {
  const block = (head: string, ...lines: string[]) => [
    `  ${head} {`,
    ...lines.map((line) => `    ${line};`),
    "  };",
  ];
  return [
    `# Segment ${name}`,
    `interface ${device} {`,
    "  AdvSendAdvert on;",
    `  MaxRtrAdvInterval ${raPlan.intervalSec};`,
    `  AdvDefaultLifetime ${raPlan.routerLifetimeSec};`,
    "  AdvManagedFlag on;",
    "  AdvOtherConfigFlag on;",
    `  AdvLinkMTU ${mtu.tunnel};`,
    ...block(
      `prefix ${prefix}`,
      `AdvPreferredLifetime ${raPlan.preferredLifetimeSec}`,
      `AdvValidLifetime ${raPlan.validLifetimeSec}`,
    ),
    ...block(`nat64prefix ${nat64Prefix}`, `AdvValidLifetime ${raPlan.pref64LifetimeSec}`),
    ...block(`RDNSS ${gateway}`, `AdvRDNSSLifetime ${raPlan.dnsLifetimeSec}`),
    ...block(`DNSSL ${domain}`, `AdvDNSSLLifetime ${raPlan.dnsLifetimeSec}`),
    "};",
  ];
}

function renderRadvdUnit({
  site,
  lanUnit,
  uplinkPath,
}: {
  readonly site: SiteAddresses;
  readonly lanUnit: string;
  readonly uplinkPath: string;
}): string {
  const makeConfig = `${libraryFolder}/ra-config ${configPath} ${advertisedPath} ${runConfigPath} ${uplinkPath} ${raPlan.validLifetimeSec} ${translatorStatePath}`;
  const radvd = `/usr/sbin/radvd --logmethod=stderr_clean --config=${runConfigPath}`;
  return renderUnit({
    Unit: {
      Description: "Router advertisements for the LAN by radvd",
      After: `network.target ${lanUnit}`,
      Requires: lanUnit,
      StartLimitIntervalSec: 0,
    },
    Service: {
      // radvd(8) leaves the foreground once it has read its configuration.
      Type: "forking",
      PIDFile: pidPath,
      StateDirectory: folder,
      RuntimeDirectory: folder,
      ExecStartPre: makeConfig,
      ExecStart: `${radvd} --pidfile=${pidPath}`,
      // radvd gives the gateway the MTU that it advertises, and leaves it there.
      ExecStopPost: site.segments.map(
        ({ interface: device }) =>
          `-/bin/sh -c 'cat /sys/class/net/${device}/mtu >/proc/sys/net/ipv6/conf/${device}/mtu'`,
      ),
      ExecReload: [makeConfig, `${radvd} --configtest`, "/bin/kill -HUP $MAINPID"],
      Restart: "on-failure",
      RestartSec: 1,
      TimeoutStartSec: 30,
      TimeoutStopSec: 10,
    },
    Install: { WantedBy: "multi-user.target" },
  });
}
