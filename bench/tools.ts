import { join } from "node:path";
import type { LabDescription } from "../lab/lab";
import { forgetStacks, prepareStacks, writeSettings } from "../lab/stacks";
import { openEngine } from "../engine/run";
import { hostNames } from "../lab/topology";
import { closeConnections, runAnsible, writeAnsible } from "./ansible";
import { runFloor, writeFloor } from "./floor";
import type { Told } from "./measure";
import type { Payload } from "./payload";
import { mustBeUnchanged, runPulumi } from "./pulumi";

/** Two states of the project that differ in one pinhole, which is one line of one file on one host. */
export type Variant = "as it is" | "a pinhole more";

export const extraPinholes: Readonly<Record<Variant, Readonly<Record<string, unknown>>>> = {
  "as it is": {},
  "a pinhole more": {
    "lan.pinholes": [
      { name: "laptop-ssh", segment: "lan", host: "::ff:fe00:101", protocol: "tcp", port: 22 },
      { name: "phone-web", segment: "lan", host: "::ff:fe00:102", protocol: "tcp", port: 8080 },
      {
        name: "printer-ipp",
        segment: "devices",
        host: "::ff:fe00:301",
        protocol: "tcp",
        port: 631,
        from: ["2001:db8:46::/64"],
      },
    ],
  },
};

/** The steps that are compared, each done by a tool in its own way. */
export interface Tool {
  readonly name: string;
  /** Whether a step takes many seconds, so that fewer runs must do. */
  readonly slow?: true;
  /** Forgets what it knows of hosts that were made anew. */
  fresh?(): Promise<void>;
  /** Writes what the tool is to apply from now on; not measured. */
  want(variant: Variant): Promise<void> | void;
  /** Both hosts, from fresh. */
  first(): Promise<Told>;
  /** The home alone. Each of these throws if it did something else than its name says. */
  noop(): Promise<Told>;
  preview(): Promise<Told>;
  change(): Promise<Told>;
  /** Between two measurements. */
  rest?(): Promise<void>;
}

/** What all of them need. */
export interface Bench {
  readonly lab: LabDescription;
  readonly folder: string;
  readonly payloads: Readonly<Record<Variant, Payload>>;
}

function must(tool: string, step: string, changed: number, holds: Judgement): Told {
  if (!holds(changed)) throw new Error(`${tool}: ${step} changed ${changed} things`);
  return {};
}
type Judgement = (changed: number) => boolean;
const none: Judgement = (changed) => changed === 0;
const one: Judgement = (changed) => changed === 1;
const many: Judgement = (changed) => changed > 1;

export function floorTool({ lab, folder, payloads }: Bench): Tool {
  const name = "shell, one ssh per host (the floor)";
  const files = join(folder, "floor");
  const step = async (verb: "apply" | "diff", hosts: typeof hostNames, what: string, holds: Judgement) =>
    must(name, what, await runFloor(files, folder, lab, verb, hosts), holds);
  return {
    name,
    want: (variant) => writeFloor(files, payloads[variant]),
    first: () => step("apply", hostNames, "first convergence", many),
    noop: () => step("apply", ["home"], "no-op", none),
    preview: () => step("diff", ["home"], "preview", one),
    change: () => step("apply", ["home"], "one-file change", one),
  };
}

export function ansibleTool({ lab, folder, payloads }: Bench, version: string): Tool {
  const name = `Ansible (ansible-core ${version.replace(/[-+].*/, "")})`;
  const files = join(folder, "ansible");
  const step = async (hosts: typeof hostNames, options: string[], what: string, holds: Judgement) =>
    must(name, what, await runAnsible(files, hosts, options), holds);
  return {
    name,
    slow: true,
    want: (variant) => writeAnsible(files, payloads[variant], lab, folder),
    first: () => step(hostNames, [], "first convergence", many),
    noop: () => step(["home"], [], "no-op", none),
    // The file, and the handler that reloads its unit.
    preview: () => step(["home"], ["--check", "--diff"], "preview", many),
    change: () => step(["home"], [], "one-file change", many),
    rest: () => closeConnections(files),
  };
}

export function pulumiTool({ lab }: Bench): Tool {
  const up = ["up", "--yes", "--skip-preview", "--suppress-outputs"];
  return {
    name: "Pulumi (this project)",
    async fresh() {
      // The hosts were made anew, so the record of what they hold is void.
      forgetStacks();
      const engine = await openEngine();
      await prepareStacks(engine, lab).finally(() => engine.close());
    },
    want: (variant) => writeSettings("home", lab, extraPinholes[variant]),
    first: () => runPulumi(["colo", "home"], up),
    noop: () => runPulumi(["home"], up, mustBeUnchanged),
    preview: () => runPulumi(["home"], ["preview", "--diff"]),
    change: () => runPulumi(["home"], up),
  };
}
