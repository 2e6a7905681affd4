import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { projectFolder } from "../support/settings";

/** What checks find from a time on, as `name=ok`; `held` is why nothing may be done. */
interface Moment {
  readonly atSec: number;
  readonly found: readonly string[];
  readonly held?: string;
}

interface Played {
  /** What was done, and when. */
  readonly done: readonly (readonly [atSec: number, action: string])[];
  /** What each check was at last. */
  readonly last: Readonly<Record<string, string>>;
  /** When the rounds were. */
  readonly rounds: readonly number[];
}

/** assets/health/health-machine.pl, whose rounds come when it asks for them. */
function play(checks: readonly string[], moments: readonly Moment[], lastSec: number): Played {
  // How long it waits depends on what it was told: played again with one round more each time.
  const rounds: number[] = [];
  const lines: string[] = [];
  let output = "";
  for (let atSec = 0; atSec <= lastSec;) {
    const moment = moments.filter((each) => each.atSec <= atSec).at(-1);
    rounds.push(atSec);
    lines.push([atSec, moment?.held ?? "-", ...(moment?.found ?? [])].join(" "));
    output = execFileSync("perl", [join(projectFolder, "assets/health/health-machine.pl"), ...checks], {
      input: `${lines.join("\n")}\n`,
      encoding: "utf8",
    });
    atSec += Number(/.*wait (\d+)\n$/s.exec(output)?.[1]);
  }
  const done: [number, string][] = [];
  const last: Record<string, string> = {};
  let round = 0;
  for (const line of output.trimEnd().split("\n")) {
    const [word, name = "", ...rest] = line.split(" ");
    if (word === "wait") round += 1;
    else if (word === "do") done.push([rounds[round] ?? Number.NaN, [name, ...rest].join(" ")]);
    else last[name] = rest.join(" ");
  }
  return { done, last, rounds };
}

const hung = "resolver:restart=dnsmasq";

test("all is well: nothing is done, and all are asked every three seconds", () => {
  const { done, last, rounds } = play([hung], [{ atSec: 0, found: ["resolver=ok"] }], 12);
  expect([done, last, rounds]).toEqual([[], { resolver: "ok 0" }, [0, 3, 6, 9, 12]]);
});

test("one bad result is a doubt, asked again after a second, and nothing is done", () => {
  const { done, last, rounds } = play(
    [hung],
    [
      { atSec: 0, found: ["resolver=ok"] },
      { atSec: 3, found: ["resolver=bad"] },
      { atSec: 4, found: ["resolver=ok"] },
    ],
    10,
  );
  expect([done, last, rounds]).toEqual([[], { resolver: "ok 0" }, [0, 3, 4, 7, 10]]);
});

test("a failure is found with the second bad result, and mended less and less often", () => {
  const { done, last } = play(
    [hung],
    [
      { atSec: 0, found: ["resolver=ok"] },
      { atSec: 3, found: ["resolver=bad"] },
    ],
    1300,
  );
  expect(last).toEqual({ resolver: "failed 4" });
  expect(done.every(([, action]) => action === "restart dnsmasq")).toBe(true);
  const times = done.map(([atSec]) => atSec);
  const pauses = times.slice(1).map((atSec, index) => atSec - (times[index] ?? 0));
  expect(times[0]).toBe(4);
  // Each at the first round that is due: 4, 8, 16, … up to 300 s, in steps of three.
  for (const [index, pause] of pauses.entries()) {
    expect(pause).toBeGreaterThanOrEqual(Math.min(300, 4 * 2 ** index));
    expect(pause).toBeLessThan(Math.min(300, 4 * 2 ** index) + 3);
  }
  expect(pauses).toHaveLength(9);
}, 60_000);

test("what fails again soon is not tried sooner, and after five quiet minutes it is", () => {
  const relapse = (healthySec: number) =>
    play(
      [hung],
      [
        { atSec: 0, found: ["resolver=bad"] },
        { atSec: 15, found: ["resolver=ok"] },
        { atSec: 15 + healthySec, found: ["resolver=bad"] },
      ],
      15 + healthySec + 12,
    ).done.filter(([atSec]) => atSec >= 15);
  // The third try is followed by a pause of 16 s.
  expect(relapse(6)).toHaveLength(1);
  expect(relapse(330)).toHaveLength(2);
}, 60_000);

test("what needs another one is not held to be dead for its sake, nor mended", () => {
  const { done, last } = play(
    ["tunnel", "dns64:needs=tunnel:restart=named"],
    [
      { atSec: 0, found: ["tunnel=ok", "dns64=ok"] },
      { atSec: 3, found: ["tunnel=bad", "dns64=bad"] },
    ],
    20,
  );
  expect([done, last]).toEqual([[], { tunnel: "failed 4", dns64: "unknown 4" }]);
});

test("it has failed by itself if it still fails when the other one is back", () => {
  const { done } = play(
    ["tunnel", "dns64:needs=tunnel:restart=named"],
    [
      { atSec: 0, found: ["tunnel=bad", "dns64=bad"] },
      { atSec: 10, found: ["tunnel=ok", "dns64=bad"] },
    ],
    12,
  );
  expect(done).toEqual([[11, "restart named"]]);
});

test("a unit that does not run is started, and not also restarted by the check of what it does", () => {
  const { done } = play(
    ["unit-named:start=named", "dns64:restart=named"],
    [{ atSec: 0, found: ["unit-named=bad", "dns64=bad"] }],
    4,
  );
  expect(done).toEqual([[1, "start named"]]);
});

test("others hear of a translator that stays dead, and of its return, each once and not at once", () => {
  const { done } = play(
    ["nat64:tell=radvd"],
    [
      { atSec: 0, found: ["nat64=ok"] },
      { atSec: 30, found: ["nat64=bad"] },
      { atSec: 60, found: ["nat64=ok"] },
    ],
    90,
  );
  expect(done.map(([, action]) => action)).toEqual(["tell nat64 dead", "tell nat64 there"]);
  expect(done[0]?.[0]).toBeGreaterThanOrEqual(36);
  expect(done[0]?.[0]).toBeLessThan(40);
  expect(done[1]?.[0]).toBeGreaterThanOrEqual(65);
  expect(done[1]?.[0]).toBeLessThan(70);
});

test("a translator that a restart mends is no news, and neither is one that nobody can see", () => {
  const brief = play(
    ["nat64:restart=tayga:tell=radvd"],
    [
      { atSec: 0, found: ["nat64=ok"] },
      { atSec: 3, found: ["nat64=bad"] },
      { atSec: 7, found: ["nat64=ok"] },
    ],
    30,
  );
  expect(brief.done).toEqual([[4, "restart tayga"]]);
  const unseen = play(
    ["tunnel", "nat64:needs=tunnel:tell=radvd"],
    [
      { atSec: 0, found: ["tunnel=ok", "nat64=ok"] },
      { atSec: 3, found: ["tunnel=bad", "nat64=bad"] },
    ],
    60,
  );
  expect(unseen.done).toEqual([]);
});

test("nothing is done while a change waits to be confirmed, and at once afterwards", () => {
  const { done, last } = play(
    [hung],
    [
      { atSec: 0, found: ["resolver=bad"], held: "a-change" },
      { atSec: 30, found: ["resolver=bad"] },
    ],
    33,
  );
  expect([done, last]).toEqual([[[31, "restart dnsmasq"]], { resolver: "failed 1" }]);
});

test("what cannot be checked is no failure", () => {
  const { done, last } = play([hung], [{ atSec: 0, found: ["resolver=unknown"] }], 9);
  expect([done, last]).toEqual([[], { resolver: "unknown 0" }]);
});
