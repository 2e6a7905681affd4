import * as pulumi from "@pulumi/pulumi";
import type { Address } from "../network/address";
import type { ColoAddresses, SiteAddresses } from "../network/address-plan";
import type { BootPlan } from "../network/boot-plan";
import type { Delegation } from "../network/delegation";
import type { LanHost } from "../network/lan-host";
import type { MetricsPlan } from "../network/monitoring-plan";
import type { MtuPlan } from "../network/mtu-plan";
import type { Pinhole } from "../network/pinhole";
import type { Prefix } from "../network/prefix";
import type { RaPlan } from "../network/ra-plan";
import type { Uplink } from "../network/uplink";
import type { UpgradePlan } from "../network/upgrade-plan";
import type { HostLogin } from "../observe/login";
import type { ObservedHost } from "../observe/report";
import type { Bundle } from "../render/bundle";
import type { HostNeeds } from "../render/host";
import { Clat } from "./clat";
import { bundleOfHost, Host } from "./host";
import { DriftLogin } from "./drift-login";
import { Firewall } from "./firewall";
import { Health } from "./health";
import { HomeLan } from "./home-lan";
import type { HostComponent } from "./host-component";
import { Metrics } from "./metrics";
import { NetBoot } from "./net-boot";
import { PrefixDelegation } from "./prefix-delegation";
import { RoutedPrefix } from "./routed-prefix";
import { Status } from "./status";
import { Upgrades } from "./upgrades";
import { Uplinks } from "./uplinks";

/** Arguments of {@link HomeGateway}. */
export interface HomeGatewayArgs {
  readonly login: HostLogin;
  readonly observed: ObservedHost | undefined;
  readonly guardWindowSec: number;
  /** Whether there is a key that can only look. */
  readonly driftKey: boolean;
  /** Whether what has died on the host is started by itself. */
  readonly health: boolean;
  /** Whom the host tells how it is; nobody if there is none. */
  readonly metrics: MetricsPlan | undefined;
  /** Security upgrades that the host installs by itself; none if left out. */
  readonly upgrades: UpgradePlan | undefined;
  /** Whether the LAN sees a page of what works. */
  readonly status: boolean;
  readonly dead?: boolean;
  readonly packagesAtRemoval: HostNeeds["packagesAtRemoval"];
  readonly managementPrefixes: readonly Prefix[];
  /** Ways to the internet, the preferred one first. */
  readonly uplinks: readonly Uplink[];
  /** What the tunnel dials. */
  readonly endpoint: Address;
  readonly colo: Pick<ColoAddresses, "prefix" | "resolver" | "translator" | "tunnel">;
  readonly site: SiteAddresses;
  readonly mtu: MtuPlan;
  readonly domain: string;
  readonly ra: RaPlan;
  /** Machines with a name. */
  readonly hosts: readonly LanHost[];
  readonly pinholes: readonly Pinhole[];
  readonly boot: BootPlan;
  /** Whether some names are for the internet, see {@link PublicNames}. */
  readonly hasNames: boolean;
  /** Routers behind this one, and their prefixes. */
  readonly delegations: readonly Delegation[];
}

/** Packages of parts that settings add. They are the host's, whose removal alone takes packages away again. */
const daemons: readonly {
  readonly wanted: (args: HomeGatewayArgs) => boolean;
  readonly packages: readonly string[];
  readonly masks: readonly string[];
}[] = [
  { wanted: ({ ra }) => ra.daemon === "radvd", packages: ["radvd"], masks: ["radvd.service"] },
  {
    wanted: ({ hasNames }) => hasNames,
    packages: ["bind9", "bind9-utils"],
    masks: ["named.service"],
  },
  { wanted: ({ site }) => site.clat !== undefined, packages: ["tayga"], masks: ["tayga.service"] },
  {
    wanted: ({ delegations }) => delegations.length > 0,
    packages: ["kea-dhcp6-server"],
    masks: ["kea-dhcp6-server.service"],
  },
  { wanted: ({ boot }) => boot.classes.length > 0, packages: ["ipxe"], masks: [] },
  {
    wanted: ({ boot, status }) => boot.classes.length > 0 || status,
    packages: ["lighttpd"],
    masks: ["lighttpd-maint.timer", "lighttpd.service"],
  },
  {
    wanted: ({ metrics }) => metrics !== undefined,
    packages: ["prometheus-node-exporter"],
    masks: ["prometheus-node-exporter.service"],
  },
];

/**
 * The gateway of one home, but for its tunnel, which has an end at the colo as well.
 *
 * Children: `${name}-host`, `${name}-firewall`, `${name}-prefix`, `${name}-lan`; `${name}-uplinks` if there are several
 * ways to the internet, `${name}-clat` if a segment has IPv4,
 * `${name}-delegation` if there are routers behind this one, `${name}-boot` if machines boot over the network,
 * `${name}-metrics` if the host tells how it is, `${name}-status` if the LAN sees a page of what works, `${name}-upgrades`
 * if it installs security upgrades by itself, `${name}-health` if the host is looked after, and `${name}-drift` if there
 * is a key that can only look.
 */
