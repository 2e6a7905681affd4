import { countJest, summary, type JestResults } from "./results";

const results = (changes: Partial<JestResults> = {}): JestResults => ({
  numPassedTests: 3,
  numFailedTests: 0,
  numPendingTests: 0,
  numTodoTests: 0,
  numRuntimeErrorTestSuites: 0,
  ...changes,
});

test.each<[string, JestResults | undefined, boolean, number, number]>([
  ["a good run", results(), true, 3, 0],
  ["a failed test", results({ numFailedTests: 2 }), false, 3, 2],
  ["a skipped test", results({ numPendingTests: 1 }), true, 3, 1],
  ["a test to be written", results({ numTodoTests: 1 }), true, 3, 1],
  ["a file that does not compile", results({ numRuntimeErrorTestSuites: 1 }), false, 3, 1],
  ["a run without a test", results({ numPassedTests: 0 }), true, 0, 1],
  ["a run that was killed at its end", results(), false, 3, 1],
  ["a run that left no results", undefined, true, 0, 1],
])("%s counts", (_, given, endedWell, passed, failed) => {
  expect(countJest(given, endedWell)).toEqual({ passed, failed });
});

test("the last line is the sum", () => {
  const rows = [
    { suite: "types", seconds: 4.04, passed: 1, failed: 0 },
    { suite: "contract", seconds: 123.45, passed: 1000, failed: 2 },
  ];
  expect(summary(rows)).toBe(
    [
      "suite       seconds   passed   failed",
      "types           4.0        1        0",
      "contract      123.5     1000        2",
      "",
      "1001 passed, 2 failed",
    ].join("\n"),
  );
});
