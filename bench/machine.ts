import { availableParallelism, loadavg } from "node:os";
import { openEngine } from "../engine/run";
import { median, seconds } from "./figures";

/** Notes how busy the machine is; what it answers tells that in a sentence, so that figures can be judged. */
export class Machine {
  private readonly loads: number[] = [];
  private readonly starts: number[] = [];

  /** Between two measurements. */
  async look(): Promise<void> {
    const engine = await openEngine();
    const { wallMs } = await engine.run(["version"]);
    await engine.close();
    this.starts.push(wallMs);
    this.loads.push(loadavg()[0] ?? 0);
  }

  tell(): string {
    const [least, most] = [Math.min(...this.loads), Math.max(...this.loads)];
    return (
      `The machine: ${availableParallelism()} cores, load average ${least.toFixed(1)} to ${most.toFixed(1)}; ` +
      `\`pulumi version\` took ${seconds(Math.min(...this.starts))} s at best, ${seconds(median(this.starts))} s in the middle.`
    );
  }
}
