import { chmodSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { openEngine, type Engine } from "../../engine/run";
import { describe } from "../../lab/lab";
import { prepareStacks, runInLab } from "../../lab/stacks";
import { places, type Place } from "../../lab/topology";
import { labTargets, nameOptions, verifyIn } from "../../lab/verify";
import { sentence } from "../../settings/result";
import { factsOfStack } from "./facts";
import { verifyProgram } from "./program";

const exported = "ipv6-home-verify";

const help = `usage: npm run verify -- [--from PLACE] [-- OPTION…]
       npm run verify -- --export [FILE] [--stack STACK]

Verifies the network from the chair of one of its machines, and names the cause of what fails.

  --from PLACE    in the lab, laptop if left out: ${places.join(" ")}
  --export [FILE] writes the same program in one file, ${exported} if left out, for a machine at home: Linux with python3
  --stack STACK   the home's stack whose outputs go into that file; home if left out
  -- OPTION…      options of the program itself; -- --help shows them, -- --json is for machines

Exit code: 0 nothing fails, 1 something fails, 2 it could not be told.
`;

/** A mistake in the command line. */
class UsageError extends Error {}

function placeOf(word: string): Place {
  const place = places.find((each) => each === word);
  if (place !== undefined) return place;
  const allowed = places.join(" ");
  throw new UsageError(
    sentence({ where: "--from", given: word, allowed, todo: "name one of the lab's places" }),
  );
}

/** The words before a lone "--" are ours, those after it the program's. */
function words(args: readonly string[]): { readonly own: string[]; readonly passed: readonly string[] } {
  const at = args.indexOf("--");
  return at < 0 ? { own: [...args], passed: [] } : { own: args.slice(0, at), passed: args.slice(at + 1) };
}

async function inLab(engine: Engine, place: Place, passed: readonly string[]): Promise<number> {
  await prepareStacks(engine, describe());
  const facts = await factsOfStack({ run: (args, options) => runInLab(engine, args, options) }, "home");
  const options = [...nameOptions(place, passed), ...passed];
  const { code, stdout, stderr } = await verifyIn(place, verifyProgram(facts, labTargets), options);
  process.stderr.write(stderr);
  process.stdout.write(stdout);
  return code;
}

async function writeProgram(engine: Engine, file: string, stack: string): Promise<number> {
  const facts = await factsOfStack(engine, stack, { cwd: process.cwd() });
  writeFileSync(file, verifyProgram(facts));
  chmodSync(file, 0o755);
  process.stdout.write(`${file}: copy it to a machine of ${facts.prefix} and run it there, best with sudo\n`);
  return 0;
}

async function main(args: readonly string[]): Promise<number> {
  const { own, passed } = words(args);
  const { values, positionals } = parseArgs({
    args: own,
    allowPositionals: true,
    options: {
      from: { type: "string" },
      export: { type: "boolean" },
      stack: { type: "string" },
      help: { type: "boolean" },
    },
  });
  if (values.help === true) {
    process.stdout.write(help);
    return 0;
  }
  const [file, ...more] = positionals;
  if (more.length > 0 || (values.export !== true && (file !== undefined || values.stack !== undefined)))
    throw new UsageError("a file and --stack go with --export only, and options of the program behind --");
  if (values.export === true && (values.from !== undefined || passed.length > 0))
    throw new UsageError("--export writes the program and does not run it; leave the rest out");
  const place = placeOf(values.from ?? "laptop");
  const engine = await openEngine((line) => process.stderr.write(`${line}\n`));
  try {
    return values.export === true
      ? await writeProgram(engine, file ?? exported, values.stack ?? "home")
      : await inLab(engine, place, passed);
  } finally {
    await engine.close();
  }
}

main(process.argv.slice(2)).then(
  (code) => (process.exitCode = code),
  (error: unknown) => {
    const usage =
      error instanceof UsageError || (error as { code?: string }).code?.startsWith("ERR_PARSE") === true;
    process.stderr.write(
      `verify: ${error instanceof Error ? error.message : String(error)}\n${usage ? `\n${help}` : ""}`,
    );
    process.exitCode = 2;
  },
);
