import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { openEngine, type Engine } from "../../engine/run";
import { fetchReport, type HostLogin } from "../../observe/login";
import { parseReport } from "../../observe/report";
import { parseSettings } from "../../settings/parse";
import type { RawSettings } from "../../settings/raw";
import { importFacts } from "../../stacks/colo-facts";
import { compare, renderDrift, type Drift, type Wanted } from "./table";

const help = `usage: npm run drift -- STACK [--json] [--key FILE]

Looks at the hosts of a stack, by one login each, and says what differs from what it was converged to.

  --json      for machines
  --key FILE  private key to log in with; else the one of the settings, or the agent of SSH_AUTH_SOCK

Exit code: 0 none, 2 drift, 1 it could not be told.
`;

type ConfigValue = { readonly value?: string; readonly objectValue?: unknown; readonly secret: boolean };

async function pulumiJson(engine: Engine, stack: string, ...args: readonly string[]): Promise<unknown> {
  const { code, stdout, stderr } = await engine.run([...args, "--json", "-s", stack], {
    cwd: process.cwd(),
    timeoutSec: 120,
  });
  if (code !== 0) throw new Error(`pulumi ${args.join(" ")} -s ${stack}: ${stderr.trim()}`);
  return JSON.parse(stdout) as unknown;
}

/** A stack's settings as the program would get them. */
async function settingsOf(engine: Engine, stack: string) {
  const config = (await pulumiJson(engine, stack, "config", "--show-secrets")) as Record<string, ConfigValue>;
  const own = Object.entries(config).filter(([key]) => key.startsWith("ipv6-home:"));
  const name = (key: string) => key.slice("ipv6-home:".length);
  const raw: RawSettings = {
    values: Object.fromEntries(
      own.map(([key, { value, objectValue }]) => [name(key), value ?? JSON.stringify(objectValue)]),
    ),
    secretKeys: own.filter(([, { secret }]) => secret).map(([key]) => name(key)),
  };
  const settings = parseSettings(raw);
  if (!settings.ok)
    throw new Error(`the settings of ${stack} have mistakes\n  ${settings.problems.join("\n  ")}`);
  return settings.value;
}

async function driftOf(engine: Engine, stack: string, key: string | undefined): Promise<Drift> {
  const settings = await settingsOf(engine, stack);
  const outputs = (await pulumiJson(engine, stack, "stack", "output")) as {
    readonly manifests?: Readonly<Record<string, Wanted>>;
  };
  const privateKey = key ?? settings.login.privateKey;
  const logins: Partial<Record<"colo" | "home", HostLogin>> = {
    [settings.role]: { ...settings.login, privateKey },
  };
  if (settings.role === "home") {
    const colo = settings.coloStack ?? "colo";
    const { facts } = (await pulumiJson(engine, colo, "stack", "output")) as { readonly facts?: unknown };
    logins.colo = { ...importFacts(colo, facts).login, privateKey };
  }
  const seen = await Promise.all(
    (["colo", "home"] as const).flatMap((host) => {
      const login = logins[host];
      return login === undefined
        ? []
        : [
            fetchReport(login).then(
              (report) =>
                [
                  host,
                  compare(settings.role, host, parseReport(report), outputs.manifests?.[host] ?? {}),
                ] as const,
            ),
          ];
    }),
  );
  return Object.fromEntries(seen);
}

async function main(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { json: { type: "boolean" }, key: { type: "string" }, help: { type: "boolean" } },
  });
  const [stack, ...more] = positionals;
  if (values.help === true || stack === undefined || more.length > 0) {
    process.stderr.write(help);
    return values.help === true ? 0 : 1;
  }
  const engine = await openEngine((line) => process.stderr.write(`${line}\n`));
  try {
    const key = values.key === undefined ? undefined : readFileSync(values.key, "utf8");
    const drift = await driftOf(engine, stack, key);
    process.stdout.write(
      values.json === true
        ? `${JSON.stringify({ stack, hosts: drift }, null, 2)}\n`
        : renderDrift(stack, drift),
    );
    return Object.values(drift).some((components) => Object.keys(components).length > 0) ? 2 : 0;
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
