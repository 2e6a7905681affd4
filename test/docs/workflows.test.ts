import { readdirSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { projectFolder, readProjectFile } from "../support/settings";

interface Job {
  readonly if?: string;
  readonly permissions?: Readonly<Record<string, string>>;
  readonly environment?: string;
  readonly uses?: string;
  readonly needs?: string;
  readonly strategy?: { readonly "max-parallel"?: number };
  readonly steps?: readonly { readonly uses?: string; readonly run?: string; readonly with?: object }[];
}
interface Workflow {
  readonly on: Readonly<Record<string, unknown>>;
  readonly permissions: Readonly<Record<string, string>>;
  readonly concurrency?: { readonly group: string; readonly "cancel-in-progress"?: boolean };
  readonly jobs: Readonly<Record<string, Job>>;
}

const folder = ".github/workflows";
const files = readdirSync(join(projectFolder, folder)).sort();
const textOf = (file: string) => readProjectFile(`${folder}/${file}`);
const workflow = (file: string) => parse(textOf(file)) as Workflow;
const job = (file: string, name: string): Job => {
  const found = workflow(file).jobs[name];
  if (found === undefined) throw new Error(`${file} has no job ${name}`);
  return found;
};
/** Everything that a job may write, or the whole workflow where the job says nothing. */
const writes = (file: string, name: string) =>
  Object.entries(job(file, name).permissions ?? workflow(file).permissions)
    .filter(([, level]) => level === "write")
    .map(([scope]) => scope);

describe.each(files)("%s", (file) => {
  test("pins every action of others by its commit, with the version beside it", () => {
    const uses = [...textOf(file).matchAll(/uses: (?!\.\/)(.*)/g)].map(([, action = ""]) => action);
    if (file !== "up.yml") expect(uses.length).toBeGreaterThan(0);
    for (const action of uses) expect(action).toMatch(/^[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
  });

  test("may write nothing but what single jobs name", () => {
    expect(Object.values(workflow(file).permissions).filter((level) => level !== "read")).toEqual([]);
  });

  test("never runs foreign code with the rights of this repository", () => {
    expect(Object.keys(workflow(file).on)).not.toContain("pull_request_target");
  });

  test("puts no text of an event into a script", () => {
    const scripts = Object.values(workflow(file).jobs).flatMap(({ steps = [] }) =>
      steps.map(({ run = "" }) => run),
    );
    expect(scripts.filter((script) => script.includes("${{"))).toEqual([]);
  });

  test("the same version of an action as everywhere", () => {
    const all = new Set(
      files.flatMap((each) => [...textOf(each).matchAll(/uses: (?!\.\/)(.*)/g)].map(([, use]) => use)),
    );
    const names = [...all].map((use) => use?.split("@")[0]);
    expect(new Set(names).size).toBe(names.length);
  });
});

describe("a pull request", () => {
  test("is previewed by jobs that can write nothing", () => {
    expect(Object.keys(workflow("preview.yml").jobs)).toEqual(["state", "settings"]);
    for (const name of ["state", "settings"]) expect(writes("preview.yml", name)).toEqual([]);
  });

  test("from a fork is previewed without any secret and on GitHub's own machine", () => {
    const fork = job("preview.yml", "settings");
    expect(JSON.stringify(fork)).not.toMatch(/secrets\.|environment|vars\.RUNNER/);
    expect(fork.if).toContain("head.repo.full_name != github.repository");
    expect(JSON.stringify(fork.steps)).toContain("--settings --base .base");
  });

  test("leaves no token of this repository in its checkouts", () => {
    const checkouts = ["state", "settings"].flatMap((name) =>
      (job("preview.yml", name).steps ?? []).filter(({ uses }) => uses?.startsWith("actions/checkout@")),
    );
    expect(checkouts).toHaveLength(3);
    for (const { with: given } of checkouts) expect(given).toMatchObject({ "persist-credentials": false });
  });

  test("is commented on by the code of the default branch, which may write comments only", () => {
    expect(workflow("comment.yml").on).toEqual({
      workflow_run: {
        workflows: [(parse(textOf("preview.yml")) as { name: string }).name],
        types: ["completed"],
      },
    });
    expect(writes("comment.yml", "comment")).toEqual(["pull-requests"]);
    const checkout = job("comment.yml", "comment").steps?.[0];
    expect(checkout?.with).toMatchObject({ ref: "${{ github.event.repository.default_branch }}" });
  });
});

describe("up", () => {
  test("never runs twice at the same time, and is never cut off", () => {
    expect(workflow("up.yml").concurrency).toEqual({ group: "up", "cancel-in-progress": false });
    expect(job("up.yml", "homes").strategy?.["max-parallel"]).toBe(1);
    expect(files.filter((file) => textOf(file).includes("command: up"))).toEqual(["up-stack.yml"]);
    expect(Object.keys(workflow("up-stack.yml").on)).toEqual(["workflow_call"]);
  });

  test("builds the colo before any home", () => {
    expect(job("up.yml", "homes").needs).toBe("colo");
  });

  test("asks for the approval of the stack's environment", () => {
    expect(job("up-stack.yml", "up").environment).toBe("${{ inputs.stack }}");
  });
});

test("the job that has keys of hosts cannot open an issue, and the one that can has no keys", () => {
  expect(writes("drift.yml", "check")).toEqual([]);
  expect(writes("drift.yml", "issue")).toEqual(["issues"]);
  expect(JSON.stringify(job("drift.yml", "issue"))).not.toContain("secrets.");
  // The one that asks the hosts has keys that can only look, and the ways to the state.
  const secrets = JSON.stringify(job("drift.yml", "check")).matchAll(/secrets\.(\w+)/g);
  expect([...secrets].map(([, name]) => name).sort()).toEqual([
    "DRIFT_KEYS",
    "PULUMI_ACCESS_TOKEN",
    "PULUMI_BACKEND_URL",
    "PULUMI_CONFIG_PASSPHRASE",
  ]);
});

test("commands of npm that workflows run exist, but for drift", () => {
  const { scripts } = JSON.parse(readProjectFile("package.json")) as { scripts: Record<string, string> };
  const used = files.flatMap((file) =>
    [...textOf(file).matchAll(/npm run --silent (\w+)/g)].map(([, name = ""]) => name),
  );
  expect(new Set(used)).toEqual(new Set(["review", "drift"]));
  expect(Object.keys(scripts)).toContain("review");
});

test("the CLI is the version that the tests run on", () => {
  const versions = files.flatMap((file) =>
    [...textOf(file).matchAll(/pulumi-version: (.*)/g)].map(([, version]) => version),
  );
  expect(new Set(versions)).toEqual(
    new Set([/pulumiVersion = "(.*)"/.exec(readProjectFile("engine/cache.ts"))?.[1]]),
  );
});
