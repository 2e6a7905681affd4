import type { Series, Step } from "./converge";
import {
  atMost,
  median,
  seconds,
  table,
  targetTable,
  timesFaster,
  type Report,
  type Target,
} from "./figures";
import type { Sample } from "./measure";
import type { Rendering } from "./rendering";

const titles: Readonly<Record<Step, string>> = {
  first: "first convergence",
  change: "one file changed",
  noop: "no-op",
  preview: "preview",
};
const order = ["first", "change", "noop", "preview"] as const;
const middle = (samples: readonly Sample[], of: (sample: Sample) => number) => median(samples.map(of));
const wall = (samples: readonly Sample[]) => middle(samples, ({ wallMs }) => wallMs);
const engine = (samples: readonly Sample[]) => middle(samples, ({ engineMs }) => engineMs ?? Number.NaN);

/** The tables of `bench converge`. The series are the floor's, Pulumi's and Ansible's. */
export function convergeReport(series: readonly Series[], rendering: Rendering, machine: string): Report {
  const [floor, pulumi, ansible] = series;
  if (floor === undefined || pulumi === undefined || ansible === undefined) throw new Error("three series");

  const walls = table([
    ["seconds, median", ...order.map((step) => titles[step])],
    ...series.map(({ tool, samples }) => [tool, ...order.map((step) => seconds(wall(samples[step])))]),
    ["of Pulumi's, the CLI", ...order.map((step) => seconds(engine(pulumi.samples[step])))],
    [
      "Pulumi : floor",
      ...order.map((step) => (wall(pulumi.samples[step]) / wall(floor.samples[step])).toFixed(1)),
    ],
    [
      "Ansible : Pulumi",
      ...order.map((step) => (wall(ansible.samples[step]) / wall(pulumi.samples[step])).toFixed(1)),
    ],
    ["runs", ...order.map((step) => series.map(({ samples }) => samples[step].length).join(" / "))],
  ]);
  const logins = table([
    ["logins, colo + home", ...order.map((step) => titles[step])],
    ...series.map(({ tool, samples }) => [
      tool,
      ...order.map((step) => {
        const { colo, home } = samples[step].at(-1)?.logins ?? { colo: 0, home: 0 };
        return `${colo} + ${home}`;
      }),
    ]),
  ]);
  const memory = table([
    ["peak memory, MiB, all processes", ...order.map((step) => titles[step])],
    ...series.map(({ tool, samples }) => [
      tool,
      ...order.map((step) => Math.max(...samples[step].map(({ memoryMiB }) => memoryMiB)).toFixed(0)),
    ]),
  ]);
  const judged = targets(floor.samples, pulumi.samples, ansible.samples, rendering);
  const text = [
    walls,
    "",
    "First convergence: both hosts, from a fresh Debian with all packages there (Pulumi: both stacks, one after the other).",
    "The rest: the home alone, for all three; the preview is that of the changed file.",
    machine,
    "",
    logins,
    "",
    memory,
    "",
    targetTable(judged),
    "",
  ].join("\n");
  return { text, targets: judged };
}

function targets(
  floor: Series["samples"],
  pulumi: Series["samples"],
  ansible: Series["samples"],
  rendering: Rendering,
): Target[] {
  const limit = 1.5 * (wall(floor.first) / 1000) + 3;
  return [
    atMost("first convergence: 1.5 × floor + 3 s", limit, wall(pulumi.first) / 1000, "s"),
    atMost("no-op, engine time", 1.3, engine(pulumi.noop) / 1000, "s"),
    atMost("preview, engine time", 1.3, engine(pulumi.preview) / 1000, "s"),
    ...order.map((step) =>
      timesFaster(`${titles[step]}, against Ansible`, 5, wall(pulumi[step]), wall(ansible[step])),
    ),
    ...rendering.targets,
  ];
}
