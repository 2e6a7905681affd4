/** The middle of some numbers; of an even count the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const [low = Number.NaN, high = Number.NaN] = [
    sorted[sorted.length % 2 === 1 ? middle : middle - 1],
    sorted[middle],
  ];
  return (low + high) / 2;
}

/** Seconds out of milliseconds, as the tables show them. */
export const seconds = (milliseconds: number): string => (milliseconds / 1000).toFixed(2);

/** A table in Markdown, its columns in line; all but the first are numbers and stand to the right. */
export function table(rows: readonly (readonly string[])[]): string {
  const [head = [], ...body] = rows;
  const widths = head.map((_, column) => Math.max(3, ...rows.map((row) => (row[column] ?? "").length)));
  const line = (cells: readonly string[]) =>
    `| ${widths
      .map((width, column) => {
        const cell = cells[column] ?? "";
        return column === 0 ? cell.padEnd(width) : cell.padStart(width);
      })
      .join(" | ")} |`;
  const rule = widths.map((width, column) =>
    column === 0 ? "-".repeat(width) : `${"-".repeat(width - 1)}:`,
  );
  return [line(head), line(rule), ...body.map(line)].join("\n");
}

/** A target of the project, the figure of this run, and whether it meets the target. */
export interface Target {
  readonly what: string;
  readonly wanted: string;
  readonly measured: string;
  readonly holds: boolean;
}

/** What a bench has to say: the tables, and the targets that stand in the last of them. */
export interface Report {
  readonly text: string;
  readonly targets: readonly Target[];
}

/** How a run ends: its last line, and its exit code, which tells of targets that miss only if it must be strict. */
export function verdictOf(
  targets: readonly Target[],
  strict: boolean,
): { readonly line: string; readonly code: 0 | 1 } {
  const missed = targets.filter(({ holds }) => !holds).map(({ what }) => what);
  return {
    line: missed.length === 0 ? "done, every target holds" : `done, missed: ${missed.join("; ")}`,
    code: strict && (missed.length > 0 || targets.length === 0) ? 1 : 0,
  };
}

/** The targets as a table. */
export const targetTable = (targets: readonly Target[]): string =>
  table([
    ["target", "wanted", "measured", "verdict"],
    ...targets.map(({ what, wanted, measured, holds }) => [
      what,
      wanted,
      measured,
      holds ? "holds" : "misses",
    ]),
  ]);

/** A target that a figure must not exceed. */
export const atMost = (what: string, limit: number, figure: number, unit: string): Target => ({
  what,
  wanted: `≤ ${limit.toFixed(unit === "s" ? 2 : 0)} ${unit}`,
  measured: `${figure.toFixed(unit === "s" ? 2 : 0)} ${unit}`,
  holds: figure <= limit,
});

/** A target for how many times faster than another tool something is. */
export const timesFaster = (what: string, factor: number, own: number, other: number): Target => ({
  what,
  wanted: `≥ ${factor} ×`,
  measured: `${(other / own).toFixed(1)} ×`,
  holds: other / own >= factor,
});
