import type { Address } from "../network/address";
import type { SegmentAddresses, SiteAddresses } from "../network/address-plan";
import type { BootPlan } from "../network/boot-plan";
import type { Delegation } from "../network/delegation";
import type { LanHost } from "../network/lan-host";
import type { MtuPlan } from "../network/mtu-plan";
import { raPlan, type RaPlan } from "../network/ra-plan";
import { nat64Prefix } from "../network/well-known";
import { renderBootOptions } from "./boot-options";
import { renderAllowedNames } from "./allowed-names";
import type { Bundle } from "./bundle";
import { renderDhcp4 } from "./dhcp4";
import { delegationUnit } from "./delegation";
import { libraryFolder } from "./host";
import { renderGatewayName, renderIgnoredNames, renderLanHosts } from "./lan-hosts";
import { lanLinks, lanLinksAway, lanLinkStates } from "./lan-links";
import { raWatchPart, uplinkPath } from "./ra-watch";
import { radvdPart } from "./radvd";
import { prefixUnit } from "./routing";
import { segmentTag } from "./tags";
import { renderUnit, unitPath, verifyUnits } from "./unit";

const lanUnit = "ipv6-home-lan.service";
/** The daemon that gives machines at home their names and leases. */
export const dnsmasqUnit = "ipv6-home-dnsmasq.service";
const configPath = "/etc/ipv6-home/dnsmasq.conf";
const stateFolder = "ipv6-home-dnsmasq";
/** Who has which address, until when. */
export const leasesPath = `/var/lib/${stateFolder}/leases`;

/** What the LAN is made of. */
export interface Lan {
  readonly site: SiteAddresses;
  readonly mtu: MtuPlan;
  readonly domain: string;
  readonly hosts: readonly LanHost[];
  readonly boot: BootPlan;
  /** Whether the gateway has a name, for its status page. */
  readonly status: boolean;
  readonly delegations: readonly Delegation[];
  readonly resolver: Address;
  readonly ra: RaPlan;
  /** The colo's end of the tunnel, which answers while the uplink is there. */
  readonly beacon: Address;
}

/** The LAN: DHCPv6 and names of its machines by dnsmasq, the rest asked at the colo; RA by dnsmasq or radvd. */
export function lanBundle(args: Lan): Bundle {
  const { site, ra } = args;
  const advertised = ra.daemon === "radvd" ? radvdPart({ ...args, lanUnit, uplinkPath }) : undefined;
  const files = [
    { path: configPath, content: renderDnsmasqConf(args) },
    { path: unitPath(lanUnit), content: renderLanUnit(site, args.delegations) },
    { path: unitPath(dnsmasqUnit), content: renderDnsmasqUnit() },
    ...(advertised?.files ?? []),
  ];
  const watch = raWatchPart(args);
  return {
    component: "lan",
    files: [...files, ...watch.files],
    checks: [
      `dnsmasq --test --conf-file={stage}${configPath}`,
      verifyUnits(unitPath(lanUnit), unitPath(dnsmasqUnit)),
      ...(advertised?.checks ?? []),
      ...watch.checks,
    ],
    farewells: site.segments.map((segment) => ({
      to: `${segment.interface}=${segment.prefix}`,
      command: farewell(segment, args),
    })),
    links: [...new Set(site.segments.map(({ interface: device, vlan }) => vlan?.parent ?? device))],
    states: site.segments.flatMap(lanLinkStates),
    notices: watch.notices,
    units: [
      { unit: lanUnit, action: "restart", paths: [unitPath(lanUnit)] },
      { unit: dnsmasqUnit, action: "restart", paths: [configPath, unitPath(lanUnit), unitPath(dnsmasqUnit)] },
      ...watch.units,
      ...(advertised?.units ?? []),
    ],
    notifies: advertised?.notifies ?? [],
  };
}

/** Final advertisements at a time: three in all (RFC 4861, section 10), of which radvd sends one itself when it stops. */
function farewell(segment: SegmentAddresses, { ra, domain }: Lan): string {
  const pref64 = ra.daemon === "radvd" ? nat64Prefix.toString() : "-";
  const most = ra.daemon === "radvd" ? 1 : 2;
  return [
    `${libraryFolder}/lan-farewell`,
    segment.interface,
    segment.prefix,
    segment.gateway,
    domain,
    pref64,
    most,
  ].join(" ");
}

