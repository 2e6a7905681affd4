import * as pulumi from "@pulumi/pulumi";
import type { Address } from "../network/address";
import type { MonitoringPlan } from "../network/monitoring-plan";
import type { Bundle } from "../render/bundle";
import { alertsKeyBundle, monitoringBundle } from "../render/monitoring";
import { HostConfig } from "./host-config";
import type { HostComponentArgs } from "./host-component";

/** Arguments of {@link Monitoring}. */
export interface MonitoringArgs extends HostComponentArgs {
  readonly address: Address;
  readonly plan: MonitoringPlan;
}

/**
 * Prometheus and the Alertmanager of the colo, and who is told of alerts.
 *
 * Children: `${name}-key` (secret: the Alertmanager's configuration) and `${name}-config`.
 */
export class Monitoring extends pulumi.ComponentResource {
  /** What it puts on the host, but for the key. */
  readonly bundle: Bundle;
  readonly config: HostConfig;
  readonly key: HostConfig;
  /** Others wait for this one. */
  readonly converged: pulumi.Resource;

  constructor(name: string, args: MonitoringArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ipv6home:components:Monitoring", name, {}, opts);
    const ready = [...args.host.ready, ...(args.after ?? []).map((other) => other.converged)];
    const keys = alertsKeyBundle(args.plan.receiver);
    this.key = new HostConfig(
      `${name}-key`,
      {
        host: { ...args.host, ready },
        component: keys.component,
        bundle: pulumi.output(keys),
        secret: true,
      },
      { parent: this },
    );
    this.bundle = monitoringBundle(args);
    this.config = new HostConfig(
      `${name}-config`,
      {
        host: { ...args.host, ready: [...ready, this.key.converged] },
        component: this.bundle.component,
        bundle: this.bundle,
      },
      { parent: this },
    );
    this.converged = this.config.converged;
    this.registerOutputs({});
  }
}
