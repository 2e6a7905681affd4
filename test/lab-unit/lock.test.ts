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
    const work = (name: string) => async () => {
      log.push(`${name} begins`);
      await new Promise((resolve) => setImmediate(resolve));
      log.push(`${name} ends`);
    };
    const path = join(directory, "lock");
    await Promise.all([withLock(path, 5, work("a")), withLock(path, 5, work("b"), (line) => log.push(line))]);
    expect(log.filter((line) => !line.startsWith("waiting"))).toEqual([
      "a begins",
      "a ends",
      "b begins",
      "b ends",
    ]);
    expect(log).toContain(`waiting for process ${process.pid} to be done`);
    expect(readdirSync(directory)).toEqual([]);
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
