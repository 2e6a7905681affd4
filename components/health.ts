import type * as pulumi from "@pulumi/pulumi";
import { coloHealthBundle, homeHealthBundle, type HealthPrograms } from "../render/health";
import { readAsset } from "./assets";
import { HostComponent, type HostComponentArgs } from "./host-component";

type Plan =
  | ({ readonly end: "colo" } & Omit<Parameters<typeof coloHealthBundle>[0], "programs">)
  | ({ readonly end: "home" } & Omit<Parameters<typeof homeHealthBundle>[0], "programs">);

/** Arguments of {@link Health}. */
export type HealthArgs = HostComponentArgs & Plan;

const programs = (): HealthPrograms => ({
  "health-machine.pl": readAsset("health/health-machine.pl"),
  "health-probes.pl": readAsset("health/health-probes.pl"),
  "health-looks.pl": readAsset("health/health-looks.pl"),
  "health-watch.pl": readAsset("health/health-watch.pl"),
});

/** What {@link Health} puts on a host. */
export const bundleOfHealth = (plan: Plan) =>
  plan.end === "colo"
    ? coloHealthBundle({ ...plan, programs: programs() })
    : homeHealthBundle({ ...plan, programs: programs() });

/** What looks after one host and starts what has died there: ipv6-home-health.service. */
export class Health extends HostComponent {
  constructor(name: string, args: HealthArgs, opts?: pulumi.ComponentResourceOptions) {
    super({ type: "Health", bundle: bundleOfHealth(args) }, name, args, opts);
  }
}
