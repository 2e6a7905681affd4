import type * as pulumi from "@pulumi/pulumi";
import { authoritativeBundle } from "../render/authoritative";
import { HostComponent, type HostComponentArgs } from "./host-component";

/** Arguments of {@link AuthoritativeDns}. */
export type AuthoritativeDnsArgs = HostComponentArgs & Parameters<typeof authoritativeBundle>[0];

/**
 * Name server of the sites' public zones at the colo by BIND 9: /etc/bind/ipv6-home-authoritative.conf,
 * ipv6-home-authoritative.service. Sites register theirs by {@link PublicNames}.
 */
export class AuthoritativeDns extends HostComponent {
  constructor(name: string, args: AuthoritativeDnsArgs, opts?: pulumi.ComponentResourceOptions) {
    super({ type: "AuthoritativeDns", bundle: authoritativeBundle(args) }, name, args, opts);
  }
}
