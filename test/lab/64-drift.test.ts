import { join } from "node:path";
import { run } from "../../lab/run";
import { projectFolder, stackEnvironment } from "../../lab/stacks";
import { projectFolder as root } from "../support/settings";
import { parseReport } from "../../observe/report";
import { rebootHost } from "../../lab/lab";
import { hostNames, type HostName } from "../../lab/topology";
import { rounds, type Damage } from "./drift/damages";
import { closeEngine, logins, outputs, pulumi, pulumiObserving, pulumiUp, sh, until } from "./support";

afterAll(closeEngine);

const stacks = ["colo", "home"] as const;
const stackOf = ({ host, component }: Damage) =>
  host === "colo" && !component.startsWith("site-") ? "colo" : "home";

/** What a host says of itself: its components with what differs, and only those. */
async function differences(host: HostName): Promise<Record<string, readonly string[]>> {
  const { components } = parseReport(await sh(host, "/usr/local/lib/ipv6-home/observe"));
  return Object.fromEntries(
    [...components].flatMap(([name, found]) =>
      found.differences.length === 0 ? [] : [[name, found.differences] as const],
    ),
  );
}

/** `npm run drift -- STACK --json` on the lab's stacks. */
async function driftCommand(stack: "colo" | "home"): Promise<{ code: number; drift: unknown }> {
  const { code, stdout, stderr } = await run(
    ["node", join(root, "tools/run.mjs"), "tools/drift/cli.ts", stack, "--json"],
    {
      cwd: projectFolder,
      env: { ...process.env, ...stackEnvironment() },
      allowFailure: true,
      timeoutSec: 60,
    },
  );
  if (stdout === "") throw new Error(stderr);
  return { code, drift: JSON.parse(stdout) };
}

const untouched = async () => ({ colo: await differences("colo"), home: await differences("home") });
const clean = { colo: {}, home: {} };

/** The damages name the interfaces of the first key generation; earlier tests have left whichever. */
async function interfaces() {
  const { tunnelInterfaces: used } = await outputs<{ tunnelInterfaces: { home: string; colo: string } }>(
    "home",
  );
  return {
    inUse: (text: string) =>
      text.replaceAll("vpn1-0", "COLO").replaceAll("vpn0", used.home).replaceAll("COLO", used.colo),
    asFirst: (text: string) =>
      text.replaceAll(used.colo, "COLO").replaceAll(used.home, "vpn0").replaceAll("COLO", "vpn1-0"),
  };
}

/** The components that a run has converged, without what confirms them. */
const converged = (stdout: string) =>
  new Set([...stdout.matchAll(/ (\S+)-converge updated /g)].map(([, name]) => name)).size;

describe("drift", () => {
  beforeAll(async () => {
    for (const stack of stacks) await pulumiUp(stack);
  }, 120_000);

  it("is none on hosts that nobody touched: no difference, and a preview without a change", async () => {
    expect(await untouched()).toEqual(clean);
    for (const stack of stacks) {
      const { code, stdout } = await pulumiObserving(stack, "preview", "--diff", "--expect-no-changes");
      expect([code, stdout]).toEqual([0, expect.stringMatching(/\d+ unchanged/)]);
    }
  }, 60_000);

  it("costs one login a host to look for", async () => {
    const before = { colo: await logins("colo"), home: await logins("home") };
    await pulumiObserving("home", "preview");
    expect({
      colo: (await logins("colo")) - before.colo,
      home: (await logins("home")) - before.home,
    }).toEqual({
      colo: 1,
      home: 1,
    });
  }, 60_000);

  it("does not show without a look", async () => {
    await sh("colo", "nft add rule inet ipv6_home input tcp dport 23 accept");
    const { code } = await pulumi("colo", "preview", "--expect-no-changes");
    expect(code).toBe(0);
    const seen = await pulumiObserving("colo", "preview", "--diff");
    expect(seen.stdout).toMatch(/\+ +# \+\s+tcp dport 23 accept/);
    await pulumiObserving("colo", "up", "--yes", "--skip-preview");
    expect(await untouched()).toEqual(clean);
  }, 60_000);

  it("is told by npm run drift too: exit code 2 and where, or 0", async () => {
    expect(await driftCommand("colo")).toEqual({ code: 0, drift: { stack: "colo", hosts: { colo: {} } } });
    expect(await driftCommand("home")).toEqual({
      code: 0,
      drift: { stack: "home", hosts: { colo: {}, home: {} } },
    });
    await sh("home", "ip -6 rule delete priority 1000");
    const { code, drift } = await driftCommand("home");
    expect(code).toBe(2);
    expect(drift).toEqual({
      stack: "home",
      hosts: {
        colo: {},
        home: { prefix: expect.arrayContaining([expect.stringMatching(/^-1000:/)]) as unknown },
      },
    });
    await pulumiObserving("home", "up", "--yes", "--skip-preview");
    expect((await driftCommand("home")).code).toBe(0);
  }, 60_000);

  it.each(rounds.map((round, index) => [index + 1, round] as const))(
    "round %i of damage is found and repaired, all of it, by exactly those components",
    async (_number, round) => {
      const { inUse, asFirst } = await interfaces();
      for (const { host, by } of round) await sh(host, inUse(by));
      for (const host of hostNames) {
        const found = Object.fromEntries(
          Object.entries(await differences(host)).map(
            ([name, lines]) => [asFirst(name), lines.map(asFirst)] as const,
          ),
        );
        const wanted = round.filter((each) => each.host === host);
        const damaged = new Set(wanted.map(({ component }) => component));
        expect(Object.keys(found).sort()).toEqual([...damaged].sort());
        for (const { component, seen } of wanted)
          expect([component, found[component]]).toEqual([
            component,
            expect.arrayContaining([expect.stringMatching(seen)]),
          ]);
      }
      for (const stack of stacks) {
        const own = round.filter((each) => stackOf(each) === stack);
        const preview = await pulumiObserving(stack, "preview", "--diff");
        expect(preview.code).toBe(0);
        const { code, stdout, stderr } = await pulumiObserving(stack, "up", "--yes", "--skip-preview");
        expect([code, code === 0 ? "" : stdout + stderr]).toEqual([0, ""]);
        expect([stack, converged(stdout)]).toEqual([
          stack,
          new Set(own.map(({ host, component }) => `${host} ${component}`)).size,
        ]);
      }
      expect(await untouched()).toEqual(clean);
      for (const stack of stacks) {
        const { code } = await pulumiObserving(stack, "preview", "--expect-no-changes");
        expect(code).toBe(0);
      }
    },
    180_000,
  );

  it("is none after both hosts have rebooted", async () => {
    await Promise.all(hostNames.map(rebootHost));
    // Units come up side by side with the login.
    await until("both hosts are as they should be", 60, async () => {
      const found = await untouched();
      return Object.keys({ ...found.colo, ...found.home }).length === 0;
    });
    expect(await untouched()).toEqual(clean);
  }, 120_000);

  it("came in at least 40 kinds", () => {
    expect(rounds.flat().length).toBeGreaterThanOrEqual(40);
  });
});
