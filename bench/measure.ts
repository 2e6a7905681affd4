import { hostNames } from "../lab/topology";
import type { HostName } from "../lab/lab";
import { watchMemory } from "./memory";
import { loginsOf } from "./ssh";

/** What one run of a tool took. */
export interface Sample {
  readonly wallMs: number;
  /** Of that, the process of the Pulumi CLI alone. */
  readonly engineMs?: number;
  readonly memoryMiB: number;
  readonly logins: Readonly<Record<HostName, number>>;
}

/** What a tool says of its own run. */
export interface Told {
  readonly engineMs?: number;
}

const countLogins = async (): Promise<Record<HostName, number>> => {
  const [colo, home] = await Promise.all(hostNames.map(loginsOf));
  return { colo: colo ?? 0, home: home ?? 0 };
};

/** Runs something and measures it: time, memory of all processes that it starts, logins at the hosts. */
export async function measure(work: () => Promise<Told>): Promise<Sample> {
  const before = await countLogins();
  const peak = watchMemory();
  const started = performance.now();
  const told = await work();
  const wallMs = performance.now() - started;
  const memoryMiB = peak();
  const after = await countLogins();
  return {
    wallMs,
    ...told,
    memoryMiB,
    logins: { colo: after.colo - before.colo, home: after.home - before.home },
  };
}
