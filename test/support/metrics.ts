import { readProjectFile } from "./settings";

/** Names of all metrics that docs/MONITORING.md tells of. */
export const documentedMetrics = (): string[] =>
  [...readProjectFile("docs/MONITORING.md").matchAll(/^\| `([a-zA-Z_:0-9]+)` +\| /gm)].map(
    ([, name = ""]) => name,
  );
