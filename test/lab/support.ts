import { openEngine, type Engine, type RunResult } from "../../engine/run";
import { exec } from "../../lab/lab";
import { patience } from "../../lab/machines";
import { mustRunInLab, runInLab, type AnyStackName } from "../../lab/stacks";
import { observeVariable } from "../../observe/observe";
import type { AnyHostName, Place } from "../../lab/topology";

let engine: Promise<Engine> | undefined;

/** One engine for all runs of a test file. */
export const theEngine = (): Promise<Engine> => (engine ??= openEngine());

/** Ends what {@link theEngine} began. */
export async function closeEngine(): Promise<void> {
  await (await engine)?.close();
  engine = undefined;
}

/** Without a look at the hosts before it, so that a test sees the logins and changes that it asks for. */
const unobserved = { timeoutSec: 1200, env: { [observeVariable]: "never" } };

/** Converges a stack without asking, without a preview before it. */
export const pulumiUp = async (stack: AnyStackName, ...more: string[]): Promise<RunResult> =>
  mustRunInLab(await theEngine(), ["up", "-s", stack, "--yes", "--skip-preview", ...more], unobserved);

/** Runs any Pulumi command on a stack; answers its failure instead of throwing. */
export const pulumi = async (stack: AnyStackName, ...args: string[]): Promise<RunResult> =>
  runInLab(await theEngine(), [...args, "-s", stack], unobserved);

/** The same as a user has it: the run first looks at the hosts. */
export const pulumiObserving = async (stack: AnyStackName, ...args: string[]): Promise<RunResult> =>
  runInLab(await theEngine(), [...args, "-s", stack], { timeoutSec: 1200 });

/** A stack's outputs as a typed object. */
export async function outputs<T>(stack: AnyStackName): Promise<T> {
  const { stdout } = await mustRunInLab(await theEngine(), [
    "stack",
    "output",
    "--json",
    "--show-secrets",
    "-s",
    stack,
  ]);
  return JSON.parse(stdout) as T;
}

/** Runs a shell line in a place and answers its output; throws if it fails. */
export async function sh(place: Place, line: string, timeoutSec = 30): Promise<string> {
  return (await exec(place, ["sh", "-c", line], { timeoutSec })).stdout;
}

/** The same, answering the exit code too instead of throwing. */
export const trySh = (place: Place, line: string, timeoutSec = 30) =>
  exec(place, ["sh", "-c", line], { timeoutSec, allowFailure: true });

/** How many SSH logins a host has accepted since it booted, by sshd's own journal. */
export async function logins(host: AnyHostName): Promise<number> {
  return Number(await sh(host, "journalctl -u ssh -o cat | grep -c '^Accepted ' || true"));
}

/** Repeats a look until it holds; throws what it last saw when the time is over. */
export async function until(what: string, withinSec: number, holds: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + withinSec * patience() * 1000;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`not within ${withinSec} s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

/** Takes away all that a stack built. */
export const mustDestroy = async (stack: AnyStackName): Promise<RunResult> =>
  mustRunInLab(await theEngine(), ["destroy", "-s", stack, "--yes", "--skip-preview"], { timeoutSec: 1200 });

/** What tcpdump is to see: router advertisements that say that their router goes (RFC 4861, section 4.2). */
export const finalAdvertisements = "icmp6 and ip6[40] == 134 and ip6[46:2] == 0";
