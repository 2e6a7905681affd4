import * as pulumi from "@pulumi/pulumi";
import type { Address } from "../network/address";
import type { ColoAddresses } from "../network/address-plan";
import type { MetricsPlan, MonitoringPlan } from "../network/monitoring-plan";
import type { MtuPlan } from "../network/mtu-plan";
import type { Prefix } from "../network/prefix";
import type { Translator } from "../network/translator";
import type { UpgradePlan } from "../network/upgrade-plan";
import type { HostLogin } from "../observe/login";
import type { ObservedHost } from "../observe/report";
import type { Bundle } from "../render/bundle";
import type { HostNeeds } from "../render/host";
import { bundleOfHost, Host } from "./host";
import { DriftLogin } from "./drift-login";
import { AuthoritativeDns } from "./authoritative-dns";
import { Dns64 } from "./dns64";
import { HostGuard } from "./host-guard";
import { Firewall } from "./firewall";
import { Health } from "./health";
import { Metrics } from "./metrics";
import { Monitoring } from "./monitoring";
import { Nat64 } from "./nat64";
import { RoutedPrefix } from "./routed-prefix";
import { Upgrades } from "./upgrades";

/** Arguments of {@link ColoServer}. */
export interface ColoServerArgs {
  readonly login: HostLogin;
  readonly observed: ObservedHost | undefined;
  readonly guardWindowSec: number;
  /** Whether there is a key that can only look. */
  readonly driftKey: boolean;
  /** Whether what has died on the host is started by itself. */
  readonly health: boolean;
  /** Whom the host tells how it is; nobody if there is none. */
  readonly metrics: MetricsPlan | undefined;
  /** What it watches itself and the homes with, if it does. */
  readonly monitoring: MonitoringPlan | undefined;
  /** Security upgrades that the host installs by itself; none if left out. */
  readonly upgrades: UpgradePlan | undefined;
  readonly dead?: boolean;
  readonly packagesAtRemoval: HostNeeds["packagesAtRemoval"];
  readonly managementPrefixes: readonly Prefix[];
  readonly wanInterface: string;
  readonly acceptRa: boolean;
  readonly addresses: ColoAddresses;
  /** What homes dial. */
  readonly address4: Address;
  readonly mtu: MtuPlan;
  readonly pool4: Prefix;
  readonly translator: Translator;
  readonly trustAnchors: readonly string[];
  /** Whether it answers for the public zones of sites. */
  readonly authoritative: boolean;
}

/**
 * The server that every home shares. It knows no home: those register themselves.
 *
 * Children: `${name}-host`, `${name}-firewall`, `${name}-prefix`, `${name}-nat64`, `${name}-dns64`, `${name}-guard`,
 * `${name}-authoritative` if it answers for public zones, `${name}-upgrades` if it installs security upgrades by itself,
 * `${name}-health` if it is looked after, `${name}-metrics` if it tells how it is, `${name}-monitoring` if it watches itself
 * and the homes, and `${name}-drift` if
 * there is a key that can only look.
 */
export class ColoServer extends pulumi.ComponentResource {
  /** What it puts on the host, but for the key. */
  readonly bundles: readonly Bundle[];
  /** The key that can only look, if there is one. */
  readonly driftLogin: DriftLogin | undefined;

  constructor(name: string, args: ColoServerArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ipv6home:components:ColoServer", name, {}, opts);
    const { login, wanInterface } = args;

    const byJool = args.translator.program === "jool";
    const needs = {
      interfaces: [{ name: wanInterface, setting: "wan.interface" }],
      packages: [
        ...["bind9", "bind9-utils", "dns-root-data"],
        ...(byJool ? ["jool-tools", "kmod"] : ["tayga"]),
        ...(args.metrics === undefined ? [] : ["prometheus-node-exporter"]),
        ...(args.monitoring === undefined
          ? []
          : // The last is what alerts by HTTPS and STARTTLS need, and no package of the others asks for it.
            ["prometheus", "prometheus-alertmanager", "ca-certificates"]),
      ],
      packagesAtRemoval: args.packagesAtRemoval,
      masks: [
        ...["named.service", byJool ? "jool.service" : "tayga.service"],
        ...(args.metrics === undefined ? [] : ["prometheus-node-exporter.service"]),
        ...(args.monitoring === undefined ? [] : ["prometheus.service", "prometheus-alertmanager.service"]),
      ],
      requires: [
        "free-port udp 53 ipv6-home-dns64.service",
        "free-port tcp 53 ipv6-home-dns64.service",
        // Its module is built for the kernel that runs, see assets/host/packages.sh.
        ...(byJool ? ["jool-module"] : []),
      ],
    };
    const host = new Host(`${name}-host`, { ...args, needs }, { parent: this });
    const common = { ...args, host, sshPort: login.port, end: "colo" as const };
    const firewall = new Firewall(`${name}-firewall`, common, { parent: this });
    const prefix = new RoutedPrefix(`${name}-prefix`, { ...common, after: [firewall] }, { parent: this });
    const nat64 = new Nat64(`${name}-nat64`, { ...common, after: [firewall] }, { parent: this });
    const dns64 = new Dns64(`${name}-dns64`, { ...common, after: [firewall] }, { parent: this });
    const authoritative = args.authoritative
      ? [new AuthoritativeDns(`${name}-authoritative`, { ...common, after: [firewall] }, { parent: this })]
      : [];
    const metrics =
      args.metrics === undefined
        ? []
        : [new Metrics(`${name}-metrics`, { ...common, after: [firewall] }, { parent: this })];
    const monitoring =
      args.monitoring === undefined
        ? []
        : [
            new Monitoring(
              `${name}-monitoring`,
              { host, address: args.addresses.monitor, plan: args.monitoring, after: metrics },
              { parent: this },
            ),
          ];
    const upgrades =
      args.upgrades === undefined
        ? []
        : [new Upgrades(`${name}-upgrades`, { host, ...args.upgrades }, { parent: this })];
    const served = [nat64, dns64, ...authoritative, ...metrics, ...monitoring, ...upgrades];
    // Comes last and goes first: nobody is to start what a run takes away.
    const health = args.health
      ? [new Health(`${name}-health`, { ...common, after: [firewall, prefix, ...served] }, { parent: this })]
      : [];
    const services = [...served, ...health];
    this.bundles = [bundleOfHost(needs), ...[firewall, prefix, ...services].map((each) => each.bundle)];

    this.driftLogin = args.driftKey
      ? new DriftLogin(`${name}-drift`, { host, after: [firewall] }, { parent: this })
      : undefined;
    new HostGuard(
      `${name}-guard`,
      {
        host,
        guarded: [host.base, firewall.config, prefix.config],
        others: [
          ...[...services, ...(this.driftLogin === undefined ? [] : [this.driftLogin])].map(
            ({ config }) => config,
          ),
          ...monitoring.map(({ key }) => key),
        ],
      },
      { parent: this },
    );

    this.registerOutputs({});
  }
}
