import type * as pulumi from "@pulumi/pulumi";
import { uplinksBundle, type Uplinks as UplinksPlan } from "../render/uplinks";
import { readAsset } from "./assets";
import { HostComponent, type HostComponentArgs } from "./host-component";

type Plan = Omit<UplinksPlan, "programs">;

/** Arguments of {@link Uplinks}. */
export type UplinksArgs = HostComponentArgs & Plan;

/** What {@link Uplinks} puts on a host. */
export const bundleOfUplinks = (plan: Plan) =>
  uplinksBundle({
    ...plan,
    programs: {
      "uplink-way.pl": readAsset("uplink/uplink-way.pl"),
      "uplink-choice.pl": readAsset("uplink/uplink-choice.pl"),
      "uplink-watch.pl": readAsset("uplink/uplink-watch.pl"),
    },
  });

/** Several ways of one home to the internet: the tunnel goes by the first that works: ipv6-home-uplinks.service. */
export class Uplinks extends HostComponent {
  constructor(name: string, args: UplinksArgs, opts?: pulumi.ComponentResourceOptions) {
    super({ type: "Uplinks", bundle: bundleOfUplinks(args), guarded: true }, name, args, opts);
  }
}
