import { readProjectFile } from "./settings";

/** Names of all metrics that docs/MONITORING.md tells of; those that some colos alone have, if one says which. */
export const documentedMetrics = (which?: "with Jool"): string[] =>
  [...readProjectFile("docs/MONITORING.md").matchAll(/^\| `([a-zA-Z_:0-9]+)` +\| .*$/gm)].flatMap(
    ([line, name = ""]) => (which === undefined || line.includes(`(colo ${which})`) ? [name] : []),
  );