function renderDnsmasqConf({
  site,
  mtu,
  domain,
  hosts,
  boot,
  status,
  delegations,
  resolver,
  ra,
}: Lan): string {
  return [
    "# dnsmasq(8)",
    "user=dnsmasq",
    "bind-dynamic",
    "except-interface=lo",
    ...site.segments.map((segment) => `interface=${segment.interface}`),
    "",
    "# Names: ours from leases, everything else from the colo's resolver",
    "no-resolv",
    "no-hosts",
    `server=${resolver}`,
    "# Asked from the tunnel's own address: where this is answered and nothing else is, the colo lacks the way back to us",
    `server=/ipv4only.arpa/${resolver}@${site.tunnel}`,
    `edns-packet-max=${mtu.edns}`,
    "# Its cache would give the answer for a validating client (no synthesis) to everybody; the colo's is near enough",
    "cache-size=0",
    `domain=${domain}`,
    `local=/${domain}/`,
    ...site.segments.map((segment) => `domain=${domain},${segment.prefix},local`),
    "dhcp-fqdn",
    ...renderIgnoredNames(site.segments),
    "",
    "# Addresses",
    ...(ra.daemon === "dnsmasq" ? ["enable-ra"] : []),
    "dhcp-authoritative",
    "dhcp-rapid-commit",
    `dhcp-lease-max=${mostLeases(site, hosts)}`,
    `dhcp-leasefile=${leasesPath}`,
    `dhcp-option=option6:domain-search,${domain}`,
    ...site.segments.flatMap((segment) => [
      "",
      `# Segment ${segment.name}`,
      ...renderSegment(segment, mtu, ra),
      ...renderDhcp4(segment, domain, mtu),
    ]),
    ...renderAllowedNames(site.segments),
    ...renderLanHosts(hosts, domain, delegations),
    ...(status ? renderGatewayName(site.gateway, domain) : []),
    ...renderBootOptions(boot, site.segments),
    "",
  ].join("\n");
}

/** dnsmasq's own limit, 1000 for everybody by both protocols, becomes a segment's share; a machine has a lease of each. */
const mostLeases = ({ segments }: SiteAddresses, hosts: readonly LanHost[]): number =>
  1000 * segments.length + 2 * hosts.length;

function renderSegment(segment: SegmentAddresses, mtu: MtuPlan, ra: RaPlan): string[] {
  const { intervalSec, routerLifetimeSec, preferredLifetimeSec } = raPlan;
  const advertises = ra.daemon === "dnsmasq";
  const range = [segment.leases.first, segment.leases.last, ...(advertises ? ["slaac"] : []), 64];
  return [
    `dhcp-range=set:${segmentTag(segment.name)},${range.join(",")},${preferredLifetimeSec}`,
    `dhcp-option=tag:${segmentTag(segment.name)},option6:dns-server,[${segment.gateway}]`,
    ...(advertises
      ? [`ra-param=${segment.interface},mtu:${mtu.tunnel},${intervalSec},${routerLifetimeSec}`]
      : []),
  ];
}

function renderLanUnit(site: SiteAddresses, delegations: readonly Delegation[]): string {
  return renderUnit({
    Unit: {
      Description: "LAN segments of ipv6-home",
      After: `network.target ${prefixUnit}`,
      // Kea stops with this unit, so it starts with it: it is of another component, which may have nothing to change.
      Wants: [prefixUnit, ...(delegations.length === 0 ? [] : [delegationUnit])].join(" "),
      StartLimitIntervalSec: 0,
    },
    Service: {
      Type: "notify",
      NotifyAccess: "all",
      ExecStart: lanLinks(site.segments, delegations),
      // What is gone already needs no removal: the minus sign of systemd.service(5).
      ExecStopPost: lanLinksAway(site.segments, delegations).map((command) => `-${command}`),
      Restart: "on-failure",
      RestartSec: 1,
      TimeoutStartSec: 30,
      TimeoutStopSec: 10,
    },
    Install: { WantedBy: "multi-user.target" },
  });
}

function renderDnsmasqUnit(): string {
  return renderUnit({
    Unit: {
      Description: "DHCPv6 and names for the LAN by dnsmasq",
      After: `network.target ${lanUnit}`,
      Requires: lanUnit,
    },
    Service: {
      // dnsmasq(8) leaves the foreground once it is ready.
      Type: "forking",
      PIDFile: "/run/ipv6-home-dnsmasq.pid",
      StateDirectory: stateFolder,
      ExecStartPre: `/usr/sbin/dnsmasq --test --conf-file=${configPath}`,
      ExecStart: `/usr/sbin/dnsmasq --conf-file=${configPath} --pid-file=/run/ipv6-home-dnsmasq.pid`,
      Restart: "on-failure",
      RestartSec: 1,
      TimeoutStartSec: 30,
    },
    Install: { WantedBy: "multi-user.target" },
  });
}
