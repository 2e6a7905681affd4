/** How many tests of a suite went well, and how many did not. */
export interface Counts {
  readonly passed: number;
  readonly failed: number;
}

/** What jest writes with --json, as far as it counts. */
export interface JestResults {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  /** Files that could not be run at all. */
  readonly numRuntimeErrorTestSuites: number;
}

/**
 * Counts a run of jest. What was skipped counts as failed, a file that could not be run as one failure, and so does a
 * run that ended badly for no reason of its own, or that ran nothing.
 */
export function countJest(results: JestResults | undefined, endedWell: boolean): Counts {
  if (results === undefined) return { passed: 0, failed: 1 };
  const passed = results.numPassedTests;
  const failed =
    results.numFailedTests +
    results.numPendingTests +
    results.numTodoTests +
    results.numRuntimeErrorTestSuites;
  const inexplicable = failed === 0 && (passed === 0 || !endedWell);
  return { passed, failed: inexplicable ? 1 : failed };
}

/** One suite in the table at the end. */
export interface Row extends Counts {
  readonly suite: string;
  readonly seconds: number;
}

/** The table, and the line that a machine reads. */
export function summary(rows: readonly Row[]): string {
  const total = {
    passed: rows.reduce((sum, row) => sum + row.passed, 0),
    failed: rows.reduce((sum, row) => sum + row.failed, 0),
  };
  const line = (cells: readonly string[]) =>
    cells.map((cell, index) => (index === 0 ? cell.padEnd(10) : cell.padStart(9))).join("");
  return [
    line(["suite", "seconds", "passed", "failed"]),
    ...rows.map(({ suite, seconds, passed, failed }) =>
      line([suite, seconds.toFixed(1), String(passed), String(failed)]),
    ),
    "",
    `${total.passed} passed, ${total.failed} failed`,
  ].join("\n");
}
