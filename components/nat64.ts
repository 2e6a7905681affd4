import type * as pulumi from "@pulumi/pulumi";
import { nat64Bundle } from "../render/tayga";
import { HostComponent, type HostComponentArgs } from "./host-component";

/** Arguments of {@link Nat64}. */
export type Nat64Args = HostComponentArgs & Parameters<typeof nat64Bundle>[0];

/** Translator by Tayga (RFC 6146): /etc/ipv6-home/tayga.conf, ipv6-home-nat64.service. The firewall does its NAT44. */
export class Nat64 extends HostComponent {
  constructor(name: string, args: Nat64Args, opts?: pulumi.ComponentResourceOptions) {
    super({ type: "Nat64", bundle: nat64Bundle(args) }, name, args, opts);
  }
}
