import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { identify, type Identity } from "./processes";

/** flock(1): its exit code when somebody else has the lock. */
const conflictCode = 75;

/** Lets go of a lock; resolves when another process can have it. */
type Release = () => Promise<void>;

/**
 * Takes the kernel's lock of a file, which no two processes can have and which goes with its holder, however that ends:
 * flock(1) holds it, and it ends with its standard input, which is ours. Answers nothing if somebody else has it for
 * so many seconds.
 */
async function take(path: string, seconds: number): Promise<Release | undefined> {
  const wait = ["--timeout", String(seconds), "--conflict-exit-code", String(conflictCode)];
  // A session of its own: Ctrl-C must not free what this program still cleans up.
  const child = spawn("flock", ["--exclusive", ...wait, path, "sh", "-c", "echo; exec cat >/dev/null"], {
    stdio: ["pipe", "pipe", "inherit"],
    detached: true,
    cwd: "/",
  });
  const ended = once(child, "close") as Promise<[code: number | null]>;
  child.stdout.resume();
  const held = await Promise.race([once(child.stdout, "data").then(() => undefined), ended]);
  if (held !== undefined) {
    const [code] = held;
    if (code === conflictCode) return undefined;
    throw new Error(`lock ${path}: flock ended with ${code ?? "a signal"}`);
  }
  return async () => {
    child.stdin.end();
    await ended;
  };
}

/** The process that has the lock, by what it wrote into the file; only to tell people. */
function holder(path: string): string {
  try {
    return String((JSON.parse(readFileSync(path, "utf8")) as Identity).pid);
  } catch {
    return "?";
  }
}

/**
 * Does something while no other process does it; a lock whose owner was killed counts for nothing. The file stays.
 * `onWait` hears of the process that has to be waited for.
 */
export async function withLock<T>(
  path: string,
  seconds: number,
  work: () => Promise<T>,
  onWait?: (line: string) => void,
): Promise<T> {
  mkdirSync(dirname(path), { recursive: true });
  let release = await take(path, 0);
  if (release === undefined) {
    onWait?.(`waiting for process ${holder(path)} to be done`);
    release = await take(path, seconds);
  }
  if (release === undefined)
    throw new Error(`lock ${path} (held by process ${holder(path)}): not within ${seconds} s`);
  try {
    writeFileSync(path, JSON.stringify(identify(process.pid)));
    return await work();
  } finally {
    await release();
  }
}
