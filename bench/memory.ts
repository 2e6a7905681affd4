import { readFileSync } from "node:fs";

/** Processes that a process has started, and theirs. */
function descendants(pid: number): number[] {
  const children = textOf(`/proc/${pid}/task/${pid}/children`).trim();
  return children === ""
    ? []
    : children
        .split(" ")
        .map(Number)
        .flatMap((child) => [child, ...descendants(child)]);
}

/** A process that just ended has nothing to say. */
function textOf(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

/** Memory of a process in KiB, what it shares with others counted in parts: a fork costs little. */
const proportionalSize = (pid: number): number =>
  Number(/^Pss:\s+(\d+) kB$/m.exec(textOf(`/proc/${pid}/smaps_rollup`))?.[1] ?? 0);

/** Watches all that this process starts from now on; the function that it answers tells the peak in MiB and ends it. */
export function watchMemory(everyMs = 200): () => number {
  let peak = 0;
  const before = new Set(descendants(process.pid));
  const look = () => {
    const sum = descendants(process.pid)
      .filter((pid) => !before.has(pid))
      .reduce((total, pid) => total + proportionalSize(pid), 0);
    peak = Math.max(peak, sum);
  };
  const timer = setInterval(look, everyMs);
  return () => {
    clearInterval(timer);
    return peak / 1024;
  };
}
