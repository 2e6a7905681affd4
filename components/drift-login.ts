import * as pulumi from "@pulumi/pulumi";
import { PrivateKey } from "@pulumi/tls";
import { manifestHash } from "../render/bundle";
import { driftLoginBundle, driftLoginComponent } from "../render/drift-login";
import type { HostComponentArgs } from "./host-component";
import { HostConfig } from "./host-config";

/**
 * A key that can log in at a host to look at it, and to do nothing else. Without this component the key is dead.
 *
 * Children: `${name}-key`, `${name}-config` (/root/.ssh/authorized_keys2).
 */
export class DriftLogin extends pulumi.ComponentResource {
  /** In OpenSSH's form; a secret. */
  readonly privateKey: pulumi.Output<string>;
  /** SHA-256 of what it records on the host, by the name of the component there. */
  readonly manifests: Readonly<Record<string, pulumi.Output<string>>>;
  readonly config: HostConfig;

  constructor(name: string, args: HostComponentArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ipv6home:components:DriftLogin", name, {}, opts);

    const key = new PrivateKey(`${name}-key`, { algorithm: "ED25519" }, { parent: this });
    const bundle = key.publicKeyOpenssh.apply(driftLoginBundle);
    this.config = new HostConfig(
      `${name}-config`,
      {
        host: {
          ...args.host,
          ready: [...args.host.ready, ...(args.after ?? []).map((other) => other.converged)],
        },
        component: driftLoginComponent,
        bundle,
      },
      { parent: this },
    );
    this.privateKey = pulumi.secret(key.privateKeyOpenssh);
    this.manifests = { [driftLoginComponent]: bundle.apply(manifestHash) };

    this.registerOutputs({});
  }
}
