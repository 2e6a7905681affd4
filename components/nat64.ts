import type * as pulumi from "@pulumi/pulumi";
import type { Translator } from "../network/translator";
import { joolBundle } from "../render/jool";
import { nat64Bundle } from "../render/tayga";
import { HostComponent, type HostComponentArgs } from "./host-component";

type Plan = Parameters<typeof nat64Bundle>[0] &
  Omit<Parameters<typeof joolBundle>[0], "jool"> & { readonly translator: Translator };

/** Arguments of {@link Nat64}. */
export type Nat64Args = HostComponentArgs & Plan;

/** What {@link Nat64} puts on a host. */
export const bundleOfNat64 = (plan: Plan) =>
  plan.translator.program === "jool"
    ? joolBundle({ ...plan, jool: plan.translator.jool })
    : nat64Bundle(plan);

/**
 * Translator (RFC 6146), ipv6-home-nat64.service: Tayga by /etc/ipv6-home/tayga.conf, with the firewall's NAT44 behind
 * it, or Jool by /etc/ipv6-home/jool.json.
 */
export class Nat64 extends HostComponent {
  constructor(name: string, args: Nat64Args, opts?: pulumi.ComponentResourceOptions) {
    super({ type: "Nat64", bundle: bundleOfNat64(args) }, name, args, opts);
  }
}
