import { spawn, type ChildProcessByStdio } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface, type Interface } from "node:readline";
import type { Readable, Writable } from "node:stream";

/** A process of its own that takes the lock when it is told. */
interface Worker {
  readonly child: ChildProcessByStdio<Writable, Readable, null>;
  readonly said: Interface;
}

let directory = "";
let workers: Worker[] = [];
const lock = () => join(directory, "lock");
const log = () => join(directory, "log");

async function startWorker(): Promise<Worker> {
  const script = join(__dirname, "support", "lock-worker.ts");
  const child = spawn(process.execPath, ["--import", "tsx", script, lock(), log()], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const worker = { child, said: createInterface(child.stdout) };
  await once(worker.said, "line");
  return worker;
}

/** Tells a worker to take the lock; resolves with what it says then. */
async function tell({ child, said }: Worker, order: "take" | "keep"): Promise<string> {
  const answer = once(said, "line") as Promise<[string]>;
  child.stdin.write(`${order}\n`);
  return (await answer)[0];
}

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), "lab-lock-race-"));
  workers = await Promise.all(Array.from({ length: 5 }, startWorker));
}, 60_000);

afterAll(async () => {
  for (const { child } of workers) {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill("SIGKILL");
      await once(child, "exit");
    }
  }
  rmSync(directory, { recursive: true });
});

test("of many processes that find a stale lock, one has it at a time", async () => {
  const rounds = 20;
  for (let round = 0; round < rounds; round += 1) {
    // Nobody's: this process was never started at tick 0.
    writeFileSync(lock(), JSON.stringify({ pid: process.pid, start: "0" }));
    expect(await Promise.all(workers.map((worker) => tell(worker, "take")))).toEqual(
      workers.map(() => "done"),
    );
  }
  const lines = readFileSync(log(), "utf8").trim().split("\n");
  expect(lines).toHaveLength(2 * rounds * workers.length);
  // Whoever begins is the next one to end.
  const pairs = lines.flatMap((line, at) => (at % 2 === 0 ? [`${line} → ${lines[at + 1] ?? ""}`] : []));
  expect(pairs.filter((pair) => !/^(\d+) begins → \1 ends$/.test(pair))).toEqual([]);
}, 60_000);

test("the lock of a process that is killed is free at once", async () => {
  const victim = await startWorker();
  expect(await tell(victim, "keep")).toBe("kept");
  const waiting = workers.map((worker) => tell(worker, "take"));
  victim.child.kill("SIGKILL");
  expect(await Promise.all(waiting)).toEqual(workers.map(() => "done"));
}, 60_000);
