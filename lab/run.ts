import { spawn } from "node:child_process";

/** How a command ended. */
export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** What can be told to a command that is run. */
export interface RunOptions {
  readonly input?: string;
  /** After so many seconds the command and its children are killed. */
  readonly timeoutSec?: number;
  /** Return a code other than 0 instead of failing. */
  readonly allowFailure?: boolean;
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
}

/** A command that failed; `outcome` holds what it said. */
export class CommandError extends Error {
  constructor(
    message: string,
    readonly outcome: Outcome,
  ) {
    super(message);
  }
}

/** Runs a command to its end and collects what it says. It gets 60 seconds unless told otherwise. */
export function run(argv: readonly string[], options: RunOptions = {}): Promise<Outcome> {
  const [file = "", ...args] = argv;
  const seconds = options.timeoutSec ?? 60;
  return new Promise((resolve, reject) => {
    // A group of its own, so that a timeout also ends what the command has started.
    const { env = process.env, cwd = process.cwd() } = options;
    const child = spawn(file, args, { stdio: "pipe", detached: true, env, cwd });
    const chunks = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
    }, seconds * 1000);
    child.stdout.on("data", (chunk: Buffer) => chunks.stdout.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => chunks.stderr.push(chunk));
    // A command may end without reading its input.
    child.stdin.on("error", () => undefined);
    child.stdin.end(options.input ?? "");
    child.on("error", (error) => {
      clearTimeout(timer);
      reject(new Error(`${argv.join(" ")}: ${error.message}`));
    });
    child.on("close", (code) => {
      clearTimeout(timer);
      const outcome = {
        code: code ?? 137,
        stdout: Buffer.concat(chunks.stdout).toString(),
        stderr: Buffer.concat(chunks.stderr).toString(),
      };
      if (late)
        reject(
          new CommandError(
            `${argv.join(" ")}: not done after ${seconds} s, killed\n${outcome.stderr}`.trim(),
            outcome,
          ),
        );
      else if (outcome.code === 0 || options.allowFailure === true) resolve(outcome);
      else
        reject(
          new CommandError(
            `${argv.join(" ")}: exit code ${outcome.code}\n${(outcome.stderr || outcome.stdout).trim()}`,
            outcome,
          ),
        );
    });
  });
}

/** Runs `ip` with a batch of its commands, in a namespace if one is named. */
export async function ipBatch(namespace: string | undefined, lines: readonly string[]): Promise<void> {
  await run(["ip", ...(namespace === undefined ? [] : ["-n", namespace]), "-batch", "-"], {
    input: `${lines.join("\n")}\n`,
  });
}

/** Waits until a probe gives a value, for what the kernel has no event for. */
export async function waitFor<T>(
  what: string,
  seconds: number,
  probe: () => T | undefined | Promise<T | undefined>,
): Promise<T> {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const value = await probe();
    if (value !== undefined) return value;
    if (Date.now() > end) throw new Error(`${what}: not within ${seconds} s`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
