import { spawn } from "node:child_process";
import { leader } from "./hosts";
import { run, type Outcome, type RunOptions } from "./run";
import { isHost, namespaceOf, type Place } from "./topology";

/** The command line that runs a command in a place: inside the host, or in the namespace with this machine's files. */
function inside(place: Place, argv: readonly string[]): string[] {
  if (!isHost(place)) return ["ip", "netns", "exec", namespaceOf(place), ...argv];
  const first = leader(place);
  if (first === undefined) throw new Error(`${place}: is off; try: npm run lab -- up`);
  const environment = [
    "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "HOME=/root",
    "LANG=C.UTF-8",
    `TERM=${process.env["TERM"] ?? "dumb"}`,
  ];
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
  return [...enter, "--", "/usr/bin/env", "-i", ...environment, ...argv];
}

/** Runs a command in a place and collects what it says. */
export function exec(place: Place, argv: readonly string[], options: RunOptions = {}): Promise<Outcome> {
  return run(inside(place, argv), options);
}

/** Runs a command in a place with this program's own input and output; gives its exit code. */
export function enter(place: Place, argv: readonly string[]): Promise<number> {
  const [file = "", ...args] = inside(place, argv);
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { stdio: "inherit" });
    // Ctrl-C reaches the command by the terminal; this program stays to hand on its exit code.
    process.on("SIGINT", () => undefined);
    for (const name of ["SIGTERM", "SIGHUP"] as const) process.on(name, () => child.kill(name));
    child.on("error", (error) => reject(new Error(`${place}: ${argv.join(" ")}: ${error.message}`)));
    child.on("close", (code) => resolve(code ?? 1));
  });
}
