import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { keptDirectory, sshKeyPath } from "./paths";
import { run } from "./run";
import { allHostNames, type AnyHostName } from "./topology";

const hostKeyPath = (name: AnyHostName): string => join(keptDirectory, "ssh", `host_${name}_ed25519`);

/** Type and key, without the comment. */
const publicPart = (path: string): string =>
  readFileSync(`${path}.pub`, "utf8").trim().split(/\s+/).slice(0, 2).join(" ");

/** Makes the lab's SSH keys, once; they stay when the lab goes down. */
export async function makeKeys(): Promise<void> {
  mkdirSync(dirname(sshKeyPath), { recursive: true, mode: 0o700 });
  for (const path of [sshKeyPath, ...allHostNames.map(hostKeyPath)]) {
    // ssh-keygen writes the public part last.
    if (existsSync(`${path}.pub`)) continue;
    await run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "ipv6-home-lab", "-f", path], {
      input: "y\n",
    });
  }
}

/** The key pair of a host, and the key that its root accepts. */
export function hostKeys(name: AnyHostName): { authorized: string; privateKey: string; publicKey: string } {
  const path = hostKeyPath(name);
  return {
    authorized: `${publicPart(sshKeyPath)} ipv6-home-lab`,
    privateKey: readFileSync(path, "utf8"),
    publicKey: publicPart(path),
  };
}
