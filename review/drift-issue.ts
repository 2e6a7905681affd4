import { code, fenced } from "./escape";

/** The first line of the issue, by which it is found again. */
export const driftMarker = "<!-- ipv6-home: drift -->";

/** Lines of a report that are shown, shared by all stacks so that the issue stays below GitHub's 65,536 characters. */
const shownLines = 120;

/** How a stack's drift check ended. */
export interface DriftCheck {
  readonly stack: string;
  /** 0: as it should be; 2: something differs; anything else: it could not be told. */
  readonly exitCode: number;
  /** What the check wrote, JSON if it came to its end. */
  readonly report: string;
}

/** What to do with the issue. Undefined: nothing, because not every host could be asked. */
export type DriftNews =
  | { readonly open: { readonly title: string; readonly body: string } }
  | { readonly close: string }
  | undefined;

/** Opens or updates the issue if a host differs, closes it if all hosts were asked and none does. */
export function driftNews(checks: readonly DriftCheck[]): DriftNews {
  const drifted = checks.filter(({ exitCode }) => exitCode === 2);
  if (drifted.length === 0) {
    return checks.every(({ exitCode }) => exitCode === 0)
      ? { close: "No host differs from its stack any more." }
      : undefined;
  }
  const each = Math.max(10, Math.floor(shownLines / drifted.length));
  return {
    open: {
      title: `Drift: ${drifted.map(({ stack }) => stack).join(", ")}`,
      body: [
        driftMarker,
        "Somebody or something changed a host by hand. To repair it: `pulumi up -s STACK`. To keep it: write it into the settings. See docs/RUNBOOK.md.",
        ...drifted.flatMap(({ stack, report }) => [`#### ${code(stack)}`, shown(report, each)]),
      ].join("\n\n"),
    },
  };
}

function shown(report: string, most: number): string {
  const lines = pretty(report).split("\n");
  const note = lines.length > most ? `\n\n_${lines.length - most} more lines: see the log of the run._` : "";
  return `${fenced("json", lines.slice(0, most))}${note}`;
}

function pretty(report: string): string {
  try {
    return JSON.stringify(JSON.parse(report), undefined, 2);
  } catch {
    return report.trim();
  }
}
