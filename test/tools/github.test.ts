import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { text as readAll } from "node:stream/consumers";
import { GitHub } from "../../tools/review/github";

interface Call {
  readonly method: string;
  readonly path: string;
  readonly body?: unknown;
}

/** A server that answers as GitHub's API does: these lists in pages of 100, and yes to every change. */
let lists: Record<string, readonly unknown[]>;
let calls: Call[];
let server: Server;
let gitHub: GitHub;

beforeEach(async () => {
  lists = {};
  calls = [];
  server = createServer((request, response) => {
    void readAll(request).then((text) => {
      const url = new URL(request.url ?? "", "http://api.example");
      const path = url.pathname.replace("/repos/me/net/", "");
      const { method = "" } = request;
      if (request.headers.authorization !== "Bearer token") response.statusCode = 401;
      else if (method !== "GET") calls.push({ method, path, body: JSON.parse(text) as unknown });
      const page = Number(url.searchParams.get("page"));
      const query = url.searchParams.get("head") ?? "";
      const list = lists[`${path}${query}`] ?? [];
      response.end(JSON.stringify(method === "GET" ? list.slice((page - 1) * 100, page * 100) : {}));
    });
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const api = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  gitHub = new GitHub({ api, repository: "me/net", token: "token" });
});
afterEach(() => new Promise((resolve) => void server.close(resolve)));

const written = (id: number, body: string | null, login = "github-actions[bot]") => ({
  id,
  number: id,
  body,
  user: { login },
});
const marker = "<!-- mark -->";

test("the first comment is created", async () => {
  lists = { "issues/5/comments": [written(1, "hello", "somebody"), written(2, null)] };
  expect(await gitHub.writeComment(5, marker, `${marker} new`)).toBe("created");
  expect(calls).toEqual([{ method: "POST", path: "issues/5/comments", body: { body: `${marker} new` } }]);
});

test("later it is updated, wherever it stands among many", async () => {
  const others = Array.from({ length: 130 }, (_, index) => written(index, "chat", "somebody"));
  lists = { "issues/5/comments": [...others, written(777, `${marker} old`)] };
  expect(await gitHub.writeComment(5, marker, `${marker} new`)).toBe("updated");
  expect(calls).toEqual([{ method: "PATCH", path: "issues/comments/777", body: { body: `${marker} new` } }]);
});

test("a comment of somebody else with the marker, or with the marker inside, is left alone", async () => {
  lists = { "issues/5/comments": [written(1, `${marker} mine`, "somebody"), written(2, `quote: ${marker}`)] };
  expect(await gitHub.writeComment(5, marker, marker)).toBe("created");
});

test("the pull request is the one whose head is the commit of the run", async () => {
  lists = {
    "pullsforker:fix": [
      { number: 8, head: { sha: "old" } },
      { number: 9, head: { sha: "abc" } },
    ],
  };
  expect(await gitHub.pullOf({ owner: "forker", branch: "fix", sha: "abc" })).toBe(9);
  expect(await gitHub.pullOf({ owner: "forker", branch: "fix", sha: "pushed-since" })).toBeUndefined();
  expect(await gitHub.pullOf({ owner: "other", branch: "fix", sha: "abc" })).toBeUndefined();
});

describe("the issue of drift", () => {
  test("is opened once", async () => {
    lists = { issues: [{ ...written(3, `${marker} a pull request`), pull_request: {} }] };
    expect(await gitHub.openIssue(marker, "Drift", `${marker} a`)).toBe("opened");
    expect(calls).toEqual([
      { method: "POST", path: "issues", body: { title: "Drift", body: `${marker} a` } },
    ]);
  });

  test("is updated while it is open", async () => {
    lists = { issues: [written(4, `${marker} old`)] };
    expect(await gitHub.openIssue(marker, "Drift", `${marker} b`)).toBe("updated");
    expect(calls).toMatchObject([{ method: "PATCH", path: "issues/4" }]);
  });

  test("is closed with a word, and only if it is open", async () => {
    expect(await gitHub.closeIssue(marker, "gone")).toBe("none open");
    expect(calls).toEqual([]);
    lists = { issues: [written(4, `${marker} old`)] };
    expect(await gitHub.closeIssue(marker, "gone")).toBe("closed");
    expect(calls).toEqual([
      { method: "POST", path: "issues/4/comments", body: { body: "gone" } },
      { method: "PATCH", path: "issues/4", body: { state: "closed", state_reason: "completed" } },
    ]);
  });
});

test("a refusal is told with its status, without the token", async () => {
  const { port } = server.address() as AddressInfo;
  const other = new GitHub({ api: `http://127.0.0.1:${port}`, repository: "me/net", token: "wrong-token" });
  const failed = other.writeComment(5, marker, "x").catch((error: unknown) => String(error));
  expect(await failed).toMatch(/GitHub answered 401 to GET issues\/5\/comments: .*permission/);
  expect(await failed).not.toContain("wrong-token");
});
