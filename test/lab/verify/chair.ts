import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { exec } from "../../../lab/lab";
import { run } from "../../../lab/run";
import { projectFolder, stackEnvironment } from "../../../lab/stacks";
import { labTargets } from "../../../lab/verify";
import type { ClientName } from "../../../lab/topology";

/** What the program says for machines. */
export interface Report {
  readonly cause: { readonly id: string; readonly evidence: string } | null;
  readonly checks: readonly {
    readonly id: string;
    readonly verdict: "passed" | "failed" | "warning" | "not checked";
    readonly measured: string;
    readonly because?: string | null;
  }[];
}

const tools = join(__dirname, "..", "..", "..", "tools");

/** Runs `npm run verify` with some words. */
export const verifyCli = (...words: string[]) =>
  run([process.execPath, join(tools, "run.mjs"), "tools/verify/cli.ts", ...words], {
    cwd: projectFolder,
    env: { ...process.env, ...stackEnvironment() },
    allowFailure: true,
    timeoutSec: 60,
  });

/** Options that name the lab's internet to a program that was exported. */
export function labOptions(): string[] {
  const { name4, name6, name46, internet6, internet4, echo, echo4 } = labTargets;
  const internet = ["--internet6", ...internet6, "--internet4", ...internet4, "--port", "80"];
  return [
    "--name4",
    name4,
    "--name6",
    name6,
    "--name46",
    name46,
    "--echo",
    echo,
    "--echo4",
    echo4,
    ...internet,
  ];
}

/** Exports the program to a file that exists as long as `use` runs. */
export async function withExported<T>(use: (file: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "ipv6-home-verify-"));
  try {
    const file = join(folder, "verify");
    const { code, stderr } = await verifyCli("--export", file);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    return await use(file);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What a client's chair says, from the command line. */
export const verifiedFrom = async (place: ClientName): Promise<Report> =>
  JSON.parse((await verifyCli("--from", place, "--", "--json")).stdout) as Report;

/** Verifies a client from the command line and by the exported file: nothing fails, and just these checks say why they
 * were not made. */
export async function expectVerified(place: ClientName, unchecked: readonly string[]): Promise<void> {
  const [cli, exported] = await withExported(async (file) => [
    await verifyCli("--from", place, "--", "--json"),
    await exec(place, [file, "--json", ...labOptions()], { allowFailure: true }),
  ]);
  // Servers for that are known to the lab alone.
  for (const [outcome, more] of [[cli, []] as const, [exported, ["transfer"]] as const]) {
    const { cause, checks } = JSON.parse(outcome.stdout) as Report;
    const of = (verdict: string) => checks.filter((each) => each.verdict === verdict);
    expect({ code: outcome.code, cause, failed: of("failed") }).toEqual({
      code: 0,
      cause: null,
      failed: [],
    });
    const found = of("not checked").map(({ id, measured }) =>
      measured.startsWith("because ") ? id : measured,
    );
    expect([...found].sort()).toEqual([...new Set([...unchecked, ...more])].sort());
  }
}
