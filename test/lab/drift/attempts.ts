import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { sshOptions, writeKnownHosts } from "../../../bench/ssh";
import { readDescription, type LabDescription } from "../../../lab/description";
import { run, type Outcome } from "../../../lab/run";
import type { HostName } from "../../../lab/topology";
import { sh } from "../support";

/** A login at the lab's hosts by one key and nothing else, from where Pulumi runs. */
export class Login {
  private readonly lab: LabDescription;
  private readonly options: readonly string[];

  /** `folder` is for files of the test's own. */
  constructor(
    private readonly folder: string,
    keyFile: string,
  ) {
    const lab = readDescription();
    if (lab === undefined) throw new Error("the lab is down");
    this.lab = lab;
    writeKnownHosts(folder, lab);
    // The last two are -i and the lab's own key.
    const own = sshOptions(folder, lab).slice(0, -2);
    this.options = [...own, "-o", "ConnectTimeout=10", "-o", "ExitOnForwardFailure=yes", "-i", keyFile];
  }

  /** Runs ssh with some words before the host's name and some after it. */
  ssh(host: HostName, before: readonly string[], command: readonly string[], input = ""): Promise<Outcome> {
    return this.run(["ssh", ...this.options, ...before, `root@${this.address(host)}`, ...command], input);
  }

  /** Sends a file to a path of the host by a program of ssh's family. */
  send(host: HostName, program: readonly string[], path: string): Promise<Outcome> {
    const file = join(this.folder, "sent");
    writeFileSync(file, "sent\n");
    const place = `root@[${this.address(host)}]`;
    return program[0] === "sftp"
      ? this.run([...program, ...this.options, "-b", "-", place], `put ${file} ${path}\n`)
      : this.run([...program, ...this.options, file, `${place}:${path}`], "");
  }

  private address(host: HostName): string {
    return this.lab.hosts[host].management;
  }

  private run(argv: readonly string[], input: string): Promise<Outcome> {
    const env = { ...process.env, SSH_AUTH_SOCK: undefined };
    return run(argv, { input, env, allowFailure: true, timeoutSec: 30 });
  }
}

/** Where the attempts leave their mark. */
const mark = "/run/drift-key-attempt";

/** Whether a mark came about while something was done. */
async function marks(host: HostName, act: () => Promise<Outcome>): Promise<boolean> {
  await sh(host, `rm -f ${mark}`);
  await act();
  return (await sh(host, `[ ! -e ${mark} ] || echo yes; rm -f ${mark}`)) === "yes\n";
}

const refusedForward = "remote port forwarding failed";

/** What a login may be good for: each tells whether it could be done. */
export const attempts: Readonly<Record<string, (login: Login, host: HostName) => Promise<boolean>>> = {
  "another command": (login, host) => marks(host, () => login.ssh(host, [], ["touch", mark])),
  "a command behind the report": (login, host) =>
    marks(host, () => login.ssh(host, [], [`/usr/local/lib/ipv6-home/observe; touch ${mark}`])),
  "a shell": (login, host) => marks(host, () => login.ssh(host, ["-T"], [], `touch ${mark}\n`)),
  "a terminal": async (login, host) =>
    !(await login.ssh(host, ["-tt"], ["true"])).stderr.includes("PTY allocation request failed"),
  "a file by sftp": (login, host) => marks(host, () => login.send(host, ["sftp", "-q"], mark)),
  "a file by scp": (login, host) => marks(host, () => login.send(host, ["scp", "-q"], mark)),
  "a file by scp's own protocol": (login, host) =>
    marks(host, () => login.send(host, ["scp", "-q", "-O"], mark)),
  "a connection onwards": async (login, host) =>
    (await login.ssh(host, ["-W", "localhost:22"], [])).stdout.includes("SSH-2.0-"),
  "a port that listens there": async (login, host) =>
    !(await login.ssh(host, ["-R", "localhost:10022:localhost:9"], ["true"])).stderr.includes(refusedForward),
  "a socket that listens there": async (login, host) => {
    const socket = `${mark}.socket`;
    const { stderr } = await login.ssh(host, ["-R", `${socket}:localhost:9`], ["true"]);
    // sshd leaves it behind.
    await sh(host, `rm -f ${socket}`);
    return !stderr.includes(refusedForward);
  },
};
