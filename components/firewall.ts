import type * as pulumi from "@pulumi/pulumi";
import { coloFirewallBundle } from "../render/colo-firewall";
import { homeFirewallBundle } from "../render/home-firewall";
import { HostComponent, type HostComponentArgs } from "./host-component";

/** Arguments of {@link Firewall}: those of one end or the other. */
export type FirewallArgs = HostComponentArgs &
  (
    | ({ readonly end: "colo" } & Parameters<typeof coloFirewallBundle>[0])
    | ({ readonly end: "home" } & Parameters<typeof homeFirewallBundle>[0])
  );

/** A host's firewall, the table inet ipv6_home: /etc/ipv6-home/firewall.nft, ipv6-home-firewall.service. */
export class Firewall extends HostComponent {
  constructor(name: string, args: FirewallArgs, opts?: pulumi.ComponentResourceOptions) {
    const bundle = args.end === "colo" ? coloFirewallBundle(args) : homeFirewallBundle(args);
    super({ type: "Firewall", bundle, guarded: true }, name, args, opts);
  }
}
