import type * as pulumi from "@pulumi/pulumi";
import { coloMetricsBundle, homeMetricsBundle, type MetricsPrograms } from "../render/metrics";
import { readAsset } from "./assets";
import { HostComponent, type HostComponentArgs } from "./host-component";

type Plan =
  | ({ readonly end: "colo" } & Omit<Parameters<typeof coloMetricsBundle>[0], "programs">)
  | ({ readonly end: "home" } & Omit<Parameters<typeof homeMetricsBundle>[0], "programs">);

/** Arguments of {@link Metrics}. */
export type MetricsArgs = HostComponentArgs & Plan;

const programs = (): MetricsPrograms => ({
  "health-looks.pl": readAsset("health/health-looks.pl"),
  "metrics-watch.pl": readAsset("metrics/metrics-watch.pl"),
});

/** What {@link Metrics} puts on a host. */
export const bundleOfMetrics = (plan: Plan) =>
  plan.end === "colo"
    ? coloMetricsBundle({ ...plan, programs: programs() })
    : homeMetricsBundle({ ...plan, programs: programs() });

/** What tells how one host is: ipv6-home-metrics.service counts, ipv6-home-exporter.service answers. */
export class Metrics extends HostComponent {
  constructor(name: string, args: MetricsArgs, opts?: pulumi.ComponentResourceOptions) {
    super({ type: "Metrics", bundle: bundleOfMetrics(args) }, name, args, opts);
  }
}
