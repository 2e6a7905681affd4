import type { Bundle } from "./bundle";
import { libraryFolder } from "./host";

/** The name of the component on a host. */
export const driftLoginComponent = "drift-login";

/**
 * The second of the two files that sshd reads by default (AuthorizedKeysFile, sshd_config(5)): root's own
 * authorized_keys is nobody's but the operator's.
 */
const keyFile = "/root/.ssh/authorized_keys2";

/**
 * A login that can do one thing, tell what differs on the host. `restrict` takes everything away that a key may do, also
 * what a later sshd may come to allow, and the forced command takes the place of whatever was asked for (sshd(8),
 * "AUTHORIZED_KEYS FILE FORMAT"). `publicKey` is a line `type base64`.
 */
export function driftLoginBundle(publicKey: string): Bundle {
  const options = `restrict,command="${libraryFolder}/observe"`;
  return {
    component: driftLoginComponent,
    checks: [`${libraryFolder}/authorized-keys {stage}${keyFile}`],
    files: [
      {
        path: keyFile,
        content: `# Written by ipv6-home: this key can only look.\n${options} ${publicKey.trim()} ipv6-home-drift\n`,
        mode: "0600",
      },
    ],
  };
}
