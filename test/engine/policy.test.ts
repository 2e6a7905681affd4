import { join } from "node:path";
import { Project, type ResourceSpec } from "./support/project";

jest.setTimeout(90_000);

let project: Project;
beforeEach(async () => {
  project = await Project.create();
});
afterEach(() => project.close());

const key = Buffer.alloc(32, 7).toString("base64");
const pack = join(__dirname, "../../policy");

/** Previews a local command by the policy pack of this project. */
async function preview(args: ResourceSpec["args"], ...more: string[]) {
  project.write({ resources: [{ kind: "LocalCommand", name: "some", args }] });
  const { code, stdout } = await project.run(["preview", "--color=never", ...more]);
  return { code, stdout };
}

describe("a policy pack", () => {
  const open = { create: "cat", stdin: `${key}\n` };
  const sealed = { create: "cat", stdin: { secret: `${key}\n` } };

  test("refuses what the engine itself lets through", async () => {
    expect(await preview(open)).toMatchObject({ code: 0 });
    const { code, stdout } = await preview(open, "--policy-pack", pack);
    expect(code).not.toBe(0);
    expect(stdout).toContain("❌ ipv6-home@v0.1.0");
    expect(stdout).toContain("[mandatory]");
    expect(stdout).toMatch(/no-secret-in-the-open[^]*stdin, line 1: given a key of WireGuard's form/);
    // Told without the secret, which was in clear already.
    expect(stdout.split("stdin, line 1")[1]).not.toContain(key);
  });

  test("is told which inputs are secret", async () => {
    const { code, stdout } = await preview(sealed, "--policy-pack", pack);
    expect([code, stdout]).toEqual([0, expect.stringContaining("✅ ipv6-home@v0.1.0")]);
  });
});
