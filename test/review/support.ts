import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readEngineJson } from "../../review/engine-json";
import type { Operation, Preview, Step } from "../../review/preview";
import { renderBundle, type Bundle } from "../../render/bundle";

/** What record.ts recorded of a preview; the name begins with the stack's. */
export const recording = (name: string): string => readFileSync(join(__dirname, "recorded", name), "utf8");

export const recorded = (name: string): Preview =>
  readEngineJson(name.split("-")[0] ?? name, recording(name));

const component =
  "ipv6home:components:HomeGateway$ipv6home:components:Firewall$ipv6home:components:HostConfig";
export const urnOf = (name: string, stack = "home"): string =>
  `urn:pulumi:${stack}::ipv6-home::${component}$command:remote:Command::${name}`;

/** A step of a component with bundles before and after, as the engine's events become it. */
export function stepOf(
  operation: Operation,
  name: string,
  before: Bundle | undefined,
  after: Bundle | undefined,
  generations?: readonly [string, string],
): Step {
  const side = (bundle: Bundle) => ({ text: renderBundle(bundle) });
  return {
    urn: urnOf(name),
    operation,
    ...(before === undefined ? {} : { old: side(before) }),
    ...(after === undefined ? {} : { new: side(after) }),
    inputs: ["stdin"],
    ...(generations === undefined ? {} : { generations }),
  };
}

/** A preview that came to its end, with these steps. */
export const previewOf = (steps: readonly Step[], more: Partial<Preview> = {}): Preview => ({
  stack: "home",
  against: "state",
  complete: true,
  steps,
  violations: [],
  policies: [],
  errors: [],
  ...more,
});
