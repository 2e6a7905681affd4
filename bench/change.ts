import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openEngine } from "../engine/run";
import { exec, resetHost, up, type LabDescription } from "../lab/lab";
import { run } from "../lab/run";
import { forgetStacks, prepareStacks, projectFolder, stackEnvironment, writeSettings } from "../lab/stacks";
import { hostNames } from "../lab/topology";
import { ByHand } from "./by-hand";
import { changeReport, type Series } from "./change-report";
import type { Report } from "./figures";
import { Machine } from "./machine";
import { measure } from "./measure";
import { runPulumi } from "./pulumi";
import { writeKnownHosts } from "./ssh";
import { extraPinholes } from "./tools";

type Progress = (line: string) => void;

/** Key epoch and slot alternate: the first generation is in slot 0. */
const slotOf = (epoch: number): number => (epoch + 1) % 2;

const upNow = ["up", "--yes", "--skip-preview", "--suppress-outputs"];

/** `bench change`: what a change of the running network takes, and a look for drift, beside the same by hand. */
export async function change(quick: boolean, progress: Progress): Promise<Report> {
  const lab = await up({ onProgress: progress });
  const folder = mkdtempSync(join(tmpdir(), "bench-"));
  try {
    await Promise.all(hostNames.map(resetHost));
    writeKnownHosts(folder, lab);
    forgetStacks();
    const engine = await openEngine();
    await prepareStacks(engine, lab).finally(() => engine.close());
    await runPulumi(["colo", "home"], upNow);
    const machine = new Machine();
    const bench = new ChangeBench(new ByHand(folder, lab), lab, quick ? 1 : 5, machine, progress);
    await bench.drift();
    await bench.oneLine();
    // What the script leaves on the hosts is nobody's: it comes last.
    await bench.rotation();
    return changeReport(bench.series, machine.tell());
  } finally {
    rmSync(folder, { recursive: true, force: true });
    forgetStacks();
    await Promise.all(hostNames.map(resetHost));
  }
}

class ChangeBench {
  readonly series: Series = {
    rotation: { floor: [], pulumi: [] },
    "one line": { floor: [], pulumi: [] },
    drift: { floor: [], pulumi: [] },
  };

  constructor(
    private readonly byHand: ByHand,
    private readonly lab: LabDescription,
    private readonly rounds: number,
    private readonly machine: Machine,
    private readonly progress: Progress,
  ) {}

  /** Nothing has changed; the first answer by hand is what the later ones are held to. */
  async drift(): Promise<void> {
    const was = await this.settled();
    await this.take("drift", "floor", async () => {
      const is = await this.byHand.look();
      if (is.some((text, index) => text !== was[index])) throw new Error("by hand: a host is not as it was");
    });
    await this.take("drift", "pulumi", async () => {
      await run(["node", join(__dirname, "../tools/run.mjs"), "tools/drift/cli.ts", "colo", "home"], {
        cwd: projectFolder,
        env: { ...process.env, ...stackEnvironment() },
      });
    });
  }

  /** What the hosts are like when two looks in a row agree: addresses and sessions take a moment after an up. */
  private async settled(): Promise<readonly string[]> {
    let was = await this.byHand.look();
    for (let looks = 0; looks < 20; looks++) {
      const is = await this.byHand.look();
      if (is.every((text, index) => text === was[index])) return is;
      was = is;
    }
    throw new Error("by hand: the hosts do not come to rest");
  }

  /** A pinhole more, and one less: a line in the ruleset of the home. */
  async oneLine(): Promise<void> {
    const ruleset = async () => (await exec("home", ["cat", "/etc/ipv6-home/firewall.nft"])).stdout;
    const texts = [await ruleset()];
    await this.take("one line", "pulumi", async (round) => {
      writeSettings("home", this.lab, round % 2 === 1 ? extraPinholes["a pinhole more"] : {});
      await runPulumi(["home"], upNow);
    });
    texts.unshift(await ruleset());
    if (texts[0] === texts[1]) throw new Error("one line: the ruleset has not changed");
    // The same bytes, there and back.
    await this.take("one line", "floor", (round) => this.byHand.setFirewall(texts[round % 2] ?? ""));
    await this.byHand.setFirewall(texts[0] ?? "");
  }

  async rotation(): Promise<void> {
    await this.take("rotation", "pulumi", async (round) => {
      writeSettings("home", this.lab, { ...extraPinholes["a pinhole more"], "tunnel.keyEpoch": round + 1 });
      await runPulumi(["home"], upNow);
    });
    await this.take("rotation", "floor", (round) => this.byHand.rotate(slotOf(this.rounds + round)));
  }

  private async take(
    what: keyof Series,
    by: "floor" | "pulumi",
    work: (round: number) => Promise<unknown>,
  ): Promise<void> {
    for (let round = 1; round <= this.rounds; round++) {
      await this.machine.look();
      const sample = await measure(async () => {
        await work(round);
        return {};
      });
      this.series[what][by].push(sample);
      this.progress(`${what} by ${by} ${round}: ${(sample.wallMs / 1000).toFixed(2)} s`);
    }
  }
}
