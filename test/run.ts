// npm test: every suite in order but those on demand, or those that are named: npm test -- unit lint
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensureActionlint } from "../tools/actionlint";
import { endChildren, run } from "./support/child";
import { countJest, summary, type Counts, type JestResults, type Row } from "./support/results";

const root = join(__dirname, "..");
const scratch = mkdtempSync(join(tmpdir(), "ipv6-home-test-"));
const bin = (program: string) => join(root, "node_modules", ".bin", program);

interface Suite {
  readonly name: string;
  /** What it is, for a reader of the output. */
  readonly title: string;
  /** Whether it runs only if it is named. @default false */
  readonly onDemand?: true;
  readonly run: () => Promise<Counts>;
}

const say = (text: string): void => void process.stdout.write(`${text}\n`);

/** A check by a program that answers yes or no: one test. It is heard of only if it fails. */
async function check(minutes: number, ...command: [string, ...string[]]): Promise<Counts> {
  const { ok, output, reason } = await run(command, { cwd: root, minutes });
  if (ok) return { passed: 1, failed: 0 };
  say(output.trimEnd());
  if (reason !== undefined) say(`FAILED ${command[0]}: ${reason}`);
  return { passed: 0, failed: 1 };
}

/** The shell scripts of the project. */
function scripts(): string[] {
  const folders = readdirSync(join(root, "assets")).map((folder) => `assets/${folder}`);
  const inFolders = [...folders, "lab"].flatMap((folder) =>
    readdirSync(join(root, folder))
      .filter((file) => file.endsWith(".sh"))
      .map((file) => `${folder}/${file}`),
  );
  return [...inFolders, ".ci/run"];
}

/** Installs a program that a suite is about, where it is missing. */
async function install(program: string): Promise<void> {
  const found = await run([program, "--version"], { cwd: root, minutes: 1 });
  if (found.ok) return;
  say(`  ${program} is not here; installing it`);
  const installed = await run(["sh", "-c", `apt-get -q update && apt-get -qy install ${program}`], {
    cwd: root,
    minutes: 10,
  });
  if (!installed.ok)
    say(`${installed.output.trimEnd()}\nFAILED to install ${program}; do it yourself, then again`);
}

async function shell(): Promise<Counts> {
  await install("shellcheck");
  return check(5, "shellcheck", "--external-sources", ...scripts());
}

/** What is written in Python: that all of it compiles, and the tests of its pure parts. */
async function python(): Promise<Counts> {
  await install("python3");
  const files = ["assets/verify", "test/lab/verify", "test/verify"].flatMap((folder) =>
    readdirSync(join(root, folder))
      .filter((file) => file.endsWith(".py"))
      .map((file) => `${folder}/${file}`),
  );
  const environment = [
    `PYTHONPATH=${join(root, "assets", "verify")}`,
    `PYTHONPYCACHEPREFIX=${join(scratch, "pycache")}`,
    "PYTHONWARNINGS=error",
  ] as const;
  const compiled = await check(5, "env", ...environment, "python3", "-m", "py_compile", ...files);
  const discover = ["-m", "unittest", "discover", "--start-directory", "test/verify"] as const;
  const { ok, output, reason } = await run(["env", ...environment, "python3", ...discover], {
    cwd: root,
    minutes: 5,
  });
  const ran = Number(/^Ran (\d+) test/m.exec(output)?.[1] ?? 0);
  if (ok && ran > 0) return { passed: compiled.passed + ran, failed: compiled.failed };
  say(`${output.trimEnd()}\nFAILED python3: ${reason ?? "see above"}`);
  return { passed: compiled.passed, failed: compiled.failed + 1 };
}

/** GitHub's workflow files. Actionlint finds shellcheck by itself and asks it about each script in them. */
async function workflows(): Promise<Counts> {
  const actionlint = await ensureActionlint((line) => say(`  ${line}`));
  const folder = ".github/workflows";
  const files = readdirSync(join(root, folder)).map((file) => `${folder}/${file}`);
  return check(5, actionlint, "-no-color", ...files);
}

