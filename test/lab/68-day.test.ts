import { join } from "node:path";
import { run } from "../../lab/run";
import { projectFolder, stackEnvironment } from "../../lab/stacks";
import { hostNames } from "../../lab/topology";
import { parseReport } from "../../observe/report";
import { projectFolder as root } from "../support/settings";
import { day } from "./drift/churn";
import { closeEngine, logins, pulumiObserving, pulumiUp, sh, until } from "./support";

afterAll(closeEngine);

/** What both hosts say differs, as lines for people. */
async function alarms(): Promise<string[]> {
  const reports = await Promise.all(hostNames.map((host) => sh(host, "/usr/local/lib/ipv6-home/observe")));
  return reports.flatMap((report, index) =>
    [...parseReport(report).components].flatMap(([name, { differences }]) =>
      differences.map((line) => `${hostNames[index] ?? ""} ${name}: ${line}`),
    ),
  );
}

const npmDrift = () =>
  run(["node", join(root, "tools/run.mjs"), "tools/drift/cli.ts", "colo", "home"], {
    cwd: projectFolder,
    env: { ...process.env, ...stackEnvironment() },
    allowFailure: true,
    timeoutSec: 60,
  });

describe("a day in the life of both hosts", () => {
  let looks = 0;

  beforeAll(async () => {
    for (const stack of hostNames) await pulumiUp(stack);
  }, 120_000);

  it("begins without drift, and with drift that would be found", async () => {
    expect(await alarms()).toEqual([]);
    await sh("home", "ip -6 rule delete priority 1000");
    expect(await alarms()).toContainEqual(expect.stringMatching(/^home prefix: -1000:/));
    await pulumiObserving("home", "up", "--yes", "--skip-preview");
    expect(await alarms()).toEqual([]);
  }, 60_000);

  it.each(day.map((event) => [event.what, event] as const))(
    "gives no alarm when %s",
    async (_, { what, happen, settles = false }) => {
      console.log(`${what}: ${await happen()}`);
      // What is on its way when the event is over may still come; but what stays is an alarm.
      if (settles) await until("units have come up", 30, async () => (await alarms()).length === 0);
      looks += hostNames.length;
      expect(await alarms()).toEqual([]);
    },
    300_000,
  );

  it("ends without drift: npm run drift says so of both stacks, and an up finds nothing to do", async () => {
    const { code, stdout, stderr } = await npmDrift();
    expect([code, stdout, stderr]).toEqual([
      0,
      "colo: no drift on colo\nhome: no drift on colo and home\n",
      "",
    ]);
    const before = await Promise.all(hostNames.map(logins));
    for (const stack of hostNames) {
      const { code: ended, stdout: said } = await pulumiObserving(stack, "up", "--yes", "--skip-preview");
      expect([ended, said]).toEqual([0, expect.stringMatching(/\d+ unchanged/)]);
      expect(said).not.toMatch(/\d+ (created|updated|deleted|replaced)/);
    }
    // Each run has looked, once a host: the colo's at the colo, the home's at both.
    const after = await Promise.all(hostNames.map(logins));
    expect(after.map((count, index) => count - (before[index] ?? 0))).toEqual(
      hostNames.map((host) => (host === "colo" ? 2 : 1)),
    );
    console.log(`${day.length} kinds of churn, ${looks} looks after them, 0 false alarms`);
  }, 90_000);
});
