import type * as pulumi from "@pulumi/pulumi";
import { upgradesBundle } from "../render/upgrades";
import { readAsset } from "./assets";
import { HostComponent, type HostComponentArgs } from "./host-component";

type Plan = Omit<Parameters<typeof upgradesBundle>[0], "programs">;

/** Arguments of {@link Upgrades}. */
export type UpgradesArgs = HostComponentArgs & Plan;

/** What {@link Upgrades} puts on a host. */
export const bundleOfUpgrades = (plan: Plan) =>
  upgradesBundle({
    ...plan,
    programs: { "upgrade-security.sh": readAsset("upgrades/upgrade-security.sh") },
  });

/** Security upgrades of one host in its quiet hour: ipv6-home-upgrades.timer. */
export class Upgrades extends HostComponent {
  constructor(name: string, args: UpgradesArgs, opts?: pulumi.ComponentResourceOptions) {
    super({ type: "Upgrades", bundle: bundleOfUpgrades(args) }, name, args, opts);
  }
}
