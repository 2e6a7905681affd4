import { openEngine } from "../engine/run";
import { mustRunInLab } from "../lab/stacks";
import type { StackName } from "../lab/stacks";
import { observeVariable } from "../observe/observe";
import type { Told } from "./measure";

/** Runs Pulumi on stacks, one after the other, as fresh commands: nothing is kept from an earlier one. */
export async function runPulumi(
  stacks: readonly StackName[],
  args: readonly string[],
  judge: (stdout: string) => void = () => undefined,
): Promise<Told> {
  let engineMs = 0;
  for (const stack of stacks) {
    const engine = await openEngine();
    try {
      const { wallMs, stdout } = await mustRunInLab(engine, [...args, "-s", stack], {
        timeoutSec: 300,
        // What is compared is the change alone; a look at the hosts costs one login each.
        env: { [observeVariable]: "never" },
      });
      engineMs += wallMs;
      judge(stdout);
    } finally {
      await engine.close();
    }
  }
  return { engineMs };
}

/** Throws if Pulumi did more than nothing. */
export function mustBeUnchanged(stdout: string): void {
  if (!/\d+ unchanged/.test(stdout) || /\d+ (created|updated|deleted|replaced)/.test(stdout))
    throw new Error(`pulumi: a second run changed something\n${stdout}`);
}
