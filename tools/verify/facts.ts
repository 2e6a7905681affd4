import type { Engine, RunOptions } from "../../engine/run";
import { sentence } from "../../settings/result";
import { verifySchema, type VerifyFacts } from "../../stacks/verify-facts";

/** Reads what a home's stack says of itself for this purpose. Throws a sentence if it says nothing, or of another schema. */
export async function factsOfStack(
  engine: Pick<Engine, "run">,
  stack: string,
  options: RunOptions = {},
): Promise<VerifyFacts> {
  const args = ["stack", "output", "--json", "-s", stack];
  const { code, stdout, stderr } = await engine.run(args, { timeoutSec: 120, ...options });
  if (code !== 0) throw new Error(`pulumi ${args.join(" ")}: ${stderr.trim()}`);
  return readFacts(stack, JSON.parse(stdout));
}

/** The same out of all outputs of a stack. */
export function readFacts(stack: string, outputs: unknown): VerifyFacts {
  const { verify } = (outputs ?? {}) as { readonly verify?: { readonly schema?: number } };
  if (verify?.schema === verifySchema) return verify as VerifyFacts;
  throw new Error(
    sentence({
      where: `output verify of stack ${stack}`,
      given: verify === undefined ? "none" : `schema ${verify.schema ?? "unknown"}`,
      allowed: `schema ${verifySchema}, which a home's stack has once it was converged by this release`,
      todo: `pulumi up -s ${stack}`,
    }),
  );
}
