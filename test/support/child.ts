import { spawn } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";

/** How a child ended. */
export interface Ended {
  readonly ok: boolean;
  /** Both of its streams, in the order in which they came. */
  readonly output: string;
  /** Why it ended, if not by itself. */
  readonly reason: string | undefined;
}

/** Time between being asked to end and being made to. */
const graceMs = 3000;

const running = new Set<number>();

/** Signals a process group; `false` if nothing is left of it. */
function signalGroup(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(-pid, signal);
  } catch {
    return false;
  }
}

/** Ends what a child has left behind: with a moment to clean up, then for good. */
async function endGroup(pid: number): Promise<void> {
  signalGroup(pid, "SIGTERM");
  for (let waited = 0; waited < graceMs && signalGroup(pid, 0); waited += 20) await sleep(20);
  signalGroup(pid, "SIGKILL");
}

/** Makes every running child end with all that it started. */
export function endChildren(signal: NodeJS.Signals = "SIGTERM"): void {
  for (const pid of running) signalGroup(pid, signal);
}

/** Runs a program in a process group of its own for at most so many minutes; `onOutput` hears of what it prints. */
export function run(
  command: readonly [program: string, ...args: string[]],
  options: { readonly cwd: string; readonly minutes: number; readonly onOutput?: (text: string) => void },
): Promise<Ended> {
  const [program, ...args] = command;
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd: options.cwd,
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
    });
    const { pid } = child;
    const timers: NodeJS.Timeout[] = [];
    let output = "";
    let reason: string | undefined;
    if (pid !== undefined) {
      running.add(pid);
      const end = () => {
        reason = `ended after ${options.minutes} min, the time that it is given`;
        signalGroup(pid, "SIGTERM");
        timers.push(setTimeout(() => signalGroup(pid, "SIGKILL"), graceMs));
      };
      timers.push(setTimeout(end, options.minutes * 60_000));
    }
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => {
        output += text;
        options.onOutput?.(text);
      });
    }
    const closed = new Promise((done) => child.once("close", done));
    const finish = async (ok: boolean, why: string | undefined) => {
      for (const timer of timers) clearTimeout(timer);
      if (pid !== undefined) {
        await endGroup(pid);
        running.delete(pid);
        // What it said last may still be on its way; one that has left the group may hold the streams open for ever.
        await Promise.race([closed, sleep(graceMs, undefined, { ref: false })]);
      }
      resolve({ ok, output, reason: reason ?? why });
    };
    child.on("error", (error) => void finish(false, error.message));
    // The end of the child, not of its streams: a grandchild may hold those open.
    child.on("exit", (code, signal) => {
      void finish(code === 0, signal === null ? undefined : `killed by ${signal}`);
    });
  });
}
