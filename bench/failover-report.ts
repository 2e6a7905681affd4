import { lostOf, type TrafficReport } from "../lab/traffic";
import { atMost, seconds, table, targetTable, type Report } from "./figures";

/** What `bench failover` has measured of one cut. */
export interface Failure {
  readonly kind: "floor" | "down" | "lease" | "hole" | "lossy" | "nat";
  readonly what: string;
  /** The cut, until the traffic has another way. */
  readonly out: TrafficReport;
  /** The way back, where there is one. */
  readonly back?: TrafficReport;
}

/** The kernel tells of these; the others are silent. */
const told = { outageSec: 0.2, kinds: ["down", "lease"] } as const;
const silent = { outageSec: 1.2, kinds: ["hole", "lossy", "nat"] } as const;

const longest = (pings: TrafficReport["pings"], what: "gapMs" | "lossMs"): number =>
  Math.max(...pings.map((each) => each[what]));

/** Where each packet has its own luck, that from the first lost one to the last one. */
const outageMs = ({ kind, out }: Failure): number =>
  longest(out.pings, kind === "lossy" ? "lossMs" : "gapMs");

const sum = (numbers: readonly number[]): number => numbers.reduce((all, each) => all + each, 0);

/** The tables and targets of `bench failover`. */
export function failoverReport(failures: readonly Failure[], machine: string): Report {
  const row = ({ what, out, back }: Failure) => [
    what,
    ...out.pings.map(({ lost, sent }) => `${lost} of ${sent}`),
    seconds(longest(out.pings, "gapMs")),
    seconds(longest(out.pings, "lossMs")),
    String(out.broken + (back?.broken ?? 0)),
    back === undefined ? "-" : String(lostOf(back)),
  ];
  const head = [
    "what is cut",
    "pings lost, out",
    "in",
    "longest silence, s",
    "first to last loss, s",
    "TCP lost",
    "lost on the way back",
  ];
  const cuts = failures.filter(({ kind }) => kind !== "floor");
  const targets = [
    ...[told, silent].flatMap(({ kinds, outageSec }) =>
      cuts
        .filter(({ kind }) => kinds.some((each) => each === kind))
        .map((each) => atMost(`outage: ${each.what}`, outageSec, outageMs(each) / 1000, "s")),
    ),
    atMost(
      "TCP connections lost",
      0,
      sum(cuts.map(({ out, back }) => out.broken + (back?.broken ?? 0))),
      "connections",
    ),
    atMost(
      "packets lost on the way back",
      0,
      sum(cuts.map(({ back }) => (back ? lostOf(back) : 0))),
      "packets",
    ),
  ];
  const text = [
    table([head, ...failures.map(row)]),
    "",
    "`ping -i 0.01` each way, a shell and a download beside them. A silence is the time between two answers.",
    machine,
    "",
    targetTable(targets),
    "",
  ].join("\n");
  return { text, targets };
}
