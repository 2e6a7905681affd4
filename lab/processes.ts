import { spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { inState } from "./paths";
import { waitFor } from "./run";

/** A process that cannot be mistaken for a later one with the same number. */
export interface Identity {
  readonly pid: number;
  /** When the kernel started it, in ticks since the machine's boot. */
  readonly start: string;
}

const directory = inState("processes");

/** Fields 3 and up of /proc/PID/stat: state, parent, …; the name before them may hold blanks. */
function stat(pid: number): readonly string[] | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    return text.slice(text.lastIndexOf(")") + 2).split(" ");
  } catch {
    return undefined;
  }
}

/** Identifies a running process; a zombie does not count as running. */
export function identify(pid: number): Identity | undefined {
  const fields = stat(pid);
  const start = fields?.[19];
  return start === undefined || fields?.[0] === "Z" ? undefined : { pid, start };
}

/** The children of a process. */
export function childrenOf(pid: number): number[] {
  const all = readdirSync("/proc").filter((entry) => /^\d+$/.test(entry));
  return all.map(Number).filter((child) => stat(child)?.[1] === String(pid));
}

/** Tells whether exactly this process still runs. */
export function isAlive(identity: Identity): boolean {
  return identify(identity.pid)?.start === identity.start;
}

/** Sends a signal to exactly this process, if it still runs. */
export function signal(identity: Identity, name: NodeJS.Signals): void {
  if (!isAlive(identity)) return;
  try {
    process.kill(identity.pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

/** Ends processes: asks first, kills what is left after some seconds. */
export async function end(identities: readonly Identity[], graceSec = 0): Promise<void> {
  if (graceSec > 0) {
    for (const identity of identities) signal(identity, "SIGTERM");
    await gone(identities, graceSec).catch(() => undefined);
  }
  for (const identity of identities) signal(identity, "SIGKILL");
  await gone(identities, 10);
}

/** Waits until none of these processes runs any more. */
export async function gone(identities: readonly Identity[], seconds: number): Promise<void> {
  const pids = identities.map(({ pid }) => pid).join(", ");
  await waitFor(`end of process ${pids}`, seconds, () => (identities.some(isAlive) ? undefined : true));
}

/** Starts a daemon of the lab that outlives this program, and remembers it by name. Its output goes to a log file. */
export function startDaemon(name: string, argv: readonly string[]): Identity {
  const [file = "", ...args] = argv;
  mkdirSync(directory, { recursive: true });
  const log = openSync(logPath(name), "a");
  const child = spawn(file, args, { detached: true, stdio: ["ignore", log, log], cwd: "/" });
  closeSync(log);
  child.unref();
  const identity = child.pid === undefined ? undefined : identify(child.pid);
  if (identity === undefined)
    throw new Error(`${name}: ${argv.join(" ")} did not start; see ${logPath(name)}`);
  writeFileSync(join(directory, `${name}.json`), JSON.stringify(identity));
  return identity;
}

/** Waits until a daemon has become the program that it was started for, behind the tools that set its place up. */
export async function waitForProgram(name: string, program: string): Promise<void> {
  await waitFor(`${name}: start of ${program}`, 20, () => {
    const identity = remembered(name);
    if (identity === undefined || !isAlive(identity))
      throw new Error(`${name}: ended at its start; see ${logPath(name)}`);
    return readFileSync(`/proc/${identity.pid}/comm`, "utf8").trim() === program ? true : undefined;
  });
}

/** The log file of a daemon. */
export function logPath(name: string): string {
  return join(directory, `${name}.log`);
}

/** What is remembered under this name, whether it still runs or not. */
export function remembered(name: string): Identity | undefined {
  try {
    return JSON.parse(readFileSync(join(directory, `${name}.json`), "utf8")) as Identity;
  } catch {
    return undefined;
  }
}

/** The names of all daemons that are remembered. */
export function rememberedNames(): string[] {
  try {
    return readdirSync(directory)
      .filter((file) => file.endsWith(".json"))
      .map((file) => file.slice(0, -".json".length));
  } catch {
    return [];
  }
}

/** Tells whether a remembered daemon runs. */
export function isRunning(name: string): boolean {
  const identity = remembered(name);
  return identity !== undefined && isAlive(identity);
}

/** Ends a remembered daemon and forgets it. */
export async function stopDaemon(name: string, graceSec = 2): Promise<void> {
  const identity = remembered(name);
  if (identity !== undefined) await end([identity], graceSec);
  rmSync(join(directory, `${name}.json`), { force: true });
}
