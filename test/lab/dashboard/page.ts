import { readFileSync } from "node:fs";
import { join } from "node:path";

/** The parts of Grafana's dashboard model that are drawn here. */
export interface Dashboard {
  readonly title: string;
  readonly panels: readonly {
    readonly title: string;
    readonly type: string;
    readonly fieldConfig: { readonly defaults: { readonly unit: string } };
    readonly targets: readonly { readonly expr: string; readonly legendFormat: string }[];
  }[];
}

/** A line of a panel as Prometheus answers it: points of Unix time in seconds and a number. */
export interface Matrix {
  readonly result: readonly {
    readonly metric: Readonly<Record<string, string>>;
    readonly values: readonly (readonly [number, string])[];
  }[];
}

const style = `
  body { margin: 0; padding: 12px; background: #111217; color: #ccccdc; font: 12px "DejaVu Sans", sans-serif }
  h1 { font-size: 17px; margin: 2px 0 12px } h2 { font-size: 13px; margin: 0 0 8px; font-weight: bold }
  main { display: grid; grid-template-columns: 1fr 1fr; gap: 8px }
  section { background: #181b1f; border: 1px solid #2c3037; border-radius: 2px; padding: 8px 10px; min-height: 190px }
  section p { margin: 4px 0 0; max-height: 48px; overflow: hidden; font-size: 11px; line-height: 16px }
  section i { display: inline-block; width: 14px; height: 3px; margin: 0 4px 3px 0 }
  section span { margin-right: 12px } section b { width: 160px; font-weight: normal; font-size: 9px; overflow: hidden }
`;

const inModules = (path: string) =>
  readFileSync(join(__dirname, "..", "..", "..", "node_modules", path), "utf8");

/**
 * A page that draws a dashboard as Grafana would, by uPlot as Grafana does, from what `ask` answers to each expression
 * between two times. Nothing is loaded from elsewhere.
 */
export async function dashboardPage(
  { title, panels }: Dashboard,
  [from, to]: readonly [number, number],
  ask: (expression: string) => Promise<Matrix>,
): Promise<string> {
  const drawn = [];
  for (const panel of panels) {
    const lines = [];
    for (const { expr, legendFormat } of panel.targets)
      for (const { metric, values } of (await ask(expr)).result)
        lines.push({
          name: legendFormat.replaceAll(/{{(\w+)}}/g, (_, label: string) => metric[label] ?? ""),
          points: values.map(([at, value]) => [at, Number(value)]),
        });
    drawn.push({ title: panel.title, type: panel.type, unit: panel.fieldConfig.defaults.unit, lines });
  }
  const data = JSON.stringify({ from, to, panels: drawn }).replaceAll("<", "\\u003c");
  return [
    `<!doctype html><meta charset="utf-8"><title>${title}</title>`,
    `<style>${inModules("uplot/dist/uPlot.min.css")}${style}</style><h1>${title}</h1><main></main>`,
    `<script>${inModules("uplot/dist/uPlot.iife.min.js")}</script>`,
    `<script>const DASHBOARD = ${data};</script>`,
    `<script>${readFileSync(join(__dirname, "draw.js"), "utf8")}</script>`,
  ].join("\n");
}
