import { describe as describeLab } from "../../lab/lab";
import { run } from "../../lab/run";
import { backendFolder, mustRunInLab, runInLab, writeSettings } from "../../lab/stacks";
import { namespaceOf } from "../../lab/topology";
import { lostOf, trafficLine, underTraffic } from "../../lab/traffic";
import { namesOf, tunnelsOn } from "./generation";
import { closeEngine, pulumi, pulumiUp, sh, theEngine, trySh, until } from "./support";

afterAll(closeEngine);

/** A small generator of numbers from 0 to 1 (mulberry32), so that a run can be repeated: IPV6_HOME_SEED=N. */
function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const seed = Number(process.env["IPV6_HOME_SEED"] ?? Date.now() % 1_000_000);
const setEpoch = (epoch: number) => writeSettings("home", describeLab(), { "tunnel.keyEpoch": epoch });

let epoch = 0;
let clean: Record<"home" | "colo", string>;
let rotationMs = 0;
const told: string[] = [];
afterAll(() => console.log(told.join("\n")));
// What the runbook names for the warnings that killed runs leave behind.
afterAll(async () => {
  expect((await pulumi("home", "refresh", "--yes", "--skip-preview", "--clear-pending-creates")).code).toBe(
    0,
  );
});

const generations = async () => ({
  home: await tunnelsOn("home", epoch),
  colo: await tunnelsOn("colo", epoch),
});

beforeAll(async () => {
  const device = (await sh("home", "wg show interfaces")).trim();
  const recorded = Number(await sh("home", `cat /var/lib/ipv6-home/tunnel-${device}/generation`));
  epoch = recorded + 1;
  setEpoch(epoch);
  const { wallMs } = await pulumiUp("home");
  rotationMs = wallMs;
  clean = await generations();
}, 60_000);

/** Begins a rotation and kills the engine when told to; answers what it had said by then. */
async function killedUp(
  to: number,
  when: (cut: AbortController, said: () => string) => void,
  settings: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  writeSettings("home", describeLab(), { "tunnel.keyEpoch": to, ...settings });
  const cut = new AbortController();
  let said = "";
  try {
    await runInLab(await theEngine(), ["up", "-s", "home", "--yes", "--skip-preview"], {
      powerCut: cut.signal,
      onStdout: (text) => {
        said += text;
        when(cut, () => said);
      },
      timeoutSec: 120,
    });
  } catch (error) {
    // Killed before the program's process had answered: nothing had begun.
    if (!cut.signal.aborted) throw error;
  }
  return said;
}

/** As the runbook says it: what the dead run was writing goes, its lock goes, and the next run does the rest. */
async function recover(to: number, hears?: (said: string) => void): Promise<void> {
  setEpoch(to);
  await run(["find", `${backendFolder}/.pulumi`, "-name", "*.attrs", "-size", "0", "-delete"]);
  await pulumi("home", "cancel", "--yes");
  if (hears === undefined) await pulumiUp("home");
  else
    await mustRunInLab(await theEngine(), ["up", "-s", "home", "--yes", "--skip-preview"], {
      onStdout: hears,
    });
  epoch = to;
}

/** One killed rotation and its recovery under traffic: to the new epoch, or back to the old one. */
async function killAndRecover(
  name: string,
  back: boolean,
  when: (cut: AbortController, said: () => string) => void,
  hears?: (said: string) => void,
): Promise<void> {
  const [old, next] = [epoch, epoch + 1];
  const { result, report } = await underTraffic(async () => {
    const said = await killedUp(next, when);
    await recover(back ? old : next, hears);
    return said.trim().split("\n").at(-1)?.trim() ?? "";
  });
  told.push(
    `${name}, then ${back ? "back" : "on"}: ${trafficLine(report)}; last words: ${result.slice(0, 90)}`,
  );
  expect([name, lostOf(report), report.broken]).toEqual([name, 0, 0]);
  await until(`nothing but generation ${epoch}`, 10, async () => {
    const found = await generations();
    return found.home === clean.home && found.colo === clean.colo;
  }).catch(async () => expect([name, await generations()]).toEqual([name, clean]));
  expect((await sh("home", "wg show interfaces")).trim()).toBe(namesOf(epoch).home);
  expect((await pulumi("home", "preview", "--expect-no-changes")).code).toBe(0);
}

