import { createHash, createPublicKey, randomBytes, type KeyObject } from "node:crypto";

/** The key as one line of authorized_keys, without a comment. */
export function openSshPublicKey(key: KeyObject): string {
  const blob = publicBlob(key);
  return `${blob.subarray(4, 4 + blob.readUInt32BE(0)).toString()} ${blob.toString("base64")}`;
}

/** The fingerprints that ssh-keygen shows: MD5 as colon-separated pairs, SHA-256 with its prefix. */
export function fingerprints(key: KeyObject): { md5: string; sha256: string } {
  const blob = publicBlob(key);
  const md5 = createHash("md5").update(blob).digest("hex");
  const sha256 = createHash("sha256").update(blob).digest("base64").replace(/=+$/, "");
  return { md5: (md5.match(/../g) ?? []).join(":"), sha256: `SHA256:${sha256}` };
}

/** The private key in OpenSSH's own unencrypted format (PROTOCOL.key of openssh). */
export function openSshPrivateKey(key: KeyObject): string {
  const check = randomBytes(4);
  const body = [check, check, ...privateFields(key), string("")];
  const length = body.reduce((sum, part) => sum + part.length, 0);
  for (let index = 1; (length + index - 1) % 8 !== 0; index++) body.push(Buffer.from([index]));
  const file = Buffer.concat([
    Buffer.from("openssh-key-v1\0"),
    ...["none", "none", ""].map(string),
    uint32(1),
    string(publicBlob(createPublicKey(key))),
    string(Buffer.concat(body)),
  ]);
  const lines = file.toString("base64").match(/.{1,64}/g) ?? [];
  return ["-----BEGIN OPENSSH PRIVATE KEY-----", ...lines, "-----END OPENSSH PRIVATE KEY-----", ""].join(
    "\n",
  );
}

function publicBlob(key: KeyObject): Buffer {
  const jwk = key.export({ format: "jwk" });
  if (key.asymmetricKeyType === "ed25519")
    return Buffer.concat([string("ssh-ed25519"), string(bytes(jwk.x))]);
  if (key.asymmetricKeyType === "rsa") {
    return Buffer.concat([string("ssh-rsa"), integer(bytes(jwk.e)), integer(bytes(jwk.n))]);
  }
  const curve = nistName(jwk.crv);
  return Buffer.concat([string(`ecdsa-sha2-${curve}`), string(curve), string(point(jwk))]);
}

function privateFields(key: KeyObject): Buffer[] {
  const jwk = key.export({ format: "jwk" });
  if (key.asymmetricKeyType === "ed25519") {
    const [secret, open] = [bytes(jwk.d), bytes(jwk.x)];
    return [string("ssh-ed25519"), string(open), string(Buffer.concat([secret, open]))];
  }
  if (key.asymmetricKeyType === "rsa") {
    const numbers = [jwk.n, jwk.e, jwk.d, jwk.qi, jwk.p, jwk.q];
    return [string("ssh-rsa"), ...numbers.map((number) => integer(bytes(number)))];
  }
  const curve = nistName(jwk.crv);
  return [string(`ecdsa-sha2-${curve}`), string(curve), string(point(jwk)), integer(bytes(jwk.d))];
}

function nistName(curve: string | undefined): string {
  return (curve ?? "").replace("P-", "nistp");
}

function point(jwk: { x?: string; y?: string }): Buffer {
  return Buffer.concat([Buffer.from([4]), bytes(jwk.x), bytes(jwk.y)]);
}

function bytes(base64url: string | undefined): Buffer {
  return Buffer.from(base64url ?? "", "base64url");
}

function uint32(value: number): Buffer {
  const buffer = Buffer.alloc(4);
  buffer.writeUInt32BE(value);
  return buffer;
}

function string(value: string | Buffer): Buffer {
  const content = Buffer.from(value);
  return Buffer.concat([uint32(content.length), content]);
}

/** SSH's mpint: no leading zeros, and one zero byte in front where the number would look negative. */
function integer(value: Buffer): Buffer {
  const start = value.findIndex((byte) => byte !== 0);
  const digits = start === -1 ? Buffer.alloc(0) : value.subarray(start);
  return string((digits[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.from([0]), digits]) : digits);
}
