import { existsSync, readFileSync } from "node:fs";
import { run, endChildren } from "./child";

const here = { cwd: __dirname, minutes: 1 };

test("a child's output and end are told", async () => {
  const heard: string[] = [];
  const ended = await run(["sh", "-c", "echo a; echo b >&2"], {
    ...here,
    onOutput: (text) => heard.push(text),
  });
  expect(ended).toMatchObject({ ok: true, reason: undefined });
  expect(ended.output.split("\n").sort()).toEqual(["", "a", "b"]);
  expect(heard.join("")).toBe(ended.output);
  expect(await run(["sh", "-c", "exit 3"], here)).toMatchObject({ ok: false, reason: undefined });
});

test("a program that is not there is a failure, not a crash", async () => {
  expect(await run(["no-such-program"], here)).toMatchObject({
    ok: false,
    reason: "spawn no-such-program ENOENT",
  });
});

/** Whether the process runs whose id a shell has printed. A zombie that nobody asks for does not. */
function isAlive({ output }: { readonly output: string }): boolean {
  const pid = Number(output.trim());
  expect(pid).toBeGreaterThan(1);
  const path = `/proc/${pid}/stat`;
  return existsSync(path) && !/\) Z /.test(readFileSync(path, "utf8"));
}

test("a child that takes too long ends with all that it started", async () => {
  const ended = await run(["sh", "-c", "sleep 60 & echo $!; wait"], { cwd: __dirname, minutes: 0.005 });
  expect(ended).toMatchObject({ ok: false, reason: "ended after 0.005 min, the time that it is given" });
  expect(isAlive(ended)).toBe(false);
});

test("nothing outlives a child that ends by itself", async () => {
  expect(isAlive(await run(["sh", "-c", "sleep 60 >/dev/null 2>&1 & echo $!"], here))).toBe(false);
});

test("an interrupted run ends its children", async () => {
  const ended = run(["sh", "-c", "sleep 60 & echo $!; wait"], { ...here, onOutput: () => endChildren() });
  expect(await ended).toMatchObject({ ok: false, reason: "killed by SIGTERM" });
  expect(isAlive(await ended)).toBe(false);
});
