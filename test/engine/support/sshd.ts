import { execFileSync, spawn, spawnSync, type ChildProcess } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";

/** A real sshd on a free loopback port with keys of its own; what it saw is read from its own log. */
export interface Sshd {
  readonly port: number;
  readonly folder: string;
  /** Connection inputs of a command resource. */
  readonly connection: Readonly<Record<string, unknown>>;
  /** Another key of the same kind than the host's. */
  readonly wrongHostKey: string;
  /** TCP connections that reached it, and logins that it accepted, since the last call of `forget`. */
  dials(): number;
  logins(): number;
  forget(): void;
  /** Lets another key log in. */
  authorize(publicKey: string): void;
  stop(): void;
}

/** Starts sshd in the foreground of a child process; no service of the machine is touched. */
export async function startSshd(): Promise<Sshd> {
  installSshd();
  const folder = mkdtempSync(join(tmpdir(), "engine-sshd-"));
  const key = (name: string) => {
    execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "test", "-f", join(folder, name)]);
    return readFileSync(join(folder, `${name}.pub`), "utf8").trim();
  };
  const hostKey = key("host");
  execFileSync("ssh-keygen", ["-q", "-t", "ecdsa", "-N", "", "-f", join(folder, "host-ecdsa")]);
  const wrongHostKey = key("other");
  writeFileSync(join(folder, "authorized"), `${key("user")}\n`);
  const port = await freePort();
  const log = join(folder, "log");
  const settings = [
    `Port ${port}`,
    "ListenAddress 127.0.0.1",
    `HostKey ${folder}/host`,
    `HostKey ${folder}/host-ecdsa`,
    `AuthorizedKeysFile ${folder}/authorized`,
    "PidFile none",
    "StrictModes no",
    "UsePAM no",
    "PasswordAuthentication no",
    "PermitRootLogin prohibit-password",
    "LogLevel VERBOSE",
    "MaxStartups 100",
  ];
  writeFileSync(join(folder, "config"), `${settings.join("\n")}\n`);
  if (!existsSync("/run/sshd")) mkdirSync("/run/sshd", { mode: 0o755 });
  const child = spawn("/usr/sbin/sshd", ["-D", "-f", join(folder, "config"), "-E", log], {
    stdio: "inherit",
  });
  // A test that fails before it stops sshd must not keep the test run from ending.
  child.unref();
  await listening(log, child);

  let skip = 0;
  const lines = () => readFileSync(log, "utf8").split("\n");
  const count = (pattern: RegExp) =>
    lines()
      .slice(skip)
      .filter((line) => pattern.test(line)).length;
  const forget = () => (skip = lines().length - 1);
  forget();
  return {
    port,
    folder,
    wrongHostKey,
    connection: {
      host: "127.0.0.1",
      port,
      user: userInfo().username,
      hostKey,
      privateKey: readFileSync(join(folder, "user"), "utf8"),
      dialErrorLimit: 2,
    },
    dials: () => count(/^Connection from /),
    logins: () => count(/^Accepted \w+ for /),
    forget: () => void forget(),
    authorize: (publicKey) =>
      writeFileSync(join(folder, "authorized"), `${publicKey.trim()}\n`, { flag: "a" }),
    stop: () => {
      child.kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A loopback port that nothing listens on. */
export function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}

async function listening(log: string, child: ChildProcess): Promise<void> {
  for (let tries = 0; tries < 200 && child.exitCode === null; tries++) {
    if (existsSync(log) && readFileSync(log, "utf8").includes("Server listening")) return;
    await wait(25);
  }
  throw new Error(
    `sshd does not start; its exit code: ${child.exitCode ?? "none"}\n${readFileSync(log, "utf8")}`,
  );
}

/** Installs the package where it is missing, without starting its service. */
function installSshd(): void {
  if (existsSync("/usr/sbin/sshd")) return;
  const policy = "/usr/sbin/policy-rc.d";
  const own = !existsSync(policy);
  if (own) writeFileSync(policy, "#!/bin/sh\nexit 101\n", { mode: 0o755 });
  const args = ["install", "-y", "-q", "--no-install-recommends", "openssh-server"];
  const result = spawnSync("apt-get", args, {
    encoding: "utf8",
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
  });
  if (own) rmSync(policy);
  if (result.status !== 0) throw new Error(`sshd is missing and cannot be installed: ${result.stderr}`);
}
