import { openEngine } from "./run";

/** `npm run pulumi -- ARGS…`: the Pulumi CLI with everything it needs, its output and its exit code as they are. */
async function main(args: readonly string[]): Promise<number> {
  const engine = await openEngine((line) => process.stderr.write(`${line}\n`));
  try {
    const { code } = await engine.run(args, {
      stdio: "inherit",
      cwd: process.cwd(),
    });
    return code;
  } finally {
    await engine.close();
  }
}

main(process.argv.slice(2)).then(
  (code) => (process.exitCode = code),
  (error: unknown) => {
    process.stderr.write(`engine: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  },
);
