import * as pulumi from "@pulumi/pulumi";
import type { Address } from "../network/address";
import type { ColoAddresses, SiteAddresses } from "../network/address-plan";
import type { MtuPlan } from "../network/mtu-plan";
import { Prefix } from "../network/prefix";
import type { TunnelGeneration } from "../network/tunnel-plan";
import type { Bundle } from "../render/bundle";
import { coloTunnelBundle, homeTunnelBundle, keyBundle } from "../render/wireguard";
import type { HostAccess } from "./host-access";
import { HostConfig } from "./host-config";
import type { HostComponent } from "./host-component";
import { HostRemoval } from "./host-removal";
import { TunnelKeys } from "./tunnel-keys";

/** Arguments of {@link Tunnel}. */
export interface TunnelArgs {
  readonly home: HostAccess;
  readonly colo: HostAccess;
  readonly generation: TunnelGeneration;
  readonly coloAddresses: Pick<ColoAddresses, "tunnel">;
  readonly site: SiteAddresses;
  readonly mtu: MtuPlan;
  /** The colo's IPv4 address. */
  readonly endpoint: Address;
  /** Whether the home has several uplinks, so that one of them may be dead while it starts. */
  readonly severalUplinks: boolean;
  /** The stack that registers the site at the colo. */
  readonly owner: string;
  /** Whether the home tells how it is. */
  readonly metrics: boolean;
  /** What must be on the home before. */
  readonly after: readonly HostComponent[];
}

const anywhere = Prefix.of("::/0");
type EndName = "home" | "colo";

/**
 * One generation of a site's WireGuard tunnel, both ends of it: keys, interface, peer, routes, and at the colo the
 * site's firewall elements. Every generation is a component of its own, named after its key epoch. So the engine makes
 * the new one, and only when all of it is there takes the old one away; if a run fails or is killed on the way, either
 * is still what the state says, and the next run may finish the new one or go back to the old.
 *
 * Children: `${name}-keys`; for each end `${name}-<end>-key` (0600 files under /etc/ipv6-home/keys),
 * `${name}-<end>-config` (ipv6-home-<interface>.service) and `${name}-<end>-removal`; and `${name}-colo-release`.
 */
export class Tunnel extends pulumi.ComponentResource {
  readonly keys: TunnelKeys;
  /** Both ends, each with its keys first. */
  readonly ends: Readonly<Record<EndName, readonly [HostConfig, HostConfig]>>;
  /** What it puts on each host, but for the keys. */
  readonly bundles: Readonly<Record<EndName, Bundle>>;

  constructor(
    name: string,
    private readonly args: TunnelArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("ipv6home:components:Tunnel", name, {}, opts);
    const { generation, site, mtu } = args;

    this.keys = new TunnelKeys(`${name}-keys`, { keyEpoch: generation.keyEpoch }, { parent: this });
    const plan = { generation, site, mtu: mtu.tunnel, colo: args.coloAddresses };
    this.bundles = {
      home: homeTunnelBundle({
        ...plan,
        component: `tunnel-${generation.homeInterface}`,
        endpoint: args.endpoint,
        early: args.severalUplinks,
        anywhere,
      }),
      colo: coloTunnelBundle({
        ...plan,
        component: `site-${generation.coloInterface}`,
        owner: args.owner,
        metrics: args.metrics,
        siteTunnel: Prefix.around(site.tunnel, 128),
      }),
    };

    // The way out, written down before the way in: the colo stops sending by this generation, the home's end goes, the
    // colo's end goes, and the keys last, so that a run that is killed on this way can still be turned round.
    const onHome = args.after.map((other) => other.converged);
    const coloRemoval = this.createRemoval(`${name}-colo-removal`, "colo", "remove", this.keys.made);
    const homeRemoval = this.createRemoval(`${name}-home-removal`, "home", "remove", [
      ...onHome,
      coloRemoval,
    ]);
    const coloRelease = this.createRemoval(`${name}-colo-release`, "colo", "release", [homeRemoval]);

    // The end that answers comes first: the one that dials takes the traffic over when it is answered.
    // What the colo refuses has touched neither host, and has its way out recorded all the same (docs/OWNERSHIP.md).
    const answering = this.createEnd(name, "colo", [coloRelease], []);
    const [key, config] = answering;
    const dialling = this.createEnd(name, "home", [key.converged], [...onHome, config.converged]);
    this.ends = { colo: answering, home: dialling };

    this.registerOutputs({});
  }

  private createRemoval(
    name: string,
    end: EndName,
    verb: "remove" | "release",
    after: readonly pulumi.Resource[],
  ): pulumi.Resource {
    const { component } = this.bundles[end];
    // An end gives way only to another one that is heard of; nothing is heard of a dead host.
    const { home, colo } = this.args;
    const dead = verb === "release" ? home.dead === true || colo.dead === true : this.args[end].dead;
    const call = (component: string) => ({ verb, component });
    return new HostRemoval(
      name,
      {
        host: { ...this.args[end], dead },
        calls: verb === "remove" ? [call(component), call(keyComponent(component))] : [call(component)],
        generation: this.args.generation.keyEpoch,
        ...(end === "colo" ? { owner: this.args.owner } : {}),
        after,
      },
      { parent: this },
    ).recorded;
  }

  private createEnd(
    name: string,
    end: EndName,
    beforeKey: readonly pulumi.Resource[],
    beforeConfig: readonly pulumi.Resource[],
  ): readonly [HostConfig, HostConfig] {
    const { generation, site } = this.args;
    const host = this.args[end];
    // At the home there is nobody else.
    const owner = end === "colo" ? { owner: this.args.owner } : {};
    const bundle = this.bundles[end];
    const { home, colo, presharedKey } = this.keys;
    const [own, peer] = end === "home" ? [home, colo] : [colo, home];
    const component = keyComponent(bundle.component);
    const key = new HostConfig(
      `${name}-${end}-key`,
      {
        host: { ...host, ready: [...host.ready, ...beforeKey] },
        component,
        bundle: pulumi
          .all([own.privateKey, presharedKey, peer.publicKey])
          .apply(([privateKey, psk, peerPublicKey]) =>
            keyBundle({
              component,
              interface: end === "home" ? generation.homeInterface : generation.coloInterface,
              privateKey,
              presharedKey: psk,
              peerPublicKey,
              ...(end === "colo" ? { registration: { site: site.number, owner: this.args.owner } } : {}),
            }),
          ),
        secret: true,
        generation: generation.keyEpoch,
        ...owner,
        guarded: true,
        firstContact: host.ready.length === 0,
      },
      { parent: this },
    );
    const config = new HostConfig(
      `${name}-${end}-config`,
      {
        host: { ...host, ready: [...host.ready, ...beforeConfig, key.converged] },
        component: bundle.component,
        bundle,
        generation: generation.keyEpoch,
        ...owner,
        guarded: true,
      },
      { parent: this },
    );
    return [key, config];
  }
}

const keyComponent = (component: string) => `${component}-key`;
