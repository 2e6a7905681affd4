import { type Engine, type RunResult } from "../engine/run";
import type { LabDescription } from "./description";
import { exec } from "./exec";
import { waitFor } from "./run";
import { mustRunInLab, runInLab, writeSettings } from "./stacks";
import { lostOf, trafficLine, underTraffic } from "./traffic";

/** What the tour has to tell, and whether all of it went as it should. */
export interface Tour {
  readonly lines: readonly string[];
  readonly ok: boolean;
}

const up = ["up", "-s", "home", "--yes", "--skip-preview", "--suppress-outputs"];
const sh = async (line: string): Promise<string> => (await exec("home", ["sh", "-c", line])).stdout;
const seconds = ({ wallMs }: RunResult): string => `${(wallMs / 1000).toFixed(1)} s`;

/** Shows on the converged lab what changes do to the people who use the network, and to the one who makes them. */
export async function tour(engine: Engine, lab: LabDescription, say: (line: string) => void): Promise<Tour> {
  const epoch = (await currentEpoch()) + 1;
  const stations = [
    () => rotation(engine, lab, epoch, say),
    () => lockOut(engine, lab, epoch, say),
    () => drift(engine, say),
  ];
  const told: Tour[] = [];
  for (const station of stations) {
    const { lines, ok } = await station();
    for (const line of lines) say(line);
    told.push({ lines, ok });
  }
  return { lines: told.flatMap(({ lines }) => lines), ok: told.every(({ ok }) => ok) };
}

async function rotation(
  engine: Engine,
  lab: LabDescription,
  epoch: number,
  say: (line: string) => void,
): Promise<Tour> {
  say(`tunnel.keyEpoch ${epoch}: new keys at both ends, under 100 pings a second each way and a download`);
  writeSettings("home", lab, { "tunnel.keyEpoch": epoch });
  const { result, report } = await underTraffic(() => mustRunInLab(engine, up, { timeoutSec: 300 }));
  return {
    lines: [`keys rotated in ${seconds(result)}; under traffic for ${trafficLine(report)}`],
    ok: lostOf(report) === 0 && report.broken === 0,
  };
}

/** Drops every new login from the moment at which the firewall changes: a lock-out that no preflight can foresee. */
const doorShut =
  "table inet tour { chain door { type filter hook input priority -400; tcp dport 22 ct state new drop; }; }";

async function lockOut(
  engine: Engine,
  lab: LabDescription,
  epoch: number,
  say: (line: string) => void,
): Promise<Tour> {
  say("a change of the firewall after which nobody can log in any more; the guard waits for 30 s");
  const settings = { "tunnel.keyEpoch": epoch, "guard.windowSec": 30 };
  writeSettings("home", lab, settings);
  await mustRunInLab(engine, up, { timeoutSec: 300 });
  const rules = await sh("sha256sum /etc/ipv6-home/firewall.nft");
  writeSettings("home", lab, { ...settings, "lan.pinholes": [] });
  const ended = runInLab(engine, up, { timeoutSec: 300 });
  await waitFor("the firewall changes", 60, async () => {
    const kept = await sh("[ ! -e /var/lib/ipv6-home/.guard/firewall ] || echo yes");
    return kept === "" ? undefined : true;
  });
  await sh(`nft '${doorShut}'`);
  await waitFor("the host goes back", 90, async () => {
    const words = await sh("[ ! -e /var/lib/ipv6-home/.went-back ] || cat /var/lib/ipv6-home/.went-back");
    return words === "" ? undefined : words;
  });
  await sh("nft delete table inet tour");
  const result = await ended;
  const said = /this host went back[^\n]*/.exec(result.stdout + result.stderr)?.[0];
  const back = (await sh("sha256sum /etc/ipv6-home/firewall.nft")) === rules;
  say("the same again, with the door open");
  const again = await mustRunInLab(engine, up, { timeoutSec: 300 });
  writeSettings("home", lab, { "tunnel.keyEpoch": epoch });
  await mustRunInLab(engine, up, { timeoutSec: 300 });
  return {
    lines: [
      `locked out: the run failed after ${seconds(result)} with "${said ?? "nothing about it"}"`,
      `  and the firewall ${back ? "was as before" : "WAS NOT AS BEFORE"}; the same change with the door open: ${seconds(again)}`,
    ],
    ok: result.code !== 0 && said !== undefined && back,
  };
}

async function drift(engine: Engine, say: (line: string) => void): Promise<Tour> {
  say("somebody opens the firewall by hand");
  await sh("nft insert rule inet ipv6_home input tcp dport 23 accept");
  const seen = await runInLab(engine, ["preview", "-s", "home", "--diff"], { timeoutSec: 120 });
  const shown = /\+\s*#\s*\+\s*tcp dport 23 accept/.exec(seen.stdout) !== null;
  const repaired = await mustRunInLab(engine, up, { timeoutSec: 300 });
  const gone = !(await sh("nft list chain inet ipv6_home input")).includes("dport 23 ");
  return {
    lines: [
      `a rule added by hand: ${shown ? "shown by a plain preview" : "NOT SHOWN"}, ${gone ? `gone after up in ${seconds(repaired)}` : "NOT REPAIRED"}`,
    ],
    ok: shown && gone,
  };
}

/** The generation that the home's tunnel has recorded. */
async function currentEpoch(): Promise<number> {
  return Math.max(
    ...(await sh("cat /var/lib/ipv6-home/tunnel-vpn[01]/generation")).trim().split("\n").map(Number),
  );
}
