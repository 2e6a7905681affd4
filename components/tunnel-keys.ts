import * as pulumi from "@pulumi/pulumi";
import { RandomPassword } from "@pulumi/random";
import { keyOf, publicKeyOf } from "../network/wireguard-key";

/** Key material of one generation of a tunnel; everything but the public keys is a secret. */
export interface KeyPair {
  readonly privateKey: pulumi.Output<string>;
  readonly publicKey: pulumi.Output<string>;
}

/**
 * The keys of one generation: a pair for each end and a preshared key. Another epoch makes all of them anew.
 *
 * Children: `${name}-home-private`, `${name}-colo-private`, `${name}-preshared`.
 */
export class TunnelKeys extends pulumi.ComponentResource {
  readonly home: KeyPair;
  readonly colo: KeyPair;
  readonly presharedKey: pulumi.Output<string>;
  /** What the keys are made of. */
  readonly made: readonly pulumi.Resource[];

  constructor(name: string, args: { readonly keyEpoch: number }, opts?: pulumi.ComponentResourceOptions) {
    super("ipv6home:components:TunnelKeys", name, {}, opts);

    // Not RandomBytes: its resource id is the bytes themselves, in clear in the state and in previews.
    // 64 letters and digits hold 381 bits.
    const made: pulumi.Resource[] = [];
    const key = (role: string) => {
      const random = new RandomPassword(
        `${name}-${role}`,
        { length: 64, special: false, keepers: { epoch: String(args.keyEpoch) } },
        { parent: this },
      );
      made.push(random);
      return pulumi.secret(random.result.apply(keyOf));
    };
    const pair = (role: string): KeyPair => {
      const privateKey = key(role);
      return { privateKey, publicKey: pulumi.unsecret(privateKey.apply(publicKeyOf)) };
    };
    this.home = pair("home-private");
    this.colo = pair("colo-private");
    this.presharedKey = key("preshared");
    this.made = made;

    this.registerOutputs({});
  }
}
