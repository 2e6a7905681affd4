import type * as pulumi from "@pulumi/pulumi";
import { lanBundle, type Lan } from "../render/dnsmasq";
import { HostComponent, type HostComponentArgs } from "./host-component";

/** Arguments of {@link HomeLan}. */
export type HomeLanArgs = HostComponentArgs & Lan;

/** LAN segments of a gateway: addresses, DHCPv6, names and RA: /etc/ipv6-home/{dnsmasq,radvd}.conf, their units. */
export class HomeLan extends HostComponent {
  constructor(name: string, args: HomeLanArgs, opts?: pulumi.ComponentResourceOptions) {
    super({ type: "HomeLan", bundle: lanBundle(args) }, name, args, opts);
  }
}
