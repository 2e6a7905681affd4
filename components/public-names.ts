import * as pulumi from "@pulumi/pulumi";
import { RandomPassword } from "@pulumi/random";
import { keyOf } from "../network/wireguard-key";
import { siteNamesBundle, siteNamesKeyBundle } from "../render/authoritative";
import type { Bundle } from "../render/bundle";
import { namesBundle, namesKeyBundle, tsigAlgorithm, tsigName, type NamesPlan } from "../render/names";
import { delegationsOf } from "../render/zone";
import type { HostAccess } from "./host-access";
import type { HostComponent } from "./host-component";
import { HostConfig } from "./host-config";
import { HostRemoval } from "./host-removal";

/** Arguments of {@link PublicNames}. */
export interface PublicNamesArgs extends NamesPlan {
  readonly home: HostAccess;
  readonly colo: NamesPlan["colo"];
  readonly onColo: HostAccess;
  /** Another number, and the keys are new. */
  readonly keyEpoch: number;
  /** The stack that registers the site. */
  readonly owner: string;
  /** What must be on the home before. */
  readonly after: readonly HostComponent[];
  /** What must be at the colo before: the site's end of the tunnel. */
  readonly afterAtColo: readonly HostConfig[];
}

type EndName = "home" | "colo";

/**
 * The names of a site that the internet sees: a hidden primary at the home, its secondary at the colo, and the keys.
 *
 * Children: `${name}-transfer` and, if machines may update for ACME, `${name}-acme`; for each end `${name}-<end>-key`
 * (0600 files under /etc/bind/ipv6-home/keys), `${name}-<end>-config` and `${name}-<end>-removal`.
 */
export class PublicNames extends pulumi.ComponentResource {
  /** What it puts on each host, but for the keys. */
  readonly bundles: Readonly<Record<EndName, Bundle>>;
  /** Both ends, each with its keys first. */
  readonly ends: Readonly<Record<EndName, readonly [HostConfig, HostConfig]>>;
  /** The zones that others must delegate to the colo, each with the records that do it. */
  readonly delegations: Readonly<Record<string, readonly string[]>>;
  /** What a client for ACME needs, if there is any. */
  readonly acmeKey: pulumi.Output<Readonly<Record<"name" | "algorithm" | "secret", string>>> | undefined;

  constructor(
    name: string,
    private readonly args: PublicNamesArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("ipv6home:components:PublicNames", name, {}, opts);
    const { zone, site, owner, after } = args;

    // Not RandomBytes: see TunnelKeys.
    const made: pulumi.Resource[] = [];
    const secretOf = (use: string) => {
      const keepers = { epoch: String(args.keyEpoch) };
      const random = new RandomPassword(
        `${name}-${use}`,
        { length: 64, special: false, keepers },
        { parent: this },
      );
      made.push(random);
      return pulumi.secret(random.result.apply(keyOf));
    };
    const transfer = secretOf("transfer");
    const acme = args.acmeUpdate ? secretOf("acme") : undefined;
    this.acmeKey =
      acme === undefined
        ? undefined
        : pulumi.secret(
            acme.apply((secret) => ({ name: tsigName("acme", site), algorithm: tsigAlgorithm, secret })),
          );
    this.delegations = delegationsOf({ ...args, prefix: site.prefix });
    this.bundles = { home: namesBundle(args), colo: siteNamesBundle({ site, zone, owner }) };

    // The ways out, written down before the ways in: the colo forgets the zones, then their home goes.
    const onHome = after.map((other) => other.converged);
    const homeRemoval = this.createRemoval(name, "home", [...made, ...onHome]);
    const coloRemoval = this.createRemoval(name, "colo", [
      homeRemoval,
      ...args.afterAtColo.map(({ converged }) => converged),
    ]);

    // The primary first: a secondary that asks in vain waits before it asks again.
    const homeKeys = pulumi.all([transfer, acme ?? pulumi.output(undefined)]).apply(([forColo, forAcme]) =>
      namesKeyBundle({
        site,
        transfer: forColo,
        ...(forAcme === undefined ? {} : { acme: forAcme }),
      }),
    );
    const home = this.createEnd(name, "home", homeKeys, [coloRemoval, ...onHome]);
    const coloKey = transfer.apply((secret) => siteNamesKeyBundle({ site, owner, transfer: secret }));
    const colo = this.createEnd(name, "colo", coloKey, [coloRemoval, home[1].converged]);
    this.ends = { home, colo };

    this.registerOutputs({});
  }

  private createRemoval(name: string, end: EndName, after: readonly pulumi.Resource[]): pulumi.Resource {
    const { component } = this.bundles[end];
    return new HostRemoval(
      `${name}-${end}-removal`,
      {
        host: this.hostOf(end),
        calls: [component, keyComponent(component)].map((each) => ({ verb: "remove", component: each })),
        ...this.ownerAt(end),
        after,
      },
      { parent: this },
    ).recorded;
  }

  private createEnd(
    name: string,
    end: EndName,
    keys: pulumi.Output<Bundle>,
    before: readonly pulumi.Resource[],
  ): readonly [HostConfig, HostConfig] {
    const bundle = this.bundles[end];
    const host = this.hostOf(end);
    const common = { ...this.ownerAt(end), removedBy: "HostRemoval" as const };
    const key = new HostConfig(
      `${name}-${end}-key`,
      {
        ...common,
        host: { ...host, ready: [...host.ready, ...before] },
        component: keyComponent(bundle.component),
        bundle: keys,
        secret: true,
      },
      { parent: this },
    );
    const config = new HostConfig(
      `${name}-${end}-config`,
      {
        ...common,
        host: { ...host, ready: [...host.ready, ...before, key.converged] },
        component: bundle.component,
        bundle,
      },
      { parent: this },
    );
    return [key, config];
  }

  private hostOf(end: EndName): HostAccess {
    return end === "home" ? this.args.home : this.args.onColo;
  }

  /** At the home there is nobody else. */
  private ownerAt(end: EndName): { readonly owner?: string } {
    return end === "colo" ? { owner: this.args.owner } : {};
  }
}

const keyComponent = (component: string) => `${component.replace(/-zones$/, "")}-key`;
