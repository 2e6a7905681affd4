import { createHash, createPrivateKey, createPublicKey } from "node:crypto";

/** DER before the 32 bytes of an X25519 private key (RFC 8410, section 7). */
const pkcs8Header = Buffer.from("302e020100300506032b656e04220420", "hex");

/** A WireGuard key, base64 of 32 bytes, out of a random text that holds at least as much entropy: its SHA-256. */
export const keyOf = (randomText: string): string => createHash("sha256").update(randomText).digest("base64");

/**
 * The WireGuard public key, base64, of a private key, base64 of 32 bytes. Any 32 random bytes will do: X25519 clamps
 * them itself (RFC 7748, section 5). Throws if the text is not 32 bytes.
 */
export function publicKeyOf(privateKey: string): string {
  const bytes = Buffer.from(privateKey, "base64");
  // The message must not hold the key.
  if (bytes.length !== 32) throw new Error(`a WireGuard key has 32 bytes, this one has ${bytes.length}`);
  const key = createPrivateKey({ key: Buffer.concat([pkcs8Header, bytes]), format: "der", type: "pkcs8" });
  return createPublicKey(key).export({ format: "der", type: "spki" }).subarray(-32).toString("base64");
}
