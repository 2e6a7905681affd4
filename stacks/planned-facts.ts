import { readFileSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";

/** Environment variable with the path of a file of facts, as `npm run review -- facts` writes it. */
export const plannedFactsVariable = "IPV6_HOME_COLO_FACTS";

/**
 * Facts that a colo is going to export, out of the file that the variable names, so that a home can be previewed beside
 * a colo that is not built, or not changed, yet. Undefined without the variable. Throws a sentence for people if the
 * file cannot be read or hosts are about to be changed: a host must be built from what its colo is.
 */
export function plannedFacts(path: string | undefined, preview: boolean): unknown {
  if (path === undefined || path === "") return undefined;
  const where = `${plannedFactsVariable}: given ${path}`;
  if (!preview) {
    throw new pulumi.RunError(
      `${where}; allowed is nothing outside of a preview, because these facts are only planned; unset it and run pulumi up for the colo first`,
    );
  }
  try {
    return JSON.parse(readFileSync(path, "utf8")) as unknown;
  } catch (error) {
    throw new pulumi.RunError(
      `${where}, which cannot be read (${error instanceof Error ? error.message : String(error)}); allowed is a file that 'npm run review -- facts' wrote; make it anew`,
    );
  }
}
