import * as pulumi from "@pulumi/pulumi";
import type { Bundle } from "../render/bundle";
import type { HostAccess } from "./host-access";
import { HostConfig } from "./host-config";

/** What every component that is one bundle on one host has. */
export interface HostComponentArgs {
  readonly host: HostAccess;
  /** What must be on the host before. @default only the host's baseline */
  readonly after?: readonly HostComponent[];
}

/**
 * A component that is one bundle on one host.
 *
 * Children: `${name}-config`.
 */
export abstract class HostComponent extends pulumi.ComponentResource {
  /** What it puts on the host. */
  readonly bundle: Bundle;
  /** Others wait for this one. */
  readonly converged: pulumi.Resource;

  protected constructor(
    type: string,
    name: string,
    args: HostComponentArgs,
    bundle: Bundle,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super(`ipv6home:components:${type}`, name, {}, opts);
    this.bundle = bundle;
    const { ready } = args.host;
    this.converged = new HostConfig(
      `${name}-config`,
      {
        host: { ...args.host, ready: [...ready, ...(args.after ?? []).map((other) => other.converged)] },
        component: bundle.component,
        bundle,
      },
      { parent: this },
    ).converged;
    this.registerOutputs({});
  }
}
