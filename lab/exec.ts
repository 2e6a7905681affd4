import { spawn } from "node:child_process";
import { leader } from "./hosts";
import { inMachine, isMachine, patience } from "./machines";
import { run, type Outcome, type RunOptions } from "./run";
import { isHost, namespaceOf, type Place } from "./topology";

/** The command line that runs a command in a place: inside the host, or in the namespace with this machine's files. */
function inside(place: Place, argv: readonly string[], terminal = false): string[] {
  if (!isHost(place)) return ["ip", "netns", "exec", namespaceOf(place), ...argv];
  const first = leader(place);
  if (first === undefined) throw new Error(`${place}: is off; try: npm run lab -- up`);
  const environment = [
    "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "HOME=/root",
    "LANG=C.UTF-8",
    `TERM=${process.env["TERM"] ?? "dumb"}`,
  ];
  const clean = ["/usr/bin/env", "-i", ...environment, ...argv];
  if (isMachine(place)) return inMachine(place, clean, terminal);
  const enter = [
    "nsenter",
    "--target",
    String(first.pid),
    "--mount",
    "--uts",
    "--ipc",
    "--net",
    "--pid",
    "--cgroup",
    "--root",
    "--wd",
  ];
  return [...enter, "--", ...clean];
}

/** The command line that runs one of the lab's own tools in the network of a place: a bare host has none of them. */
export const withTools = (place: Place, argv: readonly string[]): string[] =>
  isHost(place) && isMachine(place)
    ? inMachine(place, ["chroot", "/run/lab/tools", ...argv])
    : ["ip", "netns", "exec", namespaceOf(place), ...argv];

/** Runs a command in a place and collects what it says. */
export function exec(place: Place, argv: readonly string[], options: RunOptions = {}): Promise<Outcome> {
  return run(inside(place, argv), { ...options, timeoutSec: (options.timeoutSec ?? 60) * patience() });
}

/** A command that runs until it is stopped. */
export interface Running {
  /** Bytes that it has written to standard output so far. */
  readonly size: () => number;
  readonly ended: () => boolean;
  /** Sends a signal and waits for the end, at most ten seconds; answers what was kept. */
  stop(signal: NodeJS.Signals): Promise<string>;
}

/** Starts a command in a place and leaves it running. Of its two streams the text of one is kept. */
export function spawnIn(place: Place, argv: readonly string[], keep: "stdout" | "stderr"): Running {
  const [file = "", ...args] = inside(place, argv);
  const child = spawn(file, args, { stdio: ["ignore", "pipe", "pipe"] });
  const kept: Buffer[] = [];
  let size = 0;
  let ended = false;
  child[keep].on("data", (chunk: Buffer) => kept.push(chunk));
  child.stdout.on("data", (chunk: Buffer) => (size += chunk.length));
  child.stderr.resume();
  const closed = new Promise<void>((resolve) => {
    const settle = () => {
      ended = true;
      resolve();
    };
    child.on("error", settle);
    child.on("close", settle);
  });
  return {
    size: () => size,
    ended: () => ended,
    async stop(signal) {
      child.kill(signal);
      const timer = setTimeout(() => child.kill("SIGKILL"), 10_000);
      await closed;
      clearTimeout(timer);
      return Buffer.concat(kept).toString();
    },
  };
}

/** Runs a command in a place with this program's own input and output; gives its exit code. */
export function enter(place: Place, argv: readonly string[]): Promise<number> {
  const [file = "", ...args] = inside(place, argv, process.stdin.isTTY);
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { stdio: "inherit" });
    // Ctrl-C reaches the command by the terminal; this program stays to hand on its exit code.
    process.on("SIGINT", () => undefined);
    for (const name of ["SIGTERM", "SIGHUP"] as const) process.on(name, () => child.kill(name));
    child.on("error", (error) => reject(new Error(`${place}: ${argv.join(" ")}: ${error.message}`)));
    child.on("close", (code) => resolve(code ?? 1));
  });
}
