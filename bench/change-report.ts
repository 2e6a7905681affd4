import { atMost, median, seconds, table, targetTable, type Report } from "./figures";
import type { Sample } from "./measure";

/** What `bench change` has measured, by hand and by the project. */
export type Series = Readonly<
  Record<"rotation" | "one line" | "drift", Readonly<Record<"floor" | "pulumi", Sample[]>>>
>;

/** A look at both hosts must not keep anybody from looking often. */
const driftWithinSec = 2;

/** The tables and targets of `bench change`. */
export function changeReport(series: Series, machine: string): Report {
  const middle = (samples: readonly Sample[]) => median(samples.map(({ wallMs }) => wallMs));
  const row = (name: string, samples: readonly Sample[]) => {
    const { colo, home } = samples.at(-1)?.logins ?? { colo: 0, home: 0 };
    return [name, seconds(middle(samples)), `${colo} + ${home}`, String(samples.length)];
  };
  const part = (title: string, floor: string, own: string, { floor: hand, pulumi }: Series["drift"]) => [
    table([[title, "seconds, median", "logins, colo + home", "runs"], row(floor, hand), row(own, pulumi)]),
    "",
  ];
  const pulumi = "Pulumi (this project)";
  const shell = "shell, one ssh per host (the floor)";
  const { rotation, drift } = series;
  const targets = [
    atMost(
      "rotation: 1.5 × floor + 3 s",
      (1.5 * middle(rotation.floor)) / 1000 + 3,
      middle(rotation.pulumi) / 1000,
      "s",
    ),
    atMost("drift check, both stacks and hosts", driftWithinSec, middle(drift.pulumi) / 1000, "s"),
  ];
  const text = [
    ...part("rotation of the tunnel's keys", shell, pulumi, rotation),
    ...part("one pinhole more or less", "shell, one ssh (the floor)", pulumi, series["one line"]),
    ...part("drift check of both stacks", shell, "npm run drift -- colo home", drift),
    machine,
    "",
    targetTable(targets),
    "",
  ].join("\n");
  return { text, targets };
}
