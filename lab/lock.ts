import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { identify, isAlive, type Identity } from "./processes";
import { waitFor } from "./run";

function owner(path: string): Identity | undefined {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as Identity;
  } catch {
    return undefined;
  }
}

/** Takes the lock, unless a living process has it. Its owner is in the file from the first moment, by a hard link. */
function take(path: string, mine: string): true | undefined {
  try {
    linkSync(mine, path);
    rmSync(mine);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    const holder = owner(path);
    if (holder !== undefined && !isAlive(holder)) rmSync(path, { force: true });
    return undefined;
  }
}

let taken = 0;

/**
 * Does something while no other process does it; a lock whose owner was killed counts for nothing. `onWait` hears of
 * the process that has to be waited for.
 */
export async function withLock<T>(
  path: string,
  seconds: number,
  work: () => Promise<T>,
  onWait?: (line: string) => void,
): Promise<T> {
  mkdirSync(dirname(path), { recursive: true });
  taken += 1;
  const mine = `${path}.${process.pid}.${taken}`;
  writeFileSync(mine, JSON.stringify(identify(process.pid)));
  try {
    if (take(path, mine) === undefined) {
      const holder = owner(path);
      if (holder !== undefined && isAlive(holder)) onWait?.(`waiting for process ${holder.pid} to be done`);
      await waitFor(`lock ${path} (held by process ${holder?.pid ?? "?"})`, seconds, () => take(path, mine));
    }
    return await work().finally(() => rmSync(path, { force: true }));
  } finally {
    rmSync(mine, { force: true });
  }
}
