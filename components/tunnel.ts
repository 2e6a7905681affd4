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
  /** The stack that registers the site at the colo. */
  readonly owner: string;
  /** What must be on the home before. */
  readonly after: readonly HostComponent[];
}

const anywhere = Prefix.of("::/0");

/**
 * One generation of a site's WireGuard tunnel, both ends of it: keys, interface, peer, routes, and at the colo the
 * site's firewall elements. A new key epoch makes the next generation beside this one before this one goes.
 *
 * Children: `${name}-keys`, and for each end `${name}-<end>-key` (0600 files under /etc/ipv6-home/keys) and
 * `${name}-<end>-config` (ipv6-home-<interface>.service).
 */
export class Tunnel extends pulumi.ComponentResource {
  readonly keys: TunnelKeys;
  /** What it puts on each host, but for the keys. */
  readonly bundles: { readonly home: Bundle; readonly colo: Bundle };
  private readonly registration: { readonly site: number; readonly owner: string };

  constructor(name: string, args: TunnelArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ipv6home:components:Tunnel", name, {}, opts);
    const { generation, site, mtu } = args;

    this.keys = new TunnelKeys(`${name}-keys`, { keyEpoch: generation.keyEpoch }, { parent: this });
    this.registration = { site: site.number, owner: args.owner };
    const plan = { generation, site, mtu: mtu.tunnel, colo: args.coloAddresses };
    this.bundles = {
      home: homeTunnelBundle({
        ...plan,
        component: `tunnel-${generation.homeInterface}`,
        endpoint: args.endpoint,
        anywhere,
      }),
      colo: coloTunnelBundle({
        ...plan,
        component: `site-${generation.coloInterface}`,
        owner: args.owner,
        siteTunnel: Prefix.around(site.tunnel, 128),
      }),
    };

    // The end that answers comes first and goes last: the one that dials takes the traffic over when it is answered.
    const answering = this.createEnd(name, "colo", args.colo, [], generation.coloInterface, generation);
    const after = [...args.after.map((other) => other.converged), answering];
    this.createEnd(name, "home", args.home, after, generation.homeInterface, generation);

    this.registerOutputs({});
  }

  private createEnd(
    name: string,
    end: "home" | "colo",
    host: HostAccess,
    after: readonly pulumi.Resource[],
    interfaceName: string,
    { keyEpoch }: TunnelGeneration,
  ): pulumi.Resource {
    const { home, colo, presharedKey } = this.keys;
    const [own, peer] = end === "home" ? [home, colo] : [colo, home];
    const bundle = this.bundles[end];
    const component = `${bundle.component}-key`;
    const key = new HostConfig(
      `${name}-${end}-key`,
      {
        host,
        component,
        bundle: pulumi
          .all([own.privateKey, presharedKey, peer.publicKey])
          .apply(([privateKey, psk, peerPublicKey]) =>
            keyBundle({
              component,
              interface: interfaceName,
              privateKey,
              presharedKey: psk,
              peerPublicKey,
              ...(end === "colo" ? { registration: this.registration } : {}),
            }),
          ),
        secret: true,
        generation: keyEpoch,
      },
      { parent: this },
    );
    return new HostConfig(
      `${name}-${end}-config`,
      {
        host: { ...host, ready: [...host.ready, ...after, key.converged] },
        component: bundle.component,
        bundle,
        generation: keyEpoch,
      },
      { parent: this },
    ).converged;
  }
}
