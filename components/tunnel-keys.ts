import * as pulumi from "@pulumi/pulumi";
import { RandomBytes } from "@pulumi/random";
import { publicKeyOf } from "../network/wireguard-key";

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

  constructor(name: string, args: { readonly keyEpoch: number }, opts?: pulumi.ComponentResourceOptions) {
    super("ipv6home:components:TunnelKeys", name, {}, opts);

    // RandomBytes rather than a resource for key pairs: 32 random bytes are an X25519 private key (RFC 7748).
    const random = (role: string) =>
      new RandomBytes(
        `${name}-${role}`,
        { length: 32, keepers: { epoch: String(args.keyEpoch) } },
        { parent: this, additionalSecretOutputs: ["base64", "hex"] },
      ).base64;
    const pair = (role: string): KeyPair => {
      const privateKey = pulumi.secret(random(role));
      return { privateKey, publicKey: pulumi.unsecret(privateKey.apply(publicKeyOf)) };
    };
    this.home = pair("home-private");
    this.colo = pair("colo-private");
    this.presharedKey = pulumi.secret(random("preshared"));

    this.registerOutputs({});
  }
}
