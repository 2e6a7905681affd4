import type { Engine } from "../engine/run";
import type { LabDescription } from "./description";
import { exec } from "./exec";
import { mustRunInLab, writeSettings } from "./stacks";
import { lostOf, trafficLine, underTraffic } from "./traffic";

/** What the tour has to tell, and whether all of it went as it should. */
export interface Tour {
  readonly lines: readonly string[];
  readonly ok: boolean;
}

/** Shows on the converged lab what a change does to the people who use the network. */
export async function tour(engine: Engine, lab: LabDescription, say: (line: string) => void): Promise<Tour> {
  const epoch = (await currentEpoch()) + 1;
  say(`tunnel.keyEpoch ${epoch}: new keys at both ends, under 100 pings a second each way and a download`);
  writeSettings("home", lab, { "tunnel.keyEpoch": epoch });
  const { result, report } = await underTraffic(() =>
    mustRunInLab(engine, ["up", "-s", "home", "--yes", "--skip-preview", "--suppress-outputs"], {
      timeoutSec: 300,
    }),
  );
  return {
    lines: [
      `keys rotated in ${(result.wallMs / 1000).toFixed(1)} s; under traffic for ${trafficLine(report)}`,
    ],
    ok: lostOf(report) === 0 && report.broken === 0,
  };
}

/** The generation that the home's tunnel has recorded. */
async function currentEpoch(): Promise<number> {
  const { stdout } = await exec("home", ["sh", "-c", "cat /var/lib/ipv6-home/tunnel-vpn[01]/generation"]);
  return Math.max(...stdout.trim().split("\n").map(Number));
}
