import { createHash, generateKeyPairSync, type KeyObject } from "node:crypto";
import { checkFields } from "./check";
import { diffMaps } from "./diff";
import { fingerprints, openSshPrivateKey, openSshPublicKey } from "./openssh-key";
import { plain, secret, Unknown, type PropertyMap } from "./property";
import type { ResourceType } from "./resource";

const curves: Readonly<Record<string, string>> = {
  P224: "secp224r1",
  P256: "prime256v1",
  P384: "secp384r1",
  P521: "secp521r1",
};
const computed = [
  "privateKeyOpenssh",
  "privateKeyPem",
  "privateKeyPemPkcs8",
  "publicKeyFingerprintMd5",
  "publicKeyFingerprintSha256",
  "publicKeyOpenssh",
  "publicKeyPem",
];

/** `tls:index/privateKey:PrivateKey`: any change makes a new key. */
export const privateKey: ResourceType = {
  check(inputs) {
    const failures = checkFields(
      inputs,
      { algorithm: "string!", rsaBits: "number", ecdsaCurve: "string" },
      "PrivateKey",
    );
    const { algorithm, ecdsaCurve } = plain(inputs) as PropertyMap;
    if (typeof algorithm === "string" && !["RSA", "ECDSA", "ED25519"].includes(algorithm)) {
      failures.push({ property: "algorithm", reason: `must be RSA, ECDSA or ED25519, got: "${algorithm}"` });
    }
    if (typeof ecdsaCurve === "string" && !(ecdsaCurve in curves)) {
      failures.push({
        property: "ecdsaCurve",
        reason: `must be P224, P256, P384 or P521, got: "${ecdsaCurve}"`,
      });
    }
    return { inputs, failures };
  },

  diff({ oldInputs, news }) {
    const changes = diffMaps(oldInputs, news);
    return { changes, replaces: [...changes.keys()], detailed: false };
  },

  create(inputs, _context, preview) {
    const state: PropertyMap = { ecdsaCurve: "P224", rsaBits: 2048, ...inputs };
    if (preview) {
      const unknown = Object.fromEntries(computed.map((name) => [name, Unknown.instance]));
      return Promise.resolve({ id: "", outputs: { ...state, ...unknown } });
    }
    const pair = generate(plain(state) as PropertyMap);
    const open = String(pair.publicKey.export({ type: "spki", format: "pem" }));
    const id = createHash("sha1").update(open.trim()).digest("hex");
    return Promise.resolve({ id, outputs: { ...state, publicKeyPem: open, ...describe(pair) } });
  },
  update: () => Promise.reject(new Error("a key cannot be updated in place")),
  delete: () => Promise.resolve(),
};

function generate(state: PropertyMap): { privateKey: KeyObject; publicKey: KeyObject } {
  if (state["algorithm"] === "RSA")
    return generateKeyPairSync("rsa", { modulusLength: Number(state["rsaBits"]) });
  if (state["algorithm"] === "ED25519") return generateKeyPairSync("ed25519");
  const { ecdsaCurve } = state;
  return generateKeyPairSync("ec", {
    namedCurve: curves[typeof ecdsaCurve === "string" ? ecdsaCurve : "P224"] ?? "",
  });
}

function describe({ privateKey, publicKey }: { privateKey: KeyObject; publicKey: KeyObject }): PropertyMap {
  // The traditional format where the algorithm has one.
  const traditional: Partial<Record<string, "pkcs1" | "sec1">> = { rsa: "pkcs1", ec: "sec1" };
  const pem = privateKey.export({
    type: traditional[privateKey.asymmetricKeyType ?? ""] ?? "pkcs8",
    format: "pem",
  });
  const pkcs8 = privateKey.export({ type: "pkcs8", format: "pem" });
  // OpenSSH has no name for P-224: these outputs are then empty.
  const known = publicKey.asymmetricKeyDetails?.namedCurve !== "secp224r1";
  const prints = known ? fingerprints(publicKey) : { md5: "", sha256: "" };
  return {
    privateKeyPem: secret(String(pem)),
    privateKeyPemPkcs8: secret(String(pkcs8)),
    privateKeyOpenssh: secret(known ? openSshPrivateKey(privateKey) : ""),
    publicKeyOpenssh: known ? `${openSshPublicKey(publicKey)}\n` : "",
    publicKeyFingerprintMd5: prints.md5,
    publicKeyFingerprintSha256: prints.sha256,
  };
}
