import { failoverReport, type Failure } from "../../bench/failover-report";
import type { TrafficReport } from "../../lab/traffic";

const traffic = (lost: number, gapMs: number, lossMs: number, broken = 0): TrafficReport => ({
  seconds: 5,
  pings: [
    { name: "out", sent: 500, lost, gapMs, lossMs },
    { name: "in", sent: 500, lost: 0, gapMs: 12, lossMs: 0 },
  ],
  broken,
  downloaded: 5_000_000,
});

const fine = traffic(0, 12, 0);
const failures = (hole: TrafficReport, back: TrafficReport = fine): readonly Failure[] => [
  { kind: "floor", what: "nothing", out: fine },
  { kind: "down", what: "down", out: traffic(2, 30, 30), back: fine },
  { kind: "hole", what: "hole", out: hole, back },
  { kind: "lossy", what: "lossy", out: traffic(100, 120, 2400), back: fine },
  { kind: "nat", what: "nat", out: traffic(20, 260, 260) },
];

const missed = (all: readonly Failure[]) =>
  failoverReport(all, "")
    .targets.filter(({ holds }) => !holds)
    .map(({ what }) => what);

test("each cut stands beside the floor, with its pings both ways, its outage and what the way back costs", () => {
  const { text } = failoverReport(failures(traffic(90, 900, 910)), "two cores");
  const rows = text.split("\n").map((line) => line.split("|").map((cell) => cell.trim()));
  const row = (name: string) => rows.find((cells) => cells[1] === name)?.slice(2, -1);
  expect(row("nothing")).toEqual(["0 of 500", "0 of 500", "0.01", "0.00", "0", "-"]);
  expect(row("hole")).toEqual(["90 of 500", "0 of 500", "0.90", "0.91", "0", "0"]);
  expect(row("nat")).toEqual(["20 of 500", "0 of 500", "0.26", "0.26", "0", "-"]);
  expect(text).toContain("two cores");
});

test("the targets are those of the project, and a lossy link is judged by all of the time in which it loses", () => {
  expect(missed(failures(traffic(90, 1200, 1200)))).toEqual(["outage: lossy"]);
  expect(missed(failures(traffic(130, 1201, 1201)))).toEqual(["outage: hole", "outage: lossy"]);
  expect(missed(failures(traffic(90, 900, 900, 1)))).toEqual(["outage: lossy", "TCP connections lost"]);
  expect(missed(failures(fine, traffic(1, 20, 20)))).toEqual([
    "outage: lossy",
    "packets lost on the way back",
  ]);
});