/** Tests by jest. Its reporter tells of files, slow tests and failures as they end. */
async function jest(minutes: number, ...args: string[]): Promise<Counts> {
  const outputFile = join(scratch, "results.json");
  rmSync(outputFile, { force: true });
  const reporter = join(__dirname, "support", "reporter.cjs");
  const { ok, reason } = await run(
    [
      process.execPath,
      bin("jest"),
      ...args,
      "--verbose=false",
      `--reporters=${reporter}`,
      "--json",
      `--outputFile=${outputFile}`,
    ],
    {
      cwd: root,
      minutes,
      onOutput: (text) => process.stdout.write(text.replace(/^Test results written to: .*\n/gm, "")),
    },
  );
  const results = existsSync(outputFile)
    ? (JSON.parse(readFileSync(outputFile, "utf8")) as JestResults)
    : undefined;
  const counts = countJest(results, ok);
  if (counts.failed > 0 && (results?.numFailedTests ?? 0) === 0) {
    say(
      `FAILED jest: ${reason ?? "see above; skipped tests, files without tests and crashes count as failures"}`,
    );
  }
  return counts;
}

const suites: readonly Suite[] = [
  {
    name: "format",
    title: "prettier",
    run: () => check(5, bin("prettier"), "--check", "--log-level=warn", "."),
  },
  { name: "lint", title: "eslint", run: () => check(10, bin("eslint"), "--max-warnings=0", ".") },
  { name: "types", title: "tsc", run: () => check(10, bin("tsc"), "--noEmit") },
  { name: "shell", title: "shellcheck", run: shell },
  { name: "python", title: "the client's program", run: python },
  { name: "workflows", title: "actionlint", run: workflows },
  {
    name: "unit",
    title: "the program without engine and hosts",
    run: () => jest(15, "--testPathIgnorePatterns=/test/(engine|lab)/"),
  },
  {
    name: "contract",
    title: "the engine and its providers do what the program counts on",
    run: () => jest(20, "test/engine/"),
  },
  {
    name: "lab",
    title: "the article's network on this machine",
    run: () => jest(80, "--config=test/lab/jest.config.json", "--runInBand"),
  },
  {
    name: "vm",
    title: "the core of the lab's tests, on machines with Debian's own kernel",
    onDemand: true,
    run: () => jest(150, "--config=test/lab/vm.config.json", "--runInBand"),
  },
];

/** Somebody asked for an end: the running suite fails, and no other one starts. */
let interrupted = false;

async function main(names: readonly string[]): Promise<number> {
  const unknown = names.filter((name) => !suites.some((suite) => suite.name === name));
  if (unknown.length > 0) {
    console.error(`no suite ${unknown.join(", ")}; there are ${suites.map(({ name }) => name).join(", ")}`);
    return 2;
  }
  const rows: Row[] = [];
  for (const suite of suites.filter(({ name, onDemand }) =>
    names.length === 0 ? onDemand !== true : names.includes(name),
  )) {
    if (interrupted) break;
    say(`${suite.name}: ${suite.title} …`);
    const started = performance.now();
    const counts = await suite.run().catch((error: unknown) => {
      say(`FAILED ${suite.name}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
      return { passed: 0, failed: 1 };
    });
    const seconds = (performance.now() - started) / 1000;
    rows.push({ suite: suite.name, seconds, ...counts });
    say(`${suite.name}: ${counts.passed} passed, ${counts.failed} failed in ${seconds.toFixed(1)} s`);
  }
  say(`\n${summary(rows)}`);
  return interrupted || rows.some(({ failed }) => failed > 0) ? 1 : 0;
}

process.on("exit", () => rmSync(scratch, { recursive: true, force: true }));
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(signal, () => {
    interrupted = true;
    endChildren();
  });
}
void main(process.argv.slice(2)).then((code) => process.exit(code));
