import type * as pulumi from "@pulumi/pulumi";
import { statusBundle } from "../render/status";
import { readAsset } from "./assets";
import { HostComponent, type HostComponentArgs } from "./host-component";

type Plan = Omit<Parameters<typeof statusBundle>[0], "programs">;

/** Arguments of {@link Status}. */
export type StatusArgs = HostComponentArgs & Plan;

/** What {@link Status} puts on a host. */
export const bundleOfStatus = (plan: Plan) =>
  statusBundle({
    ...plan,
    programs: {
      "status-page.pl": readAsset("status/status-page.pl"),
      "status-watch.pl": readAsset("status/status-watch.pl"),
    },
  });

/** The status page of a home: ipv6-home-status.service writes it, ipv6-home-status-server.service shows it to the LAN. */
export class Status extends HostComponent {
  constructor(name: string, args: StatusArgs, opts?: pulumi.ComponentResourceOptions) {
    super({ type: "Status", bundle: bundleOfStatus(args) }, name, args, opts);
  }
}
