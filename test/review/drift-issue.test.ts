import { driftMarker, driftNews } from "../../review/drift-issue";

const check = (stack: string, exitCode: number, report = "{}") => ({ stack, exitCode, report });

test("no drift anywhere closes the issue", () => {
  expect(driftNews([check("colo", 0), check("home", 0)])).toEqual({
    close: "No host differs from its stack any more.",
  });
});

test("drift opens it with the report of each stack that drifted", () => {
  const news = driftNews([check("colo", 0), check("home", 2, '{"a":["```"]}'), check("cabin", 1)]);
  expect(news).toMatchObject({ open: { title: "Drift: home" } });
  const body = news !== undefined && "open" in news ? news.open.body : "";
  expect(body.startsWith(driftMarker)).toBe(true);
  expect(body).toContain('````json\n{\n  "a": [\n    "```"\n  ]\n}\n````');
  expect(body).not.toContain("colo");
});

test("a host that could not be asked neither opens nor closes it", () => {
  expect(driftNews([check("colo", 0), check("home", 1)])).toBeUndefined();
});

test("a long report is cut with a note and stays below GitHub's limit", () => {
  const long = JSON.stringify(Array.from({ length: 5000 }, () => "x".repeat(1000)));
  const news = driftNews([check("colo", 2, long), check("home", 2, `no JSON ${"y".repeat(90_000)}`)]);
  const body = news !== undefined && "open" in news ? news.open.body : "";
  expect(body).toMatch(/_\d+ more lines: see the log of the run\._/);
  expect(body.length).toBeLessThan(65_536);
});
