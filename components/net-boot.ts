import type * as pulumi from "@pulumi/pulumi";
import { bootBundle } from "../render/boot-server";
import { HostComponent, type HostComponentArgs } from "./host-component";

/** Arguments of {@link NetBoot}. */
export type NetBootArgs = HostComponentArgs & Parameters<typeof bootBundle>[0];

/** Boot files of a home by HTTP and TFTP: /etc/ipv6-home/boot.conf, ipv6-home-boot.service. The LAN's part tells of them. */
export class NetBoot extends HostComponent {
  constructor(name: string, args: NetBootArgs, opts?: pulumi.ComponentResourceOptions) {
    super({ type: "NetBoot", bundle: bootBundle(args) }, name, args, opts);
  }
}
