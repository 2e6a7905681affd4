import * as pulumi from "@pulumi/pulumi";
import type { ColoAddresses, SiteAddresses } from "../network/address-plan";
import type { BootPlan } from "../network/boot-plan";
import type { Delegation } from "../network/delegation";
import type { LanHost } from "../network/lan-host";
import type { MtuPlan } from "../network/mtu-plan";
import type { Pinhole } from "../network/pinhole";
import type { Prefix } from "../network/prefix";
import type { RaPlan } from "../network/ra-plan";
import type { HostLogin } from "../observe/login";
import type { ObservedHost } from "../observe/report";
import type { Bundle } from "../render/bundle";
import type { HostNeeds } from "../render/host";
import { Clat } from "./clat";
import { bundleOfHost, Host } from "./host";
import { DriftLogin } from "./drift-login";
import { Firewall } from "./firewall";
import { HomeLan } from "./home-lan";
import type { HostComponent } from "./host-component";
import { NetBoot } from "./net-boot";
import { PrefixDelegation } from "./prefix-delegation";
import { RoutedPrefix } from "./routed-prefix";

/** Arguments of {@link HomeGateway}. */
export interface HomeGatewayArgs {
  readonly login: HostLogin;
  readonly observed: ObservedHost | undefined;
  readonly guardWindowSec: number;
  /** Whether there is a key that can only look. */
  readonly driftKey: boolean;
  readonly dead?: boolean;
  readonly packagesAtRemoval: HostNeeds["packagesAtRemoval"];
  readonly managementPrefixes: readonly Prefix[];
  readonly wanInterface: string;
  readonly colo: Pick<ColoAddresses, "prefix" | "resolver" | "tunnel">;
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
  {
    wanted: ({ boot }) => boot.classes.length > 0,
    packages: ["ipxe", "lighttpd"],
    masks: ["lighttpd-maint.timer", "lighttpd.service"],
  },
];

/**
 * The gateway of one home, but for its tunnel, which has an end at the colo as well.
 *
 * Children: `${name}-host`, `${name}-firewall`, `${name}-prefix`, `${name}-lan`; `${name}-clat` if a segment has IPv4,
 * `${name}-delegation` if there are routers behind this one, `${name}-boot` if machines boot over the network, and
 * `${name}-drift` if there is a key that can only look.
 */
export class HomeGateway extends pulumi.ComponentResource {
  readonly host: Host;
  readonly firewall: Firewall;
  readonly prefix: RoutedPrefix;
  readonly lan: HomeLan;
  /** What of it can cut nobody off. */
  readonly harmless: readonly HostComponent[];
  /** What it puts on the host, but for the key. */
  readonly bundles: readonly Bundle[];
  /** The key that can only look, if there is one. */
  readonly driftLogin: DriftLogin | undefined;

  constructor(name: string, args: HomeGatewayArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ipv6home:components:HomeGateway", name, {}, opts);
    const { login, wanInterface, site, colo, ra } = args;
    const byRadvd = ra.daemon === "radvd";

    const brought = daemons.filter(({ wanted }) => wanted(args));
    const needs = {
      interfaces: [
        wanInterface,
        ...new Set(site.segments.map(({ interface: device, vlan }) => vlan?.parent ?? device)),
      ].map((device) => ({
        name: device,
        setting: device === wanInterface ? "wan.interface" : "lan.segments",
      })),
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
    this.harmless = [...clat, this.lan, ...delegation, ...boot];
    const parts = [this.firewall, this.prefix, ...this.harmless];
    this.bundles = [bundleOfHost(needs), ...parts.map(({ bundle }) => bundle)];

    this.driftLogin = args.driftKey
      ? new DriftLogin(`${name}-drift`, { host: this.host, after: [this.firewall] }, { parent: this })
      : undefined;

    this.registerOutputs({});
  }
}
