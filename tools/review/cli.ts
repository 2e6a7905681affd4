import { appendFileSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { parseArgs } from "node:util";
import { driftMarker, driftNews } from "../../review/drift-issue";
import { plannedOutputs, readEngineJson } from "../../review/engine-json";
import { marker, renderComment } from "../../review/markdown";
import type { Preview } from "../../review/preview";
import { readPreviews } from "../../review/read-previews";
import { bumpKeyEpoch, hourOf, oneMore } from "./epoch";
import { GitHub } from "./github";
import { readConfig, stackOf } from "./settings-files";

const help = `usage: npm run review -- COMMAND

  preview STACK…               preview stacks, the colo first, and print the comment
    --out FILE                 write the previews to a file instead; 'comment' and 'post' read it
    --settings                 every stack from its settings file alone: no state, no keys
    --base FOLDER              with --settings: compare with this checkout of the branch
  comment FILE…                print the comment: files of 'preview', engine events or pulumi preview --json
  facts FILE                   print the facts that a colo is going to export, out of its engine events
  rotate [STACK…]              set the next tunnel.keyEpoch in the settings of these homes, or of all
    --timestamp                the hour as YYYYMMDDHH instead of one more
  post FILE                    write the comment on the pull request of HEAD_OWNER, HEAD_BRANCH and HEAD_SHA
  drift-issue FOLDER           open, update or close the issue, by STACK.json and STACK.exit of each drift check
`;

/** A mistake in the command line or the environment. */
class UsageError extends Error {}

const say = (text: string): void => void process.stdout.write(text);
const note = (line: string): void => void process.stderr.write(`review: ${line}\n`);

async function main([command, ...rest]: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...rest],
    allowPositionals: true,
    options: {
      out: { type: "string" },
      settings: { type: "boolean", default: false },
      base: { type: "string" },
      timestamp: { type: "boolean", default: false },
    },
  });
  switch (command) {
    case "preview": {
      if (values.settings === positionals.length > 0)
        throw new UsageError("preview takes either stacks or --settings");
      // The engine takes a second to load, and no other command needs it.
      const { preview } = await import("./preview-command.js");
      return preview(positionals, values);
    }
    case "comment":
      say(renderComment(positionals.flatMap(readFile)));
      return 0;
    case "facts":
      return facts(only(positionals, "facts takes one FILE"));
    case "rotate":
      return rotate(positionals, values.timestamp);
    case "post":
      return post(only(positionals, "post takes one FILE"));
    case "drift-issue":
      return driftIssue(only(positionals, "drift-issue takes one FOLDER"));
    default:
      throw new UsageError(command === undefined ? "no command given" : `no command ${command}`);
  }
}

/** A file of previews, or what the engine wrote about one stack, whose name it tells itself. */
function readFile(path: string): Preview[] {
  const text = readFileSync(path, "utf8");
  if (/^\s*\{\s*"schema":/.test(text)) return readPreviews(text);
  const stack = /"urn:pulumi:([^:"]+)::/.exec(text)?.[1] ?? basename(path).replace(/\..*/, "");
  return [readEngineJson(stack, text)];
}

function facts(path: string): number {
  const found = plannedOutputs(readFileSync(path, "utf8"))?.["facts"];
  if (found === undefined) {
    note(
      `${path} holds no planned facts; it takes the engine events of the colo's preview: PULUMI_ENABLE_STREAMING_JSON_PREVIEW=true pulumi preview -s colo --json`,
    );
    return 1;
  }
  say(`${JSON.stringify(found)}\n`);
  return 0;
}

function rotate(stacks: readonly string[], timestamp: boolean): number {
  const files =
    stacks.length > 0
      ? stacks.map((stack) => `Pulumi.${stack}.yaml`)
      : readdirSync(".").filter(
          (file) => stackOf(file) !== undefined && readConfig(file)["ipv6-home:role"] === "home",
        );
  if (files.length === 0)
    throw new UsageError("there is no home here: no Pulumi.STACK.yaml has ipv6-home:role: home");
  const next = timestamp ? hourOf(new Date()) : oneMore;
  // All are read before any is written: a mistake in one leaves the others as they are.
  const bumped = files.map((file) => ({ file, ...bumpKeyEpoch(file, readFileSync(file, "utf8"), next) }));
  for (const { file, text, from, to } of bumped) {
    writeFileSync(file, text);
    say(`${file}: tunnel.keyEpoch ${from} to ${to}\n`);
  }
  return 0;
}

async function post(path: string): Promise<number> {
  const text = renderComment(readPreviews(readFileSync(path, "utf8")));
  const summary = process.env["GITHUB_STEP_SUMMARY"];
  if (summary !== undefined) appendFileSync(summary, text);
  const gitHub = gitHubOfJob();
  const sha = variable("HEAD_SHA");
  const pull = await gitHub.pullOf({ owner: variable("HEAD_OWNER"), branch: variable("HEAD_BRANCH"), sha });
  if (pull === undefined) {
    // A newer push has a run of its own.
    note(`no open pull request has ${sha} as its head; nothing to comment on`);
    return 0;
  }
  note(`comment on #${pull} ${await gitHub.writeComment(pull, marker, text)}`);
  return 0;
}

async function driftIssue(folder: string): Promise<number> {
  const checks = readdirSync(folder)
    .filter((file) => file.endsWith(".exit"))
    .map((file) => file.slice(0, -".exit".length))
    .sort()
    .map((stack) => ({
      stack,
      exitCode: Number(readFileSync(join(folder, `${stack}.exit`), "utf8").trim()),
      report: readFileSync(join(folder, `${stack}.json`), "utf8"),
    }));
  if (checks.length === 0) throw new UsageError(`${folder} has no STACK.exit`);
  const news = driftNews(checks);
  if (news !== undefined) {
    const gitHub = gitHubOfJob();
    const done =
      "open" in news
        ? await gitHub.openIssue(driftMarker, news.open.title, news.open.body)
        : await gitHub.closeIssue(driftMarker, news.close);
    note(`issue: ${done}`);
  }
  const failed = checks.filter(({ exitCode }) => exitCode !== 0 && exitCode !== 2);
  for (const { stack, exitCode } of failed)
    note(`the drift check of ${stack} ended with ${exitCode}: it could not be told; see its log above`);
  return failed.length > 0 ? 1 : 0;
}

const gitHubOfJob = () =>
  new GitHub({
    api: process.env["GITHUB_API_URL"] ?? "https://api.github.com",
    repository: variable("GITHUB_REPOSITORY"),
    token: variable("GITHUB_TOKEN"),
  });

function variable(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === "") throw new UsageError(`the environment has no ${name}`);
  return value;
}

function only(words: readonly string[], sentence: string): string {
  const [word, ...more] = words;
  if (word === undefined || more.length > 0) throw new UsageError(sentence);
  return word;
}

main(process.argv.slice(2)).then(
  (code) => (process.exitCode = code),
  (error: unknown) => {
    const usage =
      error instanceof UsageError ||
      (error instanceof Error && "code" in error && String(error.code).startsWith("ERR_PARSE_ARGS"));
    note(error instanceof Error ? error.message : String(error));
    if (usage) process.stderr.write(`\n${help}`);
    process.exitCode = usage ? 2 : 1;
  },
);
