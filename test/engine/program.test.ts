import { Project } from "./support/project";

// Pulumi's own language host shows a thrown error only after half a minute.
jest.setTimeout(90_000);

let project: Project;
beforeEach(async () => {
  project = await Project.create();
});
afterEach(() => project.close());

/** A run of a program that starts with this code; afterwards a good program must still run. */
async function runsBadly(before: string) {
  const result = await project.up({ resources: [], before });
  expect(result.code).not.toBe(0);
  const next = await project.up({ resources: [], outputs: { fine: "yes" } });
  expect([next.code, next.stdout]).toEqual([0, expect.stringContaining('fine: "yes"')]);
  return result;
}

describe("a program that fails", () => {
  test("by throwing", async () => {
    const { stdout } = await runsBadly("throw new Error('thrown here')");
    expect(stdout).toMatch(/failed with an unhandled exception:[^]*thrown here/);
  });

  test("by an error for people shows no stack", async () => {
    const { stdout } = await runsBadly("throw new pulumi.RunError('plain words')");
    expect(stdout).toContain("error: plain words");
    expect(stdout).not.toContain("main.cjs");
  });

  test("by a promise that nobody waits for", async () => {
    const { stdout } = await runsBadly("Promise.reject(new Error('forgotten'))");
    expect(stdout).toContain("forgotten");
  });

  test("by ending its process", async () => {
    await runsBadly("process.exit(7)");
  });

  test("by code that throws outside of any promise", async () => {
    const { stdout } = await runsBadly("process.nextTick(() => { throw new Error('from outside') })");
    expect(stdout).toContain("from outside");
  });
});

test("what a program prints reaches the engine", async () => {
  const result = await project.up({ resources: [], before: "console.log('a line')" });
  expect([result.code, result.stdout]).toEqual([0, expect.stringContaining("a line")]);
});
