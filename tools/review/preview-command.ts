import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { openEngine, type Engine } from "../../engine/run";
import { compareWithBranch } from "../../review/against-branch";
import { renderComment } from "../../review/markdown";
import type { Preview } from "../../review/preview";
import { writePreviews } from "../../review/read-previews";
import { previewFromSettings } from "./example-project";
import { policyPackOf, previewStacks } from "./previews";

/** `npm run review -- preview`. Answers 1 if a preview failed or a policy refuses it, with everything said all the same. */
export async function preview(
  stacks: readonly string[],
  { out, settings, base }: { readonly out?: string; readonly settings: boolean; readonly base?: string },
): Promise<number> {
  const engine = await openEngine((line) => process.stderr.write(`${line}\n`));
  let previews: Preview[];
  try {
    previews = settings ? await bySettings(engine, base) : await byState(engine, stacks);
  } finally {
    await engine.close();
  }
  if (out === undefined) process.stdout.write(renderComment(previews));
  else writeFileSync(out, writePreviews(previews));
  const refused = previews.some(({ violations }) => violations.some(({ level }) => level === "mandatory"));
  return refused || previews.some(({ complete }) => !complete) ? 1 : 0;
}

const byState = (engine: Engine, stacks: readonly string[]) =>
  previewStacks((args, options) => engine.run(args, options), stacks, policyPackOf(process.cwd()));

async function bySettings(engine: Engine, base: string | undefined): Promise<Preview[]> {
  const previews = await previewFromSettings(engine, process.cwd());
  if (base === undefined) return previews;
  const before = await previewFromSettings(engine, resolve(base));
  return previews.map((each) => {
    const branch = before.find(({ stack }) => stack === each.stack);
    return branch?.complete === true ? compareWithBranch(branch, each) : each;
  });
}
