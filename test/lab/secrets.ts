import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { sh } from "./support";

/** Every way in which a key could be written down by accident. */
const writings = (key: string) => {
  const bytes = Buffer.from(key, "base64");
  return [
    key,
    key.replace(/=+$/, ""),
    bytes.toString("hex"),
    bytes.toString("hex").toUpperCase(),
    bytes.toString("latin1"),
  ];
};

/** Whether a text has any of some keys in it, however it is written. */
export const holds = (text: string, keys: readonly string[]) =>
  keys.some((key) => writings(key).some((each) => text.includes(each)));

/** What of an ED25519 key in OpenSSH's form is secret, as it stands there, in PKCS #8 (RFC 8410), and by itself. */
export function sshSecrets(pem: string): string[] {
  const lines = pem.trim().split("\n").slice(1, -1);
  const bytes = Buffer.from(lines.join(""), "base64");
  // The second time the type is followed by the public key, and then by the seed; each after its length.
  const seedAt = bytes.lastIndexOf("ssh-ed25519") + "ssh-ed25519".length + 4 + 32 + 4;
  const seed = bytes.subarray(seedAt, seedAt + 32);
  const pkcs8 = Buffer.concat([Buffer.from("302e020100300506032b657004220420", "hex"), seed]);
  // All else of the text is the same for every key, or public.
  const first = Math.ceil(seedAt / 3) * 4;
  let at = 0;
  const pieces = lines.map((line) => {
    const piece = line.slice(Math.max(0, first - at), Math.max(0, first + 40 - at));
    at += line.length;
    return piece;
  });
  return [
    ...pieces.filter(({ length }) => length >= 16),
    pkcs8.toString("base64").slice(24),
    seed.toString("base64"),
  ];
}

/** All that a folder holds, as one text that keeps every byte. */
export function contentOf(folder: string): string {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name)).toString("latin1"))
    .join("\n");
}

/** Collects the command lines of all processes in a place, as often as it can, until told to stop. */
export function watchProcesses(place: "home" | "colo" | "attacker"): () => Promise<string> {
  const name = `/tmp/ipv6-home-watch-${place}`;
  const look =
    "for f in /proc/[0-9]*/cmdline /proc/[0-9]*/environ; do tr '\\0' ' ' <$f; echo; done 2>/dev/null";
  const running = sh(
    place,
    `: >${name}; touch ${name}.run; while [ -e ${name}.run ]; do ${look} >>${name}; done; sort -u ${name}`,
    120,
  );
  return async () => {
    await sh(place, `rm -f ${name}.run`);
    return running;
  };
}
