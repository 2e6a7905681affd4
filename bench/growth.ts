import type { Given } from "../test/support/settings";
import { startFakeHost } from "./fake-host";
import { median, seconds, table, targetTable, type Report, type Target } from "./figures";
import { Machine } from "./machine";
import { measureRendering } from "./rendering";
import { ScratchProject } from "./scratch-project";

/** Measured at one size. */
interface Point {
  readonly count: number;
  readonly previewMs: number;
  readonly bytes: number;
  readonly resources: number;
}

type Stack = "colo" | "home";
type Progress = (line: string) => void;

/** What a shared machine adds to a median at times. */
const noiseMs = 100;

/** `bench growth`: what more sites, segments, pinholes and machines cost. Answers the report. */
export async function growth(quick: boolean, progress: Progress): Promise<Report> {
  const runs = quick ? 1 : 5;
  const project = await ScratchProject.create(await startFakeHost());
  const measure = async (stack: Stack, count: number): Promise<Point> => {
    const times: number[] = [];
    await machine.look();
    while (times.length < runs) times.push(await project.preview(stack));
    return { count, previewMs: median(times), ...project.state(stack) };
  };
  const series = async (what: string, counts: readonly number[], settings: (n: number) => Settings) => {
    const points: Point[] = [];
    for (const count of counts) {
      progress(`${count} ${what}`);
      project.set("home", settings(count));
      await project.up("home");
      points.push(await measure("home", count));
    }
    return points;
  };
  const machine = new Machine();
  try {
    const sites: Record<Stack, Point[]> = { colo: [], home: [] };
    let there = 1;
    for (const count of [1, 16, 64, 255]) {
      progress(`${count} sites at one colo`);
      project.addSites(there + 1, count);
      there = count;
      for (const stack of ["colo", "home"] as const) sites[stack].push(await measure(stack, count));
    }
    const segments = await series("segments", [1, 10, 20, 40], withSegments);
    const pinholes = await series("pinholes", [1, 100, 500, 1000], withPinholes);
    const hosts = await series("machines", [1, 100, 500, 1000], withHosts);
    const targets = [
      ...constant("colo's preview and state, 1 to 255 sites", sites.colo),
      ...constant("a home's preview and state, 1 to 255 sites", sites.home),
      ...linear("preview and state, 1 to 40 segments", segments),
      ...linear("preview and state, 1 to 1,000 pinholes", pinholes),
      ...linear("preview and state, 1 to 1,000 machines", hosts),
      ...measureRendering(" with 1,000 machines", withHosts(1000)).targets,
      ...measureRendering(" with 40 segments and 1,000 pinholes", {
        ...withSegments(40),
        "lan.pinholes": pinholesIn("lan1", 1000),
      }).targets,
    ];
    const text = [
      "The engine's process is kept from one run to the next, which saves each the loading of its modules.",
      machine.tell(),
      tableOf("sites, the colo's stack", sites.colo),
      tableOf("sites, one home's stack", sites.home),
      tableOf("segments", segments),
      tableOf("pinholes", pinholes),
      tableOf("machines", hosts),
      targetTable(targets),
      "",
    ].join("\n\n");
    return { text, targets };
  } finally {
    await project.close();
  }
}

type Settings = Readonly<Record<string, Given>>;

const withSegments = (count: number): Settings => ({
  "lan.segments": Array.from({ length: count }, (_, index) => ({
    name: `lan${index + 1}`,
    subnet: index + 1,
    interface: `enp1s0.${index + 1}`,
  })),
  "lan.hosts": [],
  "lan.pinholes": [],
});

const withPinholes = (count: number): Settings => ({ "lan.pinholes": pinholesIn("lan", count) });

const pinholesIn = (segment: string, count: number) =>
  Array.from({ length: count }, (_, index) => ({
    name: `service-${index + 1}`,
    segment,
    host: `::${(index + 0x100).toString(16)}`,
    protocol: "tcp",
    port: 443,
  }));

const pair = (number: number): string => number.toString(16).padStart(2, "0");

/** Each with a name, a way in, and an address of its own beside that of its MAC. */
const withHosts = (count: number): Settings => ({
  "lan.pinholes": [],
  "lan.hosts": Array.from({ length: count }, (_, index) => ({
    name: `machine-${index + 1}`,
    segment: "lan",
    mac: `02:00:5e:10:${pair(index >> 8)}:${pair(index & 255)}`,
    suffix: `::1:${(index + 1).toString(16)}`,
    pinholes: [{ protocol: "tcp", port: 443 }],
  })),
});

const tableOf = (what: string, points: readonly Point[]): string =>
  table([
    [what, "preview, s", "state, kB", "resources"],
    ...points.map(({ count, previewMs, bytes, resources }) => [
      String(count),
      seconds(previewMs),
      (bytes / 1000).toFixed(1),
      String(resources),
    ]),
  ]);

const ends = (points: readonly Point[]): { first: Point; middle: Point; last: Point } => {
  const [first, middle, last] = [points[0], points.at(-2), points.at(-1)];
  if (first === undefined || middle === undefined || last === undefined) throw new Error("too few points");
  return { first, middle, last };
};

function constant(what: string, points: readonly Point[]): Target[] {
  const { first, last } = ends(points);
  return [
    {
      what,
      wanted: "constant",
      measured: `${seconds(first.previewMs)} → ${seconds(last.previewMs)} s, ${first.bytes} → ${last.bytes} B`,
      holds: last.bytes === first.bytes && last.previewMs <= first.previewMs * 1.1 + noiseMs,
    },
  ];
}

/** Linear or better: the last piece of the curve is no steeper than the chord before it. */
function linear(what: string, points: readonly Point[]): Target[] {
  const { first, middle, last } = ends(points);
  const stretch = (last.count - first.count) / (middle.count - first.count);
  const within = (of: (point: Point) => number, slack: number) =>
    // A busy machine can make the smaller one slower: that is no growth, not negative growth.
    of(last) - of(first) <= Math.max(0, of(middle) - of(first)) * stretch * 1.1 + slack;
  return [
    {
      what,
      wanted: "linear or better",
      measured: `${seconds(first.previewMs)} → ${seconds(last.previewMs)} s, ${first.bytes} → ${last.bytes} B`,
      holds: within(({ previewMs }) => previewMs, noiseMs) && within(({ bytes }) => bytes, 0),
    },
    {
      what: what.replace("preview and state", "resources"),
      wanted: "constant",
      measured: `${first.resources} → ${last.resources}`,
      holds: first.resources === last.resources,
    },
  ];
}
