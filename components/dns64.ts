import type * as pulumi from "@pulumi/pulumi";
import { dns64Bundle } from "../render/bind";
import { HostComponent, type HostComponentArgs } from "./host-component";

/** Arguments of {@link Dns64}. */
export type Dns64Args = HostComponentArgs & Parameters<typeof dns64Bundle>[0];

/** Resolver with DNS64 by BIND 9 (RFC 6147): /etc/bind/ipv6-home.conf, ipv6-home-dns64.service. */
export class Dns64 extends HostComponent {
  constructor(name: string, args: Dns64Args, opts?: pulumi.ComponentResourceOptions) {
    super({ type: "Dns64", bundle: dns64Bundle(args) }, name, args, opts);
  }
}
