import { parseArgs } from "node:util";
import { openEngine } from "../../engine/run";
import { keyFileVariable, readKeys } from "./keys";
import { driftOfStacks } from "./stacks";
import { renderDrift } from "./table";

const help = `usage: npm run drift -- STACK… [--json] [--key-file FILE]…

Looks at the hosts of stacks, by one login each, and says what differs from what they were converged to.

  --json           for machines: an object, or a list of them if several stacks are named
  --key-file FILE  private keys to log in with, for instance the output driftKey of each stack whose host is looked at (a
                   home's stack looks at its colo, too); else the file that ${keyFileVariable} names, else the
                   key of the settings, or the agent of SSH_AUTH_SOCK

Exit code: 0 none, 2 drift, 1 it could not be told.
`;

async function main(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      json: { type: "boolean" },
      "key-file": { type: "string", multiple: true },
      help: { type: "boolean" },
    },
  });
  if (values.help === true || positionals.length === 0) {
    process.stderr.write(help);
    return values.help === true ? 0 : 1;
  }
  const key = readKeys(values["key-file"] ?? [], process.env[keyFileVariable]);
  const engine = await openEngine((line) => process.stderr.write(`${line}\n`));
  try {
    const found = await driftOfStacks(engine, positionals, key);
    const objects = found.map(([stack, hosts]) => ({ stack, hosts }));
    process.stdout.write(
      values.json === true
        ? `${JSON.stringify(objects.length === 1 ? objects[0] : objects, null, 2)}\n`
        : found.map(([stack, drift]) => renderDrift(stack, drift)).join(""),
    );
    const differs = found.some(([, hosts]) =>
      Object.values(hosts).some((components) => Object.keys(components).length > 0),
    );
    return differs ? 2 : 0;
  } finally {
    await engine.close();
  }
}

main(process.argv.slice(2)).then(
  (code) => (process.exitCode = code),
  (error: unknown) => {
    process.stderr.write(`drift: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  },
);
