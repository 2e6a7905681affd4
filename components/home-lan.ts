import type * as pulumi from "@pulumi/pulumi";
import { lanBundle } from "../render/dnsmasq";
import { HostComponent, type HostComponentArgs } from "./host-component";

/** Arguments of {@link HomeLan}. */
export type HomeLanArgs = HostComponentArgs & Parameters<typeof lanBundle>[0];

/** LAN segments of a gateway: addresses, RA, DHCPv6 and names by dnsmasq: /etc/ipv6-home/dnsmasq.conf, two units. */
export class HomeLan extends HostComponent {
  constructor(name: string, args: HomeLanArgs, opts?: pulumi.ComponentResourceOptions) {
    super({ type: "HomeLan", bundle: lanBundle(args) }, name, args, opts);
  }
}
