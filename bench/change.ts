import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openEngine } from "../engine/run";
import { exec, resetHost, up, type LabDescription } from "../lab/lab";
import { run } from "../lab/run";
import { forgetStacks, prepareStacks, writeSettings } from "../lab/stacks";
import { hostNames } from "../lab/topology";
import { publicKeyOf } from "../network/wireguard-key";
import { atMost, median, seconds, table, targetTable, type Report } from "./figures";
import { Machine } from "./machine";
import { measure, type Sample } from "./measure";
import { runPulumi } from "./pulumi";
import { sshOptions, writeKnownHosts } from "./ssh";

type Progress = (line: string) => void;

/** Key epoch and slot alternate: the first generation is in slot 0. */
const slotOf = (epoch: number): number => (epoch + 1) % 2;

/** `bench change`: what a change of the running network takes, beside a script that does the same by hand. */
export async function change(quick: boolean, progress: Progress): Promise<Report> {
  const lab = await up({ onProgress: progress });
  const folder = mkdtempSync(join(tmpdir(), "bench-"));
  try {
    await Promise.all(hostNames.map(resetHost));
    writeKnownHosts(folder, lab);
    forgetStacks();
    const engine = await openEngine();
    await prepareStacks(engine, lab).finally(() => engine.close());
    const upNow = ["up", "--yes", "--skip-preview", "--suppress-outputs"];
    await runPulumi(["colo", "home"], upNow);
    const machine = new Machine();
    const rounds = quick ? 1 : 5;
    const pulumi: Sample[] = [];
    const floor: Sample[] = [];
    for (let round = 1; round <= rounds; round++) {
      await machine.look();
      writeSettings("home", lab, { "tunnel.keyEpoch": round + 1 });
      pulumi.push(await measure(() => runPulumi(["home"], upNow)));
      progress(`rotation by Pulumi ${round}: ${seconds(pulumi.at(-1)?.wallMs ?? 0)} s`);
    }
    // After Pulumi's: what the script leaves on the hosts is nobody's.
    for (let round = 1; round <= rounds; round++) {
      await machine.look();
      const from = slotOf(rounds + round);
      floor.push(await measure(() => rotateByHand(folder, lab, from)));
      await mustFlow();
      progress(`rotation by hand ${round}: ${seconds(floor.at(-1)?.wallMs ?? 0)} s`);
    }
    return report(floor, pulumi, machine.tell());
  } finally {
    rmSync(folder, { recursive: true, force: true });
    forgetStacks();
    await Promise.all(hostNames.map(resetHost));
  }
}

async function rotateByHand(folder: string, lab: LabDescription, from: number) {
  const key = () => randomBytes(32).toString("base64");
  const [home, colo] = [key(), key()];
  const address = (host: "colo" | "home") => lab.hosts[host].management;
  await run(
    ["bash", join(__dirname, "rotate.sh"), address("colo"), address("home"), `${from}`, `${1 - from}`],
    {
      input: [home, publicKeyOf(home), colo, publicKeyOf(colo), key(), ""].join("\n"),
      env: { ...process.env, SSH_OPTIONS: sshOptions(folder, lab).join(" ") },
      timeoutSec: 120,
    },
  );
  return {};
}

/** Throws unless the home reaches the colo through the tunnel. */
async function mustFlow(): Promise<void> {
  await exec("home", ["ping", "-6", "-c", "1", "-W", "2", "-I", "2001:db8:beef:100::1", "fd00:cafe:f00d::1"]);
}

function report(floor: readonly Sample[], pulumi: readonly Sample[], machine: string): Report {
  const middle = (samples: readonly Sample[]) => median(samples.map(({ wallMs }) => wallMs));
  const row = (name: string, samples: readonly Sample[]) => {
    const { colo, home } = samples.at(-1)?.logins ?? { colo: 0, home: 0 };
    return [name, seconds(middle(samples)), `${colo} + ${home}`, String(samples.length)];
  };
  const targets = [
    atMost("rotation: 1.5 × floor + 3 s", 1.5 * (middle(floor) / 1000) + 3, middle(pulumi) / 1000, "s"),
  ];
  const text = [
    table([
      ["rotation of the tunnel's keys", "seconds, median", "logins, colo + home", "runs"],
      row("shell, one ssh per host (the floor)", floor),
      row("Pulumi (this project)", pulumi),
    ]),
    "",
    machine,
    "",
    targetTable(targets),
    "",
  ].join("\n");
  return { text, targets };
}