describe("a rotation whose engine is killed", () => {
  // What the engine says at each of its steps.
  const steps = [
    "keys-preshared created",
    "colo-removal-converge created",
    "colo-key-converge creating",
    "colo-key-converge created",
    "home-key-converge creating",
    "home-key-converge created",
    "colo-config-converge creating",
    "colo-config-converge created",
    "home-config-converge creating",
    "home-config-converge created",
    "colo-guard-confirm updating",
    "home-guard-confirm updating",
    "home-guard-confirm updated",
    "colo-release-converge deleting",
    "colo-release-converge deleted",
    "home-removal-converge deleting",
    "home-removal-converge deleted",
    "colo-removal-converge deleting",
    "colo-removal-converge deleted",
    "keys-preshared deleted",
  ];

  it.each(steps.map((step, index) => [step, index % 2 === 1] as const))(
    "at the step %s loses nothing and leaves nothing (back: %s)",
    async (step, back) => {
      const [resource = "", verb = ""] = step.split(" ");
      const spoken = new RegExp(`(tunnel-\\d+-| )${resource} ${verb}`);
      let reached = false;
      await killAndRecover(step, back, (cut, said) => {
        if (!reached && spoken.test(said())) {
          reached = true;
          cut.abort();
        }
      });
      expect([step, reached]).toEqual([step, true]);
    },
    60_000,
  );

  it("and goes on at the home for so long that the next run has gone back at the colo", async () => {
    const atIsp = (line: string) => run(["ip", "netns", "exec", namespaceOf("isp"), "sh", "-c", line]);
    // Without it no session begins, and the home waits for one.
    const { port, home } = namesOf(epoch + 1);
    await atIsp(
      `nft 'table ip late { chain forward { type filter hook forward priority -10; udp dport ${port} drop; }; }'`,
    );
    let opened: Promise<unknown> | undefined;
    const open = () => (opened ??= atIsp("nft delete table ip late"));
    let waits: Promise<unknown> | undefined;
    try {
      await killAndRecover(
        "late",
        true,
        (cut, said) => {
          if (!/home-config-converge creating/.test(said())) return;
          waits ??= until(
            "the home waits",
            20,
            async () => (await trySh("home", `pgrep -f 'wireguard-routes [w]ait ${home} '`)).code === 0,
          ).finally(() => cut.abort());
        },
        (said) => {
          if (/colo-release-converge deleted/.test(said)) void open();
        },
      );
      await waits;
      expect(opened).toBeDefined();
    } finally {
      await open();
    }
  }, 90_000);

  it("at 20 random moments loses nothing and leaves nothing", async () => {
    told.push(`seed ${seed}; a rotation takes ${(rotationMs / 1000).toFixed(1)} s`);
    const next = random(seed);
    for (let round = 1; round <= 20; round++) {
      const ms = Math.round(next() * rotationMs);
      const back = next() < 0.5;
      let timer: NodeJS.Timeout | undefined;
      await killAndRecover(`kill ${round} at ${ms} ms`, back, (cut) => {
        timer ??= setTimeout(() => cut.abort(), ms);
      });
      clearTimeout(timer);
    }
  }, 600_000);

  it("and that nobody follows up goes back at both ends, loses nothing, and can be completed", async () => {
    const settings = { "guard.windowSec": 30 };
    writeSettings("home", describeLab(), { "tunnel.keyEpoch": epoch, ...settings });
    await pulumiUp("home");
    const [old, next] = [epoch, epoch + 1];
    const wentBack = async (host: "home" | "colo") =>
      (await trySh(host, "cat /var/lib/ipv6-home/.went-back")).stdout;
    const { report } = await underTraffic(async () => {
      await killedUp(
        next,
        (cut, said) => {
          if (/home-config-converge created/.test(said())) cut.abort();
        },
        settings,
      );
      for (const host of ["home", "colo"] as const) {
        await until(`${host} goes back`, 90, async () => (await wentBack(host)) !== "");
        expect(await wentBack(host)).toMatch(/on stand-by until the next run: (tunnel-|site-)vpn/);
        expect(await sh(host, "ip -6 route show table all proto boot")).not.toContain(
          `dev ${namesOf(next)[host]} `,
        );
      }
    });
    told.push(`nobody follows up: ${trafficLine(report)}`);
    expect([lostOf(report), report.broken]).toEqual([0, 0]);
    const completed = await underTraffic(() => recover(next));
    told.push(`then on from ${old}: ${trafficLine(completed.report)}`);
    expect([lostOf(completed.report), completed.report.broken]).toEqual([0, 0]);
    expect(await generations()).toEqual(clean);
  }, 300_000);

  it("leaves warnings of pending operations, which one command of the runbook clears", async () => {
    const pending = async () =>
      (await pulumi("home", "stack", "export")).stdout.match(/"type": "creating"/g)?.length ?? 0;
    expect(await pending()).toBeGreaterThan(0);
    await pulumi("home", "refresh", "--yes", "--skip-preview", "--clear-pending-creates");
    expect(await pending()).toBe(0);
    expect((await pulumi("home", "preview", "--expect-no-changes")).code).toBe(0);
  }, 60_000);
});
