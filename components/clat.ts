import type * as pulumi from "@pulumi/pulumi";
import { clatBundle } from "../render/clat";
import { HostComponent, type HostComponentArgs } from "./host-component";

/** Arguments of {@link Clat}. */
export type ClatArgs = HostComponentArgs & Parameters<typeof clatBundle>[0];

/** IPv4 of the LAN out through the tunnel, by Tayga (RFC 6877): /etc/ipv6-home/clat.conf, ipv6-home-clat.service. */
export class Clat extends HostComponent {
  constructor(name: string, args: ClatArgs, opts?: pulumi.ComponentResourceOptions) {
    super({ type: "Clat", bundle: clatBundle(args) }, name, args, opts);
  }
}
