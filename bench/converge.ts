import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openEngine } from "../engine/run";
import { resetHost, up } from "../lab/lab";
import { forgetStacks, prepareStacks, writeSettings } from "../lab/stacks";
import { hostNames } from "../lab/topology";
import { installAnsible } from "./ansible";
import { convergeReport } from "./converge-report";
import type { Report } from "./figures";
import { freshHosts, mustHave, mustRun } from "./hosts";
import { Machine } from "./machine";
import { measure, type Sample } from "./measure";
import { makePayload } from "./payload";
import { measureRendering } from "./rendering";
import { writeKnownHosts } from "./ssh";
import { ansibleTool, extraPinholes, floorTool, pulumiTool, type Bench, type Tool } from "./tools";

/** The steps, as the tables name them. */
export const steps = ["first", "change", "noop", "preview"] as const;
export type Step = (typeof steps)[number];
/** All samples of one tool. */
export interface Series {
  readonly tool: string;
  readonly samples: Readonly<Record<Step, Sample[]>>;
}

type Progress = (line: string) => void;

/** `bench converge`: the project, the floor and Ansible side by side on the lab's hosts. Answers the report. */
export async function converge(quick: boolean, progress: Progress): Promise<Report> {
  const lab = await up({ onProgress: progress });
  const version = await installAnsible(progress);
  const folder = mkdtempSync(join(tmpdir(), "bench-"));
  try {
    // Before anything else has rendered: the first time is told apart.
    const rendering = measureRendering("");
    writeKnownHosts(folder, lab);
    const bench: Bench = { lab, folder, payloads: await payloads(lab) };
    const tools = [floorTool(bench), pulumiTool(bench), ansibleTool(bench, version)];
    const series = tools.map((tool): Series => ({
      tool: tool.name,
      samples: { first: [], change: [], noop: [], preview: [] },
    }));
    const machine = new Machine();
    const rounds = quick ? 1 : 3;
    for (let round = 1; round <= rounds; round++) {
      for (const [index, tool] of tools.entries()) {
        await machine.look();
        progress(`round ${round} of ${rounds}: ${tool.name}`);
        const into = series[index]?.samples;
        // A slow tool's quick steps are left out of the last round, for time.
        const repeat = quick ? 1 : tool.slow === true ? (round < 3 ? 1 : 0) : 2;
        if (into !== undefined) await runTool(tool, bench, into, repeat, progress);
      }
    }
    return convergeReport(series, rendering, machine.tell());
  } finally {
    rmSync(folder, { recursive: true, force: true });
    forgetStacks();
    await Promise.all(hostNames.map(resetHost));
  }
}

async function payloads(lab: Bench["lab"]): Promise<Bench["payloads"]> {
  forgetStacks();
  const engine = await openEngine();
  await prepareStacks(engine, lab).finally(() => engine.close());
  const now = await makePayload(lab);
  writeSettings("home", lab, extraPinholes["a pinhole more"]);
  return { "as it is": now, "a pinhole more": await makePayload(lab) };
}

async function runTool(
  tool: Tool,
  { payloads }: Bench,
  into: Series["samples"],
  repeat: number,
  progress: Progress,
): Promise<void> {
  const take = async (step: Step) => {
    const sample = await measure(() => tool[step]());
    into[step].push(sample);
    progress(`  ${step} ${(sample.wallMs / 1000).toFixed(2)} s`);
    await tool.rest?.();
  };
  const since = performance.now();
  await freshHosts(payloads["as it is"]);
  progress(`  hosts fresh in ${((performance.now() - since) / 1000).toFixed(1)} s`);
  await tool.fresh?.();
  await tool.want("as it is");
  await take("first");
  await mustRun(tool.name, payloads["as it is"]);
  let variant: keyof Bench["payloads"] = "as it is";
  for (let time = 0; time < repeat; time++) {
    await take("noop");
    variant = variant === "as it is" ? "a pinhole more" : "as it is";
    await tool.want(variant);
    await take("preview");
    await take("change");
    await mustHave(tool.name, "home", payloads[variant].home);
  }
  await mustHave(tool.name, "colo", payloads[variant].colo);
}
