import type * as pulumi from "@pulumi/pulumi";
import { delegationBundle } from "../render/delegation";
import { HostComponent, type HostComponentArgs } from "./host-component";

/** Arguments of {@link PrefixDelegation}. */
export type PrefixDelegationArgs = HostComponentArgs & Parameters<typeof delegationBundle>[0];

/** Prefixes for routers behind the gateway, by Kea (RFC 8415): /etc/kea/ipv6-home/, ipv6-home-delegation.service. */
export class PrefixDelegation extends HostComponent {
  constructor(name: string, args: PrefixDelegationArgs, opts?: pulumi.ComponentResourceOptions) {
    super({ type: "PrefixDelegation", bundle: delegationBundle(args) }, name, args, opts);
  }
}
