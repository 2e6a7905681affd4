import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { RunOptions, RunResult } from "../../engine/run";
import { observeVariable } from "../../observe/observe";
import { plannedOutputs, readEngineJson } from "../../review/engine-json";
import type { Preview } from "../../review/preview";
import { plannedFactsVariable } from "../../stacks/planned-facts";

/** Runs the Pulumi CLI in the project whose stacks are previewed. */
export type Runner = (args: readonly string[], options: RunOptions) => Promise<RunResult>;

/** Seconds after which a preview is given up: it asks no host, so it is a matter of seconds. */
const timeoutSec = 600;

/**
 * Previews stacks in the order given, the colo first: a home is previewed beside the colo as it is planned, because
 * that is what `up` will find. Nothing is written, no host is asked.
 */
export async function previewStacks(
  run: Runner,
  stacks: readonly string[],
  policyPack?: string,
): Promise<Preview[]> {
  const scratch = mkdtempSync(join(tmpdir(), "ipv6-home-facts-"));
  const factsFile = join(scratch, "facts.json");
  const previews: Preview[] = [];
  try {
    for (const stack of stacks) {
      const policies = policyPack === undefined ? [] : ["--policy-pack", policyPack];
      const result = await run(["preview", "-s", stack, "--json", "--non-interactive", ...policies], {
        timeoutSec,
        env: {
          // One engine event a line, in place of a digest without policy results and outputs.
          PULUMI_ENABLE_STREAMING_JSON_PREVIEW: "true",
          // What is reviewed is the change; no key is asked for.
          [observeVariable]: "never",
          [plannedFactsVariable]: existsSync(factsFile) ? factsFile : undefined,
        },
      });
      const facts = plannedOutputs(result.stdout)?.["facts"];
      if (facts !== undefined) writeFileSync(factsFile, JSON.stringify(facts));
      previews.push(withExit(readEngineJson(stack, result.stdout), result));
    }
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
  return previews;
}

/** A run that never came to an event says why on its standard error. */
function withExit(preview: Preview, { code, stderr }: RunResult): Preview {
  if (code === 0) return preview;
  const said = stderr
    .trim()
    .split("\n")
    .slice(-10)
    .join("\n")
    .replace(/^error: /, "");
  return {
    ...preview,
    complete: false,
    errors: preview.errors.length > 0 || said === "" ? preview.errors : [said],
  };
}

/** The policy pack of a project, if it has one. */
export function policyPackOf(project: string): string | undefined {
  const folder = join(project, "policy");
  return existsSync(join(folder, "PulumiPolicy.yaml")) ? folder : undefined;
}
