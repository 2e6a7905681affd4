import { mkdirSync, rmSync } from "node:fs";
import { describe as describeLab } from "../../lab/lab";
import { backendFolder, mustRunInLab, runInLab, writeSettings } from "../../lab/stacks";
import { lostOf, trafficLine, underTraffic, type TrafficReport } from "../../lab/traffic";
import { namesOf, tunnelsOn } from "./generation";
import { closeEngine, outputs, pulumi, pulumiUp, sh, theEngine, trySh } from "./support";

afterAll(closeEngine);

const hosts = ["colo", "home"] as const;
const told: string[] = [];
afterAll(() => console.log(told.join("\n")));

interface Keys {
  readonly privateKeys: Readonly<Record<"home" | "colo", string>>;
}

const setEpoch = (epoch: number) => writeSettings("home", describeLab(), { "tunnel.keyEpoch": epoch });

/** The whole backend is gone; the settings are not. */
async function loseBackend(): Promise<void> {
  rmSync(backendFolder, { recursive: true });
  mkdirSync(backendFolder);
  for (const stack of hosts) await mustRunInLab(await theEngine(), ["stack", "init", stack]);
}

/** Only the home's state is gone, whatever had locked it. */
async function loseHome(): Promise<void> {
  await pulumi("home", "cancel", "--yes");
  await pulumi("home", "stack", "rm", "--force", "--yes", "--preserve-config");
  await mustRunInLab(await theEngine(), ["stack", "init", "home"]);
}

/** Runs something under traffic, notes what was lost, and answers how it went and what was said. */
async function measured(name: string, work: () => Promise<{ code: number; stdout: string; stderr: string }>) {
  const { result, report } = await underTraffic(work);
  told.push(`${name}: ${trafficLine(report)}`);
  return { ok: result.code === 0, said: result.stdout + result.stderr, report };
}

const up = (name: string, stack: "colo" | "home") =>
  measured(name, () => pulumi(stack, "up", "--yes", "--skip-preview"));

const nothingLost = (report: TrafficReport) => ({
  lost: lostOf(report),
  broken: report.broken,
  flowed: report.downloaded > 100_000 && report.pings.every(({ sent }) => sent > 100),
});
const nothing = { lost: 0, broken: 0, flowed: true };

/** What must stay as it was: since when each unit runs, and what was on the hosts before us. */
const look = [
  "systemctl show -p Id -p ActiveEnterTimestampMonotonic -p StateChangeTimestampMonotonic 'ipv6-home-*.service'",
  "cd /var/lib/ipv6-home",
  "find . -path '*/original/*' -o -name links -o -name sysctls -o -name packages -o -name masked -o -name manifest | sort | xargs sha256sum",
  "sha256sum /etc/ipv6-home/keys/*/*",
].join("; ");
const lookAtHosts = async () => ({ colo: await sh("colo", look), home: await sh("home", look) });

let epoch = 0;
let clean: Record<"home" | "colo", string>;
const tunnels = async () => ({ home: await tunnelsOn("home", epoch), colo: await tunnelsOn("colo", epoch) });

beforeAll(async () => {
  const device = (await sh("home", "wg show interfaces")).trim();
  epoch = Number(await sh("home", `cat /var/lib/ipv6-home/tunnel-${device}/generation`));
  setEpoch(epoch);
  await pulumiUp("home");
  clean = await tunnels();
}, 60_000);

/** That one generation is on the hosts and nothing of another one, and that the state agrees. */
async function mustHoldOnly(wanted: number): Promise<void> {
  epoch = wanted;
  expect(await tunnels()).toEqual(clean);
  expect((await sh("home", "wg show interfaces")).trim()).toBe(namesOf(epoch).home);
  expect((await sh("colo", "wg show interfaces")).trim()).toBe(namesOf(epoch).colo);
  expect((await pulumi("home", "preview", "--expect-no-changes")).code).toBe(0);
}

const inUse = (device: string, current: number, next: number) =>
  `${device} is in use with other keys of key epoch ${current} than this stack has, as after a lost state; new ones would interrupt it; set tunnel.keyEpoch to ${next} and run 'pulumi up' again, which takes over from it without a loss`;

