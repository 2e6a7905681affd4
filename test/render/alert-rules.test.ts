import { alertRules, renderAlertRules, runbookOf } from "../../render/alert-rules";
import { readProjectFile } from "../support/settings";

/** The anchors of a page as GitHub makes them. */
const anchorsOf = (page: string) =>
  new Set(
    [...readProjectFile(page).matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) =>
      heading
        .toLowerCase()
        .replace(/[^\p{L}\p{N} _-]/gu, "")
        .replaceAll(" ", "-"),
    ),
  );

test.each(alertRules.map((rule) => [rule.name, rule] as const))(
  "%s has its entry in the runbook",
  (_, rule) => {
    const [page = "", anchor = ""] = runbookOf(rule).split("#");
    expect(anchorsOf(page)).toContain(anchor);
  },
);

test("the runbook has no entry of an alert that there is not", () => {
  const entries = [...readProjectFile("docs/RUNBOOK.md").matchAll(/^### Alert (.*)$/gm)].map(
    ([, name]) => name,
  );
  expect(entries.sort()).toEqual(alertRules.map(({ name }) => name).sort());
});

test("names stand once, and what is written has them all in order", () => {
  const names = [...renderAlertRules().matchAll(/^ {6}- alert: (\w+)$/gm)].map(([, name]) => name);
  expect(names).toEqual(alertRules.map(({ name }) => name));
  expect(new Set(names).size).toBe(names.length);
});