export class HomeGateway extends pulumi.ComponentResource {
  readonly host: Host;
  readonly firewall: Firewall;
  readonly prefix: RoutedPrefix;
  readonly lan: HomeLan;
  /** What of it can cut the operator off, but for the host. */
  readonly guarded: readonly HostComponent[];
  /** What of it can cut nobody off. */
  readonly harmless: readonly HostComponent[];
  /** What it puts on the host, but for the key. */
  readonly bundles: readonly Bundle[];
  /** The key that can only look, if there is one. */
  readonly driftLogin: DriftLogin | undefined;

  constructor(name: string, args: HomeGatewayArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ipv6home:components:HomeGateway", name, {}, opts);
    const { login, uplinks, site, colo, ra } = args;
    const byRadvd = ra.daemon === "radvd";

    const brought = daemons.filter(({ wanted }) => wanted(args));
    const needs = {
      interfaces: [
        // Of several each may be absent for a time.
        ...(uplinks.length === 1 ? uplinks : []).map(({ interface: name }) => ({
          name,
          setting: "wan.interface",
        })),
        ...[...new Set(site.segments.map(({ interface: device, vlan }) => vlan?.parent ?? device))].map(
          (name) => ({ name, setting: "lan.segments" }),
        ),
      ],
      packages: [
        // The binary alone: Debian's unit of dnsmasq would fight for port 53.
        "dnsmasq-base",
        "iputils-ping",
        ...brought.flatMap(({ packages }) => packages),
      ],
      packagesAtRemoval: args.packagesAtRemoval,
      masks: brought.flatMap(({ masks }) => masks),
      requires: [
        ...(byRadvd ? ["pref64 13"] : []),
        ...(site.segments.some(({ vlan }) => vlan !== undefined) ? ["vlan"] : []),
        ...site.segments.map((segment) => `unmanaged ${segment.interface}`),
        "free-port udp 53 ipv6-home-dnsmasq.service",
        "free-port tcp 53 ipv6-home-dnsmasq.service",
        "free-port udp 547 ipv6-home-dnsmasq.service",
        ...(site.clat === undefined ? [] : ["free-port udp 67 ipv6-home-dnsmasq.service"]),
        ...site.segments.flatMap(({ interface: device, ipv4 }) =>
          ipv4 === undefined ? [] : [`vacant-ipv4 ${ipv4.prefix} ${device}`],
        ),
      ],
    };
    this.host = new Host(`${name}-host`, { ...args, needs }, { parent: this });
    const common = {
      ...args,
      host: this.host,
      sshPort: login.port,
      end: "home" as const,
      resolver: colo.resolver,
      secondary: args.hasNames ? colo.tunnel : undefined,
      beacon: colo.tunnel,
    };
    this.firewall = new Firewall(`${name}-firewall`, common, { parent: this });
    this.prefix = new RoutedPrefix(`${name}-prefix`, common, { parent: this });
    const several =
      uplinks.length === 1
        ? []
        : [new Uplinks(`${name}-uplinks`, { ...common, after: [this.prefix] }, { parent: this })];
    const clat =
      site.clat === undefined
        ? []
        : [
            new Clat(
              `${name}-clat`,
              { ...common, clat: site.clat, segments: site.segments, after: [this.firewall, this.prefix] },
              { parent: this },
            ),
          ];
    this.lan = new HomeLan(
      `${name}-lan`,
      { ...common, after: [this.firewall, this.prefix, ...clat] },
      { parent: this },
    );
    const delegation =
      args.delegations.length === 0
        ? []
        : [new PrefixDelegation(`${name}-delegation`, { ...common, after: [this.lan] }, { parent: this })];
    const boot =
      args.boot.classes.length === 0
        ? []
        : [
            new NetBoot(
              `${name}-boot`,
              { host: this.host, folder: args.boot.folder, after: [this.firewall] },
              { parent: this },
            ),
          ];
    this.guarded = [this.firewall, this.prefix, ...several];
    const metrics =
      args.metrics === undefined
        ? []
        : [new Metrics(`${name}-metrics`, { ...common, after: [this.firewall] }, { parent: this })];
    const status = args.status
      ? [new Status(`${name}-status`, { ...common, after: [this.firewall, this.prefix] }, { parent: this })]
      : [];
    const upgrades =
      args.upgrades === undefined
        ? []
        : [new Upgrades(`${name}-upgrades`, { host: this.host, ...args.upgrades }, { parent: this })];
    const served = [...clat, this.lan, ...delegation, ...boot, ...metrics, ...status, ...upgrades];
    // Comes last and goes first: nobody is to start what a run takes away.
    const health = args.health
      ? [new Health(`${name}-health`, { ...common, after: [...this.guarded, ...served] }, { parent: this })]
      : [];
    this.harmless = [...served, ...health];
    const parts = [...this.guarded, ...this.harmless];
    this.bundles = [bundleOfHost(needs), ...parts.map(({ bundle }) => bundle)];

    this.driftLogin = args.driftKey
      ? new DriftLogin(`${name}-drift`, { host: this.host, after: [this.firewall] }, { parent: this })
      : undefined;

    this.registerOutputs({});
  }
}