describe("a lost state", () => {
  it("adopted without a look at the keys loses packets: the measurement can fail", async () => {
    await loseHome();
    const { home, colo } = namesOf(epoch);
    // Without this record no host knows that its keys are in use.
    await sh("home", `rm /var/lib/ipv6-home/tunnel-${home}-key/generation`);
    await sh("colo", `rm /var/lib/ipv6-home/site-${colo}-key/generation`);
    const { ok, report } = await up("keys changed in place by an adoption", "home");
    expect(ok).toBe(true);
    expect(lostOf(report)).toBeGreaterThan(0);
    await mustHoldOnly(epoch);
  }, 60_000);

  it("of the colo: up adopts it, nothing restarts, nothing is lost", async () => {
    const lost = await outputs<Keys>("home");
    const before = await lookAtHosts();
    await loseBackend();
    const { ok, report } = await up("colo adopted", "colo");
    expect(ok).toBe(true);
    expect(nothingLost(report)).toEqual(nothing);
    expect(await lookAtHosts()).toEqual(before);

    const refused = await up("home refused", "home");
    expect(refused.ok).toBe(false);
    expect(refused.said).toContain(inUse(namesOf(epoch).colo, epoch, epoch + 1));
    expect(nothingLost(refused.report)).toEqual(nothing);
    expect(await lookAtHosts()).toEqual(before);

    setEpoch(epoch + 1);
    const adopted = await up("home adopted", "home");
    expect(adopted.said).not.toContain("lost state");
    expect(nothingLost(adopted.report)).toEqual(nothing);
    await mustHoldOnly(epoch + 1);
    for (const host of hosts) {
      const old = lost.privateKeys[host].slice(0, 40);
      expect((await trySh(host, `grep -rlsF '${old}' /etc /var /run /tmp /root /usr/local`, 60)).stdout).toBe(
        "",
      );
    }
  }, 120_000);
});

describe("a state lost in the middle of a rotation", () => {
  /** Begins a rotation and kills the engine when it has said that a step is done. */
  async function cutRotation(to: number, step: string): Promise<void> {
    setEpoch(to);
    const cut = new AbortController();
    let said = "";
    await runInLab(await theEngine(), ["up", "-s", "home", "--yes", "--skip-preview"], {
      powerCut: cut.signal,
      onStdout: (text) => {
        said += text;
        if (said.includes(`tunnel-${to}-${step}`)) cut.abort();
      },
      timeoutSec: 120,
    });
    expect([step, cut.signal.aborted]).toEqual([step, true]);
    await loseHome();
  }

  /** Follows what each refusal says until nothing is refused. */
  async function follow(name: string): Promise<number[]> {
    const epochs = [];
    let next: number | undefined = Number((await pulumi("home", "config", "get", "tunnel.keyEpoch")).stdout);
    while (next !== undefined && epochs.length < 5) {
      epochs.push(next);
      setEpoch(next);
      const { ok, said, report } = await up(`${name}, key epoch ${next}`, "home");
      expect(nothingLost(report)).toEqual(nothing);
      const told = /as after a lost state.*; set tunnel\.keyEpoch to (\d+) and/.exec(said)?.[1];
      expect([said.slice(-2000), ok]).toEqual([said.slice(-2000), told === undefined]);
      next = told === undefined ? undefined : Number(told);
    }
    return epochs;
  }

  it("with traffic on the new generation is told the way, and nothing is lost on it", async () => {
    const [old, next] = [epoch, epoch + 1];
    await cutRotation(next, "home-config-converge created");
    expect(await follow("traffic on the new one")).toEqual([next, old]);
    await mustHoldOnly(old);
  }, 120_000);

  it("with traffic on the old generation as well", async () => {
    const [old, next] = [epoch, epoch + 1];
    await cutRotation(next, "colo-config-converge created");
    expect(await follow("traffic on the old one")).toEqual([next, old, next]);
    await mustHoldOnly(next);
  }, 120_000);
});
