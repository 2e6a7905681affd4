import * as pulumi from "@pulumi/pulumi";
import type { ColoAddresses } from "../network/address-plan";
import type { MtuPlan } from "../network/mtu-plan";
import type { Prefix } from "../network/prefix";
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
import { Nat64 } from "./nat64";
import { RoutedPrefix } from "./routed-prefix";

/** Arguments of {@link ColoServer}. */
export interface ColoServerArgs {
  readonly login: HostLogin;
  readonly observed: ObservedHost | undefined;
  readonly guardWindowSec: number;
  /** Whether there is a key that can only look. */
  readonly driftKey: boolean;
  readonly dead?: boolean;
  readonly packagesAtRemoval: HostNeeds["packagesAtRemoval"];
  readonly managementPrefixes: readonly Prefix[];
  readonly wanInterface: string;
  readonly acceptRa: boolean;
  readonly addresses: ColoAddresses;
  readonly mtu: MtuPlan;
  readonly pool4: Prefix;
  readonly trustAnchors: readonly string[];
  /** Whether it answers for the public zones of sites. */
  readonly authoritative: boolean;
}

/**
 * The server that every home shares. It knows no home: those register themselves.
 *
 * Children: `${name}-host`, `${name}-firewall`, `${name}-prefix`, `${name}-nat64`, `${name}-dns64`, `${name}-guard`,
 * `${name}-authoritative` if it answers for public zones, and `${name}-drift` if there is a key that can only look.
 */
export class ColoServer extends pulumi.ComponentResource {
  /** What it puts on the host, but for the key. */
  readonly bundles: readonly Bundle[];
  /** The key that can only look, if there is one. */
  readonly driftLogin: DriftLogin | undefined;

  constructor(name: string, args: ColoServerArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ipv6home:components:ColoServer", name, {}, opts);
    const { login, wanInterface } = args;

    const needs = {
      interfaces: [{ name: wanInterface, setting: "wan.interface" }],
      packages: ["bind9", "bind9-utils", "dns-root-data", "tayga"],
      packagesAtRemoval: args.packagesAtRemoval,
      masks: ["named.service", "tayga.service"],
      requires: ["free-port udp 53 ipv6-home-dns64.service", "free-port tcp 53 ipv6-home-dns64.service"],
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
    const services = [nat64, dns64, ...authoritative];
    this.bundles = [bundleOfHost(needs), ...[firewall, prefix, ...services].map((each) => each.bundle)];

    this.driftLogin = args.driftKey
      ? new DriftLogin(`${name}-drift`, { host, after: [firewall] }, { parent: this })
      : undefined;
    new HostGuard(
      `${name}-guard`,
      {
        host,
        guarded: [host.base, firewall.config, prefix.config],
        others: [...services, ...(this.driftLogin === undefined ? [] : [this.driftLogin])].map(
          ({ config }) => config,
        ),
      },
      { parent: this },
    );

    this.registerOutputs({});
  }
}
