import { openEngine } from "../engine/run";
import { resetHost, up } from "../lab/lab";
import { beginAnew, cuts, mendAll, pause, trafficUntil, uplinks } from "../lab/failover";
import { addMobile, removeMobile } from "../lab/mobile";
import { forgetStacks, prepareStacks, writeSettings } from "../lab/stacks";
import { hostNames } from "../lab/topology";
import { trafficLine } from "../lab/traffic";
import { failoverReport, type Failure } from "./failover-report";
import type { Report } from "./figures";
import { Machine } from "./machine";
import { runPulumi } from "./pulumi";

type Progress = (line: string) => void;

/** How long the floor is watched, and a cut after which nothing moves. */
const watchedMs = 5000;

/** `bench failover`: what the home's traffic loses when its cable fails in five ways, and when it comes back. */
export async function failover(_quick: boolean, progress: Progress): Promise<Report> {
  const lab = await up({ onProgress: progress });
  try {
    await Promise.all(hostNames.map(resetHost));
    forgetStacks();
    const engine = await openEngine();
    await prepareStacks(engine, lab).finally(() => engine.close());
    await addMobile();
    try {
      writeSettings("home", lab, { uplinks });
      await runPulumi(["colo", "home"], ["up", "--yes", "--skip-preview", "--suppress-outputs"]);
      const machine = new Machine();
      await machine.look();
      const failures = await cutAll(progress);
      await machine.look();
      return failoverReport(failures, machine.tell());
    } finally {
      await removeMobile();
    }
  } finally {
    forgetStacks();
    await Promise.all(hostNames.map(resetHost));
  }
}

async function cutAll(progress: Progress): Promise<readonly Failure[]> {
  await beginAnew();
  const floor = await trafficUntil("cable", () => pause(watchedMs));
  progress(`nothing is cut: ${trafficLine(floor)}`);
  const failures: Failure[] = [{ kind: "floor", what: "nothing is cut (the floor)", out: floor }];
  for (const kind of ["down", "hole", "lossy", "nat", "lease"] as const) {
    const { what, cut, mend, moves } = cuts[kind];
    await beginAnew();
    try {
      const out = await (moves ? trafficUntil("lte", cut) : trafficUntil("cable", cut, watchedMs));
      progress(`${what}: ${trafficLine(out)}`);
      const back = moves ? await trafficUntil("cable", mend) : undefined;
      if (back !== undefined) progress(`${what}, back: ${trafficLine(back)}`);
      failures.push({ kind, what, out, ...(back === undefined ? {} : { back }) });
    } finally {
      await mendAll();
    }
  }
  return failures;
}
