// `npm run demo`: from nothing to a laptop online, with the real engine, and every step told as it happens. With
// `-- --tour` also what a running network goes through without being noticed.
import { openEngine } from "../engine/run";
import { connectivityChecks, eventually } from "./checks";
import { restartClients } from "./clients";
import { up } from "./lab";
import { mustRunInLab, prepareStacks, runInLab } from "./stacks";
import { tour } from "./tour";

const picture = `
   laptop  phone            printer        web4 (IPv4)  web46  web6 (IPv6)   attacker
      |      |                 |                \\         |      |           /
   ---+------+--- enp1s0   enp3s0 ---+---         +-------+------+----------+
          2001:db8:beef:101::/64     |            |        internet         |
                      |  :102::/64 --+            +----+---------------+----+
                  +---+---+                            |               |
                  | home  | enp2s0 --- ISP, NAT44 -----+           ens3|
                  +-------+   IPv4 only                           +----+---+
                      :.........WireGuard, fd00:cafe:f00d::/64....|  colo  |  2001:db8:beef::/48
                                                                  +--------+  DNS64, NAT64
`;

const started = Date.now();
const seconds = (since: number) => ((Date.now() - since) / 1000).toFixed(1).padStart(6);
const say = (line: string) => process.stderr.write(`${seconds(started)} s  ${line}\n`);

/** Does one step and tells how long it took; a failure says which step it was and what to try. */
async function step<T>(name: string, hint: string, work: () => Promise<T>): Promise<T> {
  say(`${name} ...`);
  const since = Date.now();
  try {
    const result = await work();
    say(`${name}: done in ${seconds(since).trim()} s`);
    return result;
  } catch (error) {
    say(`${name}: FAILED after ${seconds(since).trim()} s`);
    process.stderr.write(
      `\n${error instanceof Error ? error.message : String(error)}\n\nWhat to try: ${hint}\n`,
    );
    process.exit(1);
  }
}

async function main(): Promise<number> {
  const again = "npm run lab -- down, then npm run demo; npm run lab -- status tells what runs";
  const lab = await step("the lab: images, hosts, cables", again, () => up({ onProgress: say }));
  const engine = await step("the Pulumi engine", "put Pulumi 3.259 or newer on PATH", () => openEngine(say));
  say(`engine: Pulumi ${engine.cli.version} (${engine.cli.source}), ${describeParts(engine.kind)}`);
  try {
    await step("the project's stacks", again, () => prepareStacks(engine, lab));
    for (const stack of ["colo", "home"] as const) {
      await step(`pulumi up -s ${stack}`, `npm run lab -- pulumi up -s ${stack}, and docs/RUNBOOK.md`, () =>
        mustRunInLab(engine, ["up", "-s", stack, "--yes", "--skip-preview", "--suppress-outputs"], {
          stdio: "inherit",
          timeoutSec: 900,
        }),
      );
    }
    await step("clients look for a network", again, () => restartClients());

    const rows: string[] = [];
    let failed = 0;
    for (const check of connectivityChecks) {
      const { ok, detail } = await eventually(check, 20);
      if (!ok) failed += 1;
      rows.push(`  ${ok ? "ok  " : "FAIL"}  ${check.name.padEnd(56)} ${detail}`);
      say(`${ok ? "ok" : "FAIL"}: ${check.name}`);
    }

    process.stdout.write(picture);
    for (const stack of ["colo", "home"] as const) {
      const outputs = await runInLab(engine, ["stack", "output", "-s", stack]);
      process.stdout.write(`\nOutputs of stack ${stack}\n${outputs.stdout}`);
    }
    process.stdout.write(`\nSeen from the LAN\n${rows.join("\n")}\n\n`);
    if (failed === 0 && process.argv.includes("--tour")) {
      const { lines, ok } = await step("the tour", "docs/RUNBOOK.md", () => tour(engine, lab, say));
      process.stdout.write(`The tour\n${lines.map((line) => `  ${line}\n`).join("")}\n`);
      if (!ok) failed += 1;
    }
    process.stdout.write(
      failed === 0
        ? `All ${rows.length} checks hold, after ${seconds(started).trim()} s. Look around: npm run lab -- shell laptop. Remove it: npm run lab -- down\n`
        : `${failed} of ${rows.length} checks failed. What to try: npm run lab -- shell laptop, and docs/RUNBOOK.md\n`,
    );
    return failed === 0 ? 0 : 1;
  } finally {
    await engine.close();
  }
}

const describeParts = (kind: Readonly<Record<string, string>>): string =>
  Object.entries(kind)
    .map(([part, origin]) => `${part}: ${origin}`)
    .join(", ");

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    process.stderr.write(
      `demo: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
    );
    process.exit(1);
  },
);
