import { changeReport, type Series } from "../../bench/change-report";
import type { Sample } from "../../bench/measure";

const sample = (wallMs: number, colo: number, home: number): Sample => ({
  wallMs,
  memoryMiB: 1,
  logins: { colo, home },
});

const series = (driftMs: number): Series => ({
  rotation: { floor: [sample(2000, 1, 1)], pulumi: [sample(6001, 4, 3)] },
  "one line": { floor: [sample(300, 0, 1)], pulumi: [sample(1500, 0, 1)] },
  drift: { floor: [sample(500, 1, 1)], pulumi: [sample(driftMs, 1, 1), sample(driftMs, 1, 1)] },
});

test("each change stands beside the same by hand, in seconds and logins", () => {
  const { text } = changeReport(series(1500), "two cores");
  const rows = text.split("\n").map((line) => line.split("|").map((cell) => cell.trim()));
  const row = (title: string) => rows.filter(([, name]) => name === title).map((cells) => cells.slice(2, -1));
  expect(row("Pulumi (this project)")).toEqual([
    ["6.00", "4 + 3", "1"],
    ["1.50", "0 + 1", "1"],
  ]);
  expect(row("npm run drift -- colo home")).toEqual([["1.50", "1 + 1", "2"]]);
  expect(row("shell, one ssh (the floor)")).toEqual([["0.30", "0 + 1", "1"]]);
  expect(text).toContain("two cores");
});

test("the targets are those of the project: the floor for a rotation, two seconds for a look", () => {
  const holds = (driftMs: number) => changeReport(series(driftMs), "").targets.map((target) => target.holds);
  expect(holds(2000)).toEqual([false, true]);
  expect(holds(2001)).toEqual([false, false]);
});
