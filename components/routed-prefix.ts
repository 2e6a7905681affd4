import type * as pulumi from "@pulumi/pulumi";
import { coloPrefixBundle, homePrefixBundle } from "../render/routing";
import { HostComponent, type HostComponentArgs } from "./host-component";

/** Arguments of {@link RoutedPrefix}: those of one end or the other. */
export type RoutedPrefixArgs = HostComponentArgs &
  (
    | ({ readonly end: "colo" } & Parameters<typeof coloPrefixBundle>[0])
    | ({ readonly end: "home" } & Parameters<typeof homePrefixBundle>[0])
  );

/** A host's part of the routed prefix: /etc/sysctl.d/60-ipv6-home.conf, ipv6-home-prefix.service. */
export class RoutedPrefix extends HostComponent {
  constructor(name: string, args: RoutedPrefixArgs, opts?: pulumi.ComponentResourceOptions) {
    const bundle = args.end === "colo" ? coloPrefixBundle(args) : homePrefixBundle(args);
    super({ type: "RoutedPrefix", bundle, guarded: true }, name, args, opts);
  }
}
