import { spawn } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text as readAll } from "node:stream/consumers";
import { marker } from "../../review/markdown";
import { writePreviews } from "../../review/read-previews";
import { recorded } from "../review/support";
import { projectFolder } from "../support/settings";

jest.setTimeout(30_000);

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "review-cli-"))));
afterEach(() => rmSync(folder, { recursive: true }));

/** Runs the command in the folder; answers its exit code, output and complaints. */
async function review(args: readonly string[], env: Record<string, string> = {}) {
  const tsx = join(projectFolder, "node_modules/tsx/dist/loader.mjs");
  const cli = join(projectFolder, "tools/review/cli.ts");
  const own = { ...process.env, GITHUB_STEP_SUMMARY: join(folder, "summary") };
  const child = spawn(process.execPath, ["--import", tsx, cli, ...args], {
    cwd: folder,
    env: { ...own, ...env },
  });
  const [stdout, stderr, code] = await Promise.all([
    readAll(child.stdout),
    readAll(child.stderr),
    new Promise<number | null>((resolve) => child.on("close", resolve)),
  ]);
  return { stdout, stderr, code };
}

test("comment reads recordings of every form, and files of previews", async () => {
  const recordings = ["home-pinhole-and-epoch.events", "home-pinhole-and-epoch.json"].map((name) =>
    join(projectFolder, "test/review/recorded", name),
  );
  writeFileSync(join(folder, "previews.json"), writePreviews([recorded("home-pinhole-and-epoch.events")]));
  for (const path of [...recordings, "previews.json"]) {
    const { code, stdout } = await review(["comment", path]);
    expect(code).toBe(0);
    expect(stdout).toContain("`home`: 3 components, 2 files · `colo`: 2 components, 2 files");
  }
});

describe("rotate", () => {
  const epochOf = (stack: string) =>
    /keyEpoch: (\d+)/.exec(readFileSync(join(folder, `Pulumi.${stack}.yaml`), "utf8"))?.[1];
  beforeEach(() => {
    for (const stack of ["colo", "home"])
      cpSync(join(projectFolder, `Pulumi.${stack}.yaml`), join(folder, `Pulumi.${stack}.yaml`));
    cpSync(join(folder, "Pulumi.home.yaml"), join(folder, "Pulumi.cabin.yaml"));
  });

  test("sets the epoch of every home, and of no colo", async () => {
    const { code, stdout } = await review(["rotate"]);
    expect([code, stdout]).toEqual([
      0,
      "Pulumi.cabin.yaml: tunnel.keyEpoch 1 to 2\nPulumi.home.yaml: tunnel.keyEpoch 1 to 2\n",
    ]);
    expect([epochOf("cabin"), epochOf("home"), epochOf("colo")]).toEqual(["2", "2", undefined]);
  });

  test("sets that of the homes that are named", async () => {
    expect((await review(["rotate", "cabin"])).code).toBe(0);
    expect([epochOf("cabin"), epochOf("home")]).toEqual(["2", undefined]);
  });

  test("changes none of them if one is no home", async () => {
    const { code, stderr } = await review(["rotate", "home", "colo"]);
    expect([code, epochOf("home")]).toEqual([1, undefined]);
    expect(stderr).toContain(
      "Pulumi.colo.yaml: it has no ipv6-home:role: home; only homes have keys to rotate",
    );
  });
});

test("post writes what a file of previews says on the pull request of the run", async () => {
  const calls: string[] = [];
  const server = createServer((request, response) => {
    void readAll(request).then((text) => {
      const { method = "", url = "" } = request;
      calls.push(`${method} ${url.split("?")[0] ?? ""} ${text.slice(0, 30)}`);
      response.end(JSON.stringify(url.includes("/pulls?") ? [{ number: 7, head: { sha: "abc" } }] : []));
    });
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  writeFileSync(join(folder, "previews.json"), writePreviews([recorded("colo-pool.events")]));
  const env = {
    GITHUB_API_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    GITHUB_REPOSITORY: "me/net",
    GITHUB_TOKEN: "token",
    HEAD_OWNER: "forker",
    HEAD_BRANCH: "fix",
    HEAD_SHA: "abc",
  };
  const found = await review(["post", "previews.json"], env);
  const stale = await review(["post", "previews.json"], { ...env, HEAD_SHA: "older" });
  await new Promise((resolve) => void server.close(resolve));
  expect([found.code, found.stderr]).toEqual([0, "review: comment on #7 created\n"]);
  expect([stale.code, stale.stderr]).toEqual([
    0,
    "review: no open pull request has older as its head; nothing to comment on\n",
  ]);
  expect(calls).toEqual([
    "GET /repos/me/net/pulls ",
    "GET /repos/me/net/issues/7/comments ",
    `POST /repos/me/net/issues/7/comments {"body":"${marker.slice(0, 21)}`,
    "GET /repos/me/net/pulls ",
  ]);
  expect(readFileSync(join(folder, "summary"), "utf8")).toContain("**drops sessions**");
});

test("drift-issue tells a check that failed by its exit code, and asks nobody", async () => {
  writeFileSync(join(folder, "home.exit"), "1\n");
  writeFileSync(join(folder, "home.json"), "");
  const { code, stderr } = await review(["drift-issue", "."]);
  expect([code, stderr]).toEqual([
    1,
    "review: the drift check of home ended with 1: it could not be told; see its log above\n",
  ]);
});

test.each([
  [[], "no command given"],
  [["preview", "--settings", "home"], "preview takes either stacks or --settings"],
  [["comment", "--fast"], "Unknown option '--fast'"],
  [["rotate"], "there is no home here"],
])("%j is answered with help", async (args, sentence) => {
  const { code, stderr } = await review(args);
  expect(code).toBe(2);
  expect(stderr).toContain(sentence);
  expect(stderr).toContain("usage: npm run review");
});
