import * as pulumi from "@pulumi/pulumi";
import type { Bundle } from "../render/bundle";
import type { HostAccess } from "./host-access";
import { HostConfig } from "./host-config";

/** What every component that is one bundle on one host has. */
export interface HostComponentArgs {
  readonly host: HostAccess;
  /** What must be on the host before. @default only the host's baseline */
  readonly after?: readonly Pick<HostComponent, "converged">[];
}

/** What a component is: its type token, what it puts on a host, and whether that can cut the operator off. */
export interface HostComponentKind {
  readonly type: string;
  readonly bundle: Bundle;
  /** @default false */
  readonly guarded?: boolean;
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
  readonly config: HostConfig;

  protected constructor(
    { type, bundle, guarded = false }: HostComponentKind,
    name: string,
    args: HostComponentArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super(`ipv6home:components:${type}`, name, {}, opts);
    this.bundle = bundle;
    const { ready } = args.host;
    this.config = new HostConfig(
      `${name}-config`,
      {
        host: { ...args.host, ready: [...ready, ...(args.after ?? []).map((other) => other.converged)] },
        component: bundle.component,
        bundle,
        guarded,
      },
      { parent: this },
    );
    this.converged = this.config.converged;
    this.registerOutputs({});
  }
}
