import { patience } from "../../lab/machines";
import { run } from "../../lab/run";
import { management } from "../../lab/topology";
import { renderBundle, type Bundle } from "../../render/bundle";
import { lockoutCases } from "./lockout/cases";
import { greets, noneIsKept, watchingTheDoor } from "./lockout/door";
import { LockoutProject } from "./lockout/project";
import { closeEngine, logins, sh, trySh, until } from "./support";

// An emulated host needs as much longer to take a change and to let somebody log in.
const windowSec = 12 * patience();
const bridge = management.bridge;
const told: string[] = [];
let project: LockoutProject;

/** A component that the same run changes, and that harms nobody. */
const harmless = (component: string, version: number): Bundle => ({
  component,
  files: [{ path: `/etc/ipv6-home/${component}`, content: `${version}\n` }],
});
const beside = (version: number) => harmless("beside", version);
/** One that is not guarded, and comes last. */
const after = (version: number) => harmless("after", version);
const versions = () => sh("home", "cat /etc/ipv6-home/beside /etc/ipv6-home/after");

beforeAll(async () => {
  // The machine's own end of the management network, for the route that a case needs.
  await run(["ip", "-6", "address", "replace", "fe80::1ab/64", "dev", bridge, "nodad"]);
  project = await LockoutProject.create();
}, 60_000);

afterAll(async () => {
  console.log(told.join("\n"));
  project.remove();
  await run(["ip", "-6", "address", "del", "fe80::1ab/64", "dev", bridge], { allowFailure: true });
  await closeEngine();
});

describe("a change that cuts the operator off", () => {
  it("cuts for good without the guard: the measurement can fail", async () => {
    const apply = (bundle: Bundle) =>
      trySh("home", `/usr/local/lib/ipv6-home/converge apply lockout <<'END'\n${renderBundle(bundle)}END`);
    await apply(lockoutCases[0].bad);
    for (let look = 0; look < 12; look++) expect(await greets()).toBe(false);
    await sh(
      "home",
      "/usr/local/lib/ipv6-home/converge remove lockout </dev/null; nft delete table inet lockout",
    );
    expect(await greets()).toBe(true);
  }, 60_000);

  it.each(lockoutCases.map((each) => [each.title, each] as const))(
    "%s is undone with all that the run changed",
    async (title, { good, bad, premise, look, fails }) => {
      if (premise !== undefined) await sh("home", premise.set);
      try {
        const before = await logins("home");
        const begun = await project.up(windowSec, [beside(1), good], [after(1)]);
        expect([title, begun.code, begun.stdout]).toEqual([title, 0, expect.stringContaining("home-guard")]);
        // One for the look, one a component, one to confirm.
        expect((await logins("home")) - before).toBe(5);
        await noneIsKept();

        const { result, door } = await watchingTheDoor(async () => {
          const ended = await project.up(windowSec, [beside(2), bad], [after(2)]);
          await until("the host is reachable again", windowSec + 20, greets);
          return ended;
        });
        told.push(`${title}: shut for ${(door().longestMs / 1000).toFixed(1)} s, window ${windowSec} s`);
        expect(door().shut).toBeGreaterThan(0);
        expect(door().longestMs).toBeLessThan((windowSec + 10 * patience()) * 1000);
        expect(result.code).not.toBe(0);
        const said = result.stdout + result.stderr;
        if (fails === true) {
          expect(said).toContain("lockout: ssh.service did not restart");
        } else {
          expect(said).toMatch(
            new RegExp(
              `this host went back to its last confirmed state at \\S+, because nobody logged in anew within ${windowSec} s after the change; taken back: beside lockout`,
            ),
          );
          expect(said).toContain("after: nothing was changed, because not all of that has been put back");
        }
        await until("all is as it was", 30, async () =>
          (await sh("home", "ls -A /var/lib/ipv6-home")).includes(".went-back"),
        );
        expect(await versions()).toBe("1\n1\n");
        expect((await sh("home", look)).trim().split("\n").at(-1)).toBe("1");
        await noneIsKept();

        // The same again is no better, and no greener, however often.
        for (let time = 0; time < (title === lockoutCases[0].title ? 2 : 1); time++) {
          const again = await project.up(windowSec, [beside(2), bad], [after(2)]);
          expect([title, again.code === 0]).toEqual([title, false]);
          await until("the host is reachable again", windowSec + 20, greets);
          await until("all is as it was again", 30, async () => (await versions()) === "1\n1\n");
        }
        if (title === lockoutCases[0].title) {
          // What is not looked at is not put back, and so the run must not be green.
          const blind = await project.up(windowSec, [beside(2), good], [after(2)], "never");
          expect([title, blind.code === 0]).toEqual([title, false]);
          expect(blind.stdout + blind.stderr).toContain("(observe must not be never)");
        }
        // Mended, it converges.
        const mended = await project.up(windowSec, [beside(3), good], [after(3)]);
        expect([title, mended.code, mended.stdout]).toEqual([title, 0, expect.any(String)]);
        expect(await versions()).toBe("3\n3\n");
        await noneIsKept();
        expect(await sh("home", "ls -A /var/lib/ipv6-home")).not.toContain(".went-back");
      } finally {
        await project.destroy();
        await trySh("home", "nft delete table inet lockout");
        if (premise !== undefined) await sh("home", premise.unset);
      }
    },
    240_000,
  );
});

describe("packets that vanish in the middle of a run", () => {
  it("do not hold it for ever, and the host goes back", async () => {
    const slow: Bundle = {
      component: "lockout",
      files: [
        {
          path: "/etc/systemd/system/lockout.service",
          content: "[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/bin/sleep 5\n",
        },
      ],
      units: [],
      notifies: [],
      states: ["sleep 5"],
    };
    const drop = `table ip6 vanish { chain out { type filter hook output priority 0; ip6 daddr ${management.hosts.home} drop; }; chain in { type filter hook input priority 0; ip6 saddr ${management.hosts.home} drop; }; }`;
    const ended = project.up(windowSec, [beside(4), slow]);
    await until(
      "the command runs",
      60,
      async () => (await trySh("home", "ls /var/lib/ipv6-home/.guard/lockout")).code === 0,
    );
    await run(["nft", drop]);
    try {
      const result = await ended;
      expect(result.code).not.toBe(0);
      expect(result.wallMs).toBeLessThan(400_000 * patience());
      told.push(`packets vanish: the run ended after ${(result.wallMs / 1000).toFixed(0)} s`);
    } finally {
      await run(["nft", "delete", "table", "ip6", "vanish"]);
    }
    await until(
      "the host went back",
      30,
      async () =>
        (await trySh("home", "ls /etc/systemd/system/lockout.service /etc/ipv6-home/beside")).code === 2,
    );
    await noneIsKept();
    await project.destroy();
  }, 700_000);
});
