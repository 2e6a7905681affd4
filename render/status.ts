import type { SiteAddresses } from "../network/address-plan";
import type { LanHost } from "../network/lan-host";
import { gatewayName, statusPort } from "../network/status-plan";
import type { Uplink } from "../network/uplink";
import type { Bundle } from "./bundle";
import { leasesPath } from "./dnsmasq";
import { healthStatePath } from "./health";
import { perlPrograms, type Programs } from "./programs";
import { prefixUnit } from "./routing";
import { uplinkStatePath } from "./uplinks";
import { renderUnit, unitPath, verifyUnits } from "./unit";

/** Writes the page. */
const pageUnit = "ipv6-home-status.service";
/** Serves it. */
const serverUnit = "ipv6-home-status-server.service";
const folder = "ipv6-home-status";
/** Beside the folder that every host has, as those of health. */
export const statusFolder = `/usr/local/lib/${folder}`;
const factsPath = "/etc/ipv6-home/status.conf";
const serverPath = "/etc/ipv6-home/status-server.conf";
const runPath = `/run/${folder}`;

const programNames = ["status-page.pl", "status-watch.pl"] as const;

/** What {@link statusBundle} depends on. */
export interface Status {
  readonly site: SiteAddresses;
  readonly domain: string;
  readonly hosts: readonly LanHost[];
  readonly uplinks: readonly Uplink[];
  /** The texts of assets/status. */
  readonly programs: Programs<(typeof programNames)[number]>;
}

/** The status page of a home: what makes it, and lighttpd, which serves it at the site's own address. */
export function statusBundle({ programs, ...status }: Status): Bundle {
  const { paths, files, checks } = perlPrograms(statusFolder, programs, programNames);
  const units = [unitPath(pageUnit), unitPath(serverUnit)] as const;
  return {
    component: "status",
    requires: [`free-port tcp ${statusPort} ${serverUnit}`],
    files: [
      ...files,
      { path: factsPath, content: renderFacts(status) },
      { path: serverPath, content: renderServer(status) },
      { path: units[0], content: pageService },
      { path: units[1], content: serverService },
    ],
    checks: [...checks, `lighttpd -t -f {stage}${serverPath}`, verifyUnits(...units)],
    units: [
      { unit: pageUnit, action: "restart", paths: [units[0], factsPath, ...paths] },
      { unit: serverUnit, action: "restart", paths: [units[1], serverPath] },
    ],
  };
}

const renderFacts = ({ site, domain, hosts, uplinks }: Omit<Status, "programs">): string =>
  [
    "# What the page knows by the settings, see docs/STATUS.md",
    `domain ${domain}`,
    ...site.segments.map((segment) => `segment ${segment.name} ${segment.interface}`),
    ...uplinks.map((uplink) => `uplink ${uplink.name} ${uplink.interface}`),
    ...hosts.map(({ name, segment, mac, addresses }) =>
      ["host", name, segment.name, mac ?? "-", ...addresses].join(" "),
    ),
    "",
  ].join("\n");

/** A page of somebody else that has its own name lead here does not get to read this one (DNS rebinding). */
function renderServer({ site, domain }: Pick<Status, "site" | "domain">): string {
  const names = [gatewayName, `${gatewayName}.${domain}`, `[${site.gateway}]`];
  const pattern = names.map((name) => name.replace(/[.[\]]/g, "\\$&")).join("|");
  return [
    "# lighttpd(8)",
    'server.modules = ( "mod_access", "mod_setenv" )',
    `server.document-root = "${runPath}"`,
    // On the loopback interface: there whichever link of the LAN is.
    `server.bind = "[${site.gateway}]"`,
    `server.port = ${statusPort}`,
    'server.errorlog-use-syslog = "enable"',
    'index-file.names = ( "index.html" )',
    'mimetype.assign = ( ".html" => "text/html; charset=utf-8" )',
    'setenv.add-response-header = ( "Cache-Control" => "no-cache", "X-Content-Type-Options" => "nosniff" )',
    `$HTTP["host"] !~ "^(${pattern})$" { url.access-deny = ( "" ) }`,
    "",
  ].join("\n");
}

const confined = {
  DynamicUser: "yes",
  ProtectHome: "yes",
  PrivateDevices: "yes",
  NoNewPrivileges: "yes",
  MemoryMax: "64M",
} as const;

const pageService = renderUnit({
  Unit: {
    Description: "Writes the status page of the home",
    After: "network.target",
    StartLimitIntervalSec: 0,
  },
  Service: {
    Type: "exec",
    RuntimeDirectory: folder,
    RuntimeDirectoryMode: "0755",
    ExecStart: `/usr/bin/perl ${statusFolder}/status-watch.pl ${factsPath} ${runPath} ${healthStatePath} ${uplinkStatePath} ${leasesPath}`,
    ...confined,
    CapabilityBoundingSet: "",
    RestrictAddressFamilies: "AF_NETLINK AF_UNIX",
    Restart: "always",
    RestartSec: 1,
  },
  Install: { WantedBy: "multi-user.target" },
});

const serverService = renderUnit({
  Unit: {
    Description: "Shows the LAN the status page by lighttpd",
    After: `network.target ${prefixUnit} ${pageUnit}`,
    Wants: prefixUnit,
    StartLimitIntervalSec: 0,
  },
  Service: {
    Type: "exec",
    ExecStart: `/usr/sbin/lighttpd -D -f ${serverPath}`,
    ...confined,
    AmbientCapabilities: "CAP_NET_BIND_SERVICE",
    CapabilityBoundingSet: "CAP_NET_BIND_SERVICE",
    RestrictAddressFamilies: "AF_INET AF_INET6 AF_UNIX",
    Restart: "always",
    RestartSec: 1,
    TimeoutStartSec: 30,
  },
  Install: { WantedBy: "multi-user.target" },
});
