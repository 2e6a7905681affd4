import type { Address } from "../network/address";
import type { SegmentAddresses, SiteAddresses } from "../network/address-plan";
import type { BootPlan } from "../network/boot-plan";
import type { Delegation } from "../network/delegation";
import type { LanHost } from "../network/lan-host";
import type { MtuPlan } from "../network/mtu-plan";
import { renderBootOptions } from "./boot-options";
import { renderAllowedNames } from "./allowed-names";
import type { Bundle } from "./bundle";
import { renderDhcp4 } from "./dhcp4";
import { libraryFolder } from "./host";
import { renderLanHosts } from "./lan-hosts";
import { lanLinks, lanLinksAway, lanLinkStates } from "./lan-links";
import { prefixUnit } from "./routing";
import { renderUnit, unitPath } from "./unit";

const lanUnit = "ipv6-home-lan.service";
const dnsmasqUnit = "ipv6-home-dnsmasq.service";
const configPath = "/etc/ipv6-home/dnsmasq.conf";
const stateFolder = "ipv6-home-dnsmasq";

/** Lease time, and with dnsmasq also preferred and valid lifetime in RAs: what RFC 9096, section 3.2, recommends. */
const preferredLifetimeSec = 2700;

/** RFC 4861, section 6.2.1: MaxRtrAdvInterval (4 to 1800 s) and AdvDefaultLifetime (at least that interval). */
const advertisements = { intervalSec: 200, routerLifetimeSec: 1800 } as const;

/** The LAN by dnsmasq: RA, DHCPv6 and SLAAC on each segment, names of leased machines, the rest asked at the colo. */
export function lanBundle(args: {
  readonly site: SiteAddresses;
  readonly mtu: MtuPlan;
  readonly domain: string;
  readonly hosts: readonly LanHost[];
  readonly boot: BootPlan;
  readonly delegations: readonly Delegation[];
  readonly resolver: Address;
}): Bundle {
  return {
    component: "lan",
    files: [
      { path: configPath, content: renderDnsmasqConf(args) },
      { path: unitPath(lanUnit), content: renderLanUnit(args.site, args.delegations) },
      { path: unitPath(dnsmasqUnit), content: renderDnsmasqUnit() },
    ],
    checks: [
      `dnsmasq --test --conf-file={stage}${configPath}`,
      `systemd-analyze verify {stage}${unitPath(lanUnit)} {stage}${unitPath(dnsmasqUnit)}`,
    ],
    farewells: args.site.segments.map(({ interface: device, prefix, gateway }) => ({
      to: `${device}=${prefix}`,
      command: [`${libraryFolder}/lan-farewell`, device, prefix, gateway, args.domain].join(" "),
    })),
    links: [...new Set(args.site.segments.map(({ interface: device, vlan }) => vlan?.parent ?? device))],
    states: args.site.segments.flatMap(lanLinkStates),
    units: [
      { unit: lanUnit, action: "restart", paths: [unitPath(lanUnit)] },
      { unit: dnsmasqUnit, action: "restart", paths: [configPath, unitPath(lanUnit), unitPath(dnsmasqUnit)] },
    ],
  };
}

function renderDnsmasqConf(args: {
  readonly site: SiteAddresses;
  readonly mtu: MtuPlan;
  readonly domain: string;
  readonly hosts: readonly LanHost[];
  readonly boot: BootPlan;
  readonly delegations: readonly Delegation[];
  readonly resolver: Address;
}): string {
  const { site, mtu, domain, hosts, boot, delegations, resolver } = args;
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
    "",
    "# Addresses",
    "enable-ra",
    "dhcp-authoritative",
    "dhcp-rapid-commit",
    `dhcp-leasefile=/var/lib/${stateFolder}/leases`,
    `dhcp-option=option6:domain-search,${domain}`,
    ...site.segments.flatMap((segment) => [
      "",
      `# Segment ${segment.name}`,
      ...renderSegment(segment, mtu),
      ...renderDhcp4(segment, domain, mtu),
    ]),
    ...renderAllowedNames(site.segments),
    ...renderLanHosts(hosts, domain, delegations),
    ...renderBootOptions(boot, site.segments),
    "",
  ].join("\n");
}

function renderSegment(segment: SegmentAddresses, mtu: MtuPlan): string[] {
  const { intervalSec, routerLifetimeSec } = advertisements;
  return [
    `dhcp-range=set:${segment.name},${segment.leases.first},${segment.leases.last},slaac,64,${preferredLifetimeSec}`,
    `dhcp-option=tag:${segment.name},option6:dns-server,[${segment.gateway}]`,
    `ra-param=${segment.interface},mtu:${mtu.tunnel},${intervalSec},${routerLifetimeSec}`,
  ];
}

function renderLanUnit(site: SiteAddresses, delegations: readonly Delegation[]): string {
  return renderUnit({
    Unit: {
      Description: "LAN segments of ipv6-home",
      After: `network.target ${prefixUnit}`,
      Wants: prefixUnit,
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
      Description: "RA, DHCPv6 and names for the LAN by dnsmasq",
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
