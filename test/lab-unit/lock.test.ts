import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { withLock } from "../../lab/lock";

let directory = "";
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "lab-lock-"));
});
afterEach(() => rmSync(directory, { recursive: true }));

describe("the lock of the lab", () => {
  test("one after the other, and whoever waits is told for whom", async () => {
    const log: string[] = [];
    const path = join(directory, "lock");
    let second: Promise<void> | undefined;
    await withLock(path, 5, async () => {
      log.push("a begins");
      await new Promise<void>((told) => {
        const work = () => Promise.resolve(void log.push("b begins and ends"));
        second = withLock(path, 5, work, (line) => {
          log.push(line);
          told();
        });
      });
      log.push("a ends");
    });
    await second;
    expect(log).toEqual([
      "a begins",
      `waiting for process ${process.pid} to be done`,
      "a ends",
      "b begins and ends",
    ]);
    expect(readdirSync(directory)).toEqual(["lock"]);
  });

  test("work that fails gives the lock back", async () => {
    const path = join(directory, "lock");
    await expect(withLock(path, 5, () => Promise.reject(new Error("no")))).rejects.toThrow("no");
    await expect(withLock(path, 0, () => Promise.resolve("done"))).resolves.toBe("done");
  });

  test("the lock of a process that is gone counts for nothing", async () => {
    const path = join(directory, "lock");
    writeFileSync(path, JSON.stringify({ pid: process.pid, start: "0" }));
    await expect(withLock(path, 5, () => Promise.resolve("done"))).resolves.toBe("done");
  });

  test("waiting has an end, and says who holds the lock", async () => {
    const path = join(directory, "lock");
    await withLock(path, 5, async () => {
      await expect(withLock(path, 0.05, () => Promise.resolve())).rejects.toThrow(
        `held by process ${process.pid}`,
      );
    });
  });
});
