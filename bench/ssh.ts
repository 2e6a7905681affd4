import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { exec, type HostName, type LabDescription } from "../lab/lab";
import { hostNames } from "../lab/topology";

const knownHosts = (folder: string): string => join(folder, "known_hosts");

/** Writes the lab's host keys where {@link sshOptions} finds them. */
export function writeKnownHosts(folder: string, lab: LabDescription): void {
  const lines = hostNames.map((host) => `${lab.hosts[host].management} ${lab.hosts[host].hostKey}\n`);
  writeFileSync(knownHosts(folder), lines.join(""));
}

/** Options that make ssh log in to the lab's hosts without asking, and heed nobody's own settings. */
export const sshOptions = (folder: string, lab: LabDescription): string[] => [
  "-F",
  "none",
  "-o",
  `UserKnownHostsFile=${knownHosts(folder)}`,
  "-o",
  "StrictHostKeyChecking=yes",
  "-o",
  "IdentitiesOnly=yes",
  "-o",
  "BatchMode=yes",
  "-i",
  lab.ssh.privateKeyPath,
];

/** How many logins a host has accepted since it booted, by sshd's own journal. */
export async function loginsOf(host: HostName): Promise<number> {
  const { stdout } = await exec(host, [
    "sh",
    "-c",
    "journalctl -u ssh -o cat | grep -c '^Accepted ' || true",
  ]);
  return Number(stdout);
}
