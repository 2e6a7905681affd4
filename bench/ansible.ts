import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { HostName, LabDescription } from "../lab/lab";
import { run } from "../lab/run";
import { hostNames } from "../lab/topology";
import { writeFiles, type Payload } from "./payload";
import { playbookOf, tasksOf } from "./playbook";
import { sshOptions } from "./ssh";

/** Installs Debian's Ansible on the machine if it is not there; answers its version. */
export async function installAnsible(progress: (line: string) => void): Promise<string> {
  const version = async () => {
    const asked = await run(["dpkg-query", "-W", "-f", "${db:Status-Status} ${Version}", "ansible-core"], {
      allowFailure: true,
    });
    return /^installed (\S+)$/.exec(asked.stdout)?.[1];
  };
  const found = await version();
  if (found !== undefined) return found;
  progress("machine: installing ansible-core, about 20 s, once");
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  const install = ["apt-get", "-qq", "-y", "--no-install-recommends", "install", "ansible-core"];
  const first = await run(install, { env, timeoutSec: 600, allowFailure: true });
  if (first.code !== 0) {
    await run(["apt-get", "-qq", "update"], { env, timeoutSec: 300 });
    await run(install, { env, timeoutSec: 600 });
  }
  return (await version()) ?? "unknown";
}

/** Writes playbook, inventory, settings and files, as somebody's Ansible project would have them. */
export function writeAnsible(folder: string, payload: Payload, lab: LabDescription, keys: string): void {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(join(folder, "cp"), { recursive: true });
  const write = (name: string, text: string) => writeFileSync(join(folder, name), text);
  const ssh = [...sshOptions(keys, lab), "-o", "ControlMaster=auto", "-o", "ControlPersist=60s"];
  write(
    "ansible.cfg",
    [
      "[defaults]",
      "inventory = hosts.ini",
      "interpreter_python = /usr/bin/python3",
      "[ssh_connection]",
      "pipelining = true",
      `control_path_dir = ${join(folder, "cp")}`,
      `ssh_args = ${ssh.join(" ")}`,
      "",
    ].join("\n"),
  );
  write(
    "hosts.ini",
    hostNames
      .map((host) => `${host} ansible_host=${lab.hosts[host].management} ansible_user=root\n`)
      .join(""),
  );
  write("site.yml", playbookOf(hostNames.flatMap((host) => payload[host].flatMap(({ rules }) => rules))));
  for (const host of hostNames) {
    write(`${host}.yml`, tasksOf(host, payload[host]));
    for (const step of payload[host]) writeFiles(join(folder, "files", host), step.files);
  }
}

/** Runs the playbook on some hosts; answers how many tasks changed something. */
export async function runAnsible(
  folder: string,
  hosts: readonly HostName[],
  options: readonly string[] = [],
): Promise<number> {
  const env = {
    ...process.env,
    // Debian's own Python: the machine may have others.
    PATH: "/usr/sbin:/usr/bin:/sbin:/bin",
    ANSIBLE_CONFIG: join(folder, "ansible.cfg"),
    LC_ALL: "C.UTF-8",
  };
  const play = ["/usr/bin/ansible-playbook", "-i", join(folder, "hosts.ini"), join(folder, "site.yml")];
  const { stdout } = await run([...play, "--limit", hosts.join(","), ...options], { env, timeoutSec: 300 });
  return [...stdout.matchAll(/ changed=(\d+) /g)].reduce((sum, [, count]) => sum + Number(count), 0);
}

/** Ends the connections that Ansible keeps for its next run: that would be much later. */
export async function closeConnections(folder: string): Promise<void> {
  for (const socket of readdirSync(join(folder, "cp"))) {
    await run(
      ["ssh", "-F", "none", "-O", "exit", "-o", `ControlPath=${join(folder, "cp", socket)}`, "host"],
      {
        allowFailure: true,
      },
    );
  }
}
