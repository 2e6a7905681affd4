import { alertRules } from "../../render/alert-rules";
import { dashboardExpressions } from "../../tools/dashboard";
import { documentedMetrics } from "../support/metrics";
import { metricNames } from "../support/promql";

// The lab compares these in turn with what hosts really tell (test/lab/59-metrics.test.ts).
test.each([
  ["alerts", alertRules.map(({ expression }) => expression)],
  ["the dashboard", dashboardExpressions()],
])("%s ask for documented metrics only", (_, expressions) => {
  const documented = documentedMetrics();
  const names = expressions.flatMap(metricNames);
  expect(names.length).toBeGreaterThan(10);
  expect(names.filter((name) => !documented.includes(name))).toEqual([]);
});

test("a metric stands once in the documentation", () => {
  const documented = documentedMetrics();
  expect(documented.length).toBeGreaterThan(20);
  expect(new Set(documented).size).toBe(documented.length);
});
