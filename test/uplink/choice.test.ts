import fc from "fast-check";
import { Play, type Answers, type Done, type PlayedUplink } from "./play";

const after =
  (ms: number): Answers =>
  () =>
    ms;
const nothing: Answers = () => undefined;
const until =
  (endMs: number, first: Answers, then: Answers): Answers =>
  (atMs) =>
    atMs < endMs ? first(atMs) : then(atMs);

/** Every packet lost by the same chance; the numbers are the same in each run. */
function losing(share: number, ms: number, seed = 1): Answers {
  let state = seed;
  return () => {
    // Numerical Recipes' generator: enough for dice.
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32 < share ? undefined : ms;
  };
}

const uplink = (name: string, outside: Answers, more: Partial<PlayedUplink> = {}): PlayedUplink => ({
  name,
  outside,
  inside: outside,
  ...more,
});
const cable = (outside: Answers, more: Partial<PlayedUplink> = {}) => uplink("cable", outside, more);
const lte = (more: Partial<PlayedUplink> = {}) => uplink("lte", after(60), { metered: true, ...more });

const uses = (done: readonly Done[]) =>
  done.filter(({ action }) => action === "use").map(({ atMs, target }) => [atMs, target] as const);
const probes = (done: readonly Done[], target: string) =>
  done.filter((each) => each.action === "probe" && each.target === target).map(({ atMs }) => atMs);

const cutMs = 10_000;

test("the first uplink is used from the beginning", async () => {
  expect(uses(await Play.run([cable(after(20)), lte()], 60_000))).toEqual([[0, "cable"]]);
});

test("a link that is down is left in the same moment, and gone back to after twelve good answers", async () => {
  const done = uses(await Play.run([cable(after(20), { changesMs: [cutMs, 20_000] }), lte()], 60_000));
  expect(done.slice(0, 2)).toEqual([
    [0, "cable"],
    [cutMs, "lte"],
  ]);
  expect(done[2]?.[1]).toBe("cable");
  expect(done[2]?.[0]).toBeGreaterThanOrEqual(20_000 + 11 * 250);
  expect(done[2]?.[0]).toBeLessThan(20_000 + 13 * 250);
  expect(done).toHaveLength(3);
});

test("a black hole is left within a second, whenever it begins", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 0, max: 250 }),
      fc.integer({ min: 1, max: 40 }),
      async (phase, delay) => {
        const hole = until(cutMs + phase, after(delay), nothing);
        const [, left] = uses(await Play.run([cable(hole), lte()], cutMs + 2000));
        expect(left?.[1]).toBe("lte");
        expect((left?.[0] ?? Infinity) - cutMs - phase).toBeLessThanOrEqual(1000);
      },
    ),
    { numRuns: 25 },
  );
});

test("a black hole that begins as soon as the link is used is not taken for somebody who drops questions", async () => {
  const done = uses(await Play.run([cable(until(600, after(20), nothing)), lte()], 60_000));
  expect(done.map(([, name]) => name)).toEqual(["cable", "lte"]);
});

test("where only the tunnel is dropped it is left as fast, and tried again less and less", async () => {
  const done = uses(
    await Play.run([cable(after(20), { inside: until(cutMs, after(20), nothing) }), lte()], 3_600_000),
  );
  expect(done[1]?.[1]).toBe("lte");
  expect((done[1]?.[0] ?? Infinity) - cutMs).toBeLessThanOrEqual(1000);
  const tries = done
    .filter(([, name]) => name === "cable")
    .slice(1)
    .map(([atMs]) => atMs);
  const pauses = tries.map((atMs, index) => Math.round((atMs - (tries[index - 1] ?? cutMs)) / 60_000));
  expect(pauses).toEqual([1, 2, 4, 8, 16, 16]);
});

test("a link that loses three answers in ten is left after some 60 questions in the mean, and not gone back to", async () => {
  const asked: number[] = [];
  for (let seed = 1; seed <= 40; seed += 1) {
    const bad = until(cutMs, after(20), losing(0.3, 20, seed));
    const done = await Play.run([cable(bad), lte()], 60_000);
    const used = uses(done);
    expect(used.map(([, name]) => name)).toEqual(["cable", "lte"]);
    const leftMs = used[1]?.[0] ?? Infinity;
    asked.push(probes(done, "tunnel").filter((atMs) => atMs >= cutMs && atMs < leftMs).length);
  }
  expect(Math.max(...asked)).toBeLessThanOrEqual(150);
  expect(asked.reduce((sum, each) => sum + each, 0) / asked.length).toBeLessThanOrEqual(70);
}, 60_000);

test("a link that loses one packet in twenty is asked little more often than one that loses none", async () => {
  const asked = probes(await Play.run([cable(losing(0.05, 20)), lte()], 600_000), "tunnel").length;
  expect(asked).toBeLessThanOrEqual(1.2 * 4 * 600);
});

test("a link that loses three in ten and is the only one is not asked faster for ever", async () => {
  const alone = [cable(losing(0.3, 20)), lte({ upMs: 1_000_000 })];
  const asked = probes(await Play.run(alone, 600_000), "tunnel").length;
  expect(asked).toBeLessThanOrEqual(2 * 4 * 600);
});

test("whoever begins goes on with what was used, and goes back to a better one after a minute", async () => {
  const lost = uses(await Play.run([cable(nothing), lte({ used: true })], 120_000));
  expect(lost).toEqual([[0, "lte"]]);
  const fine = uses(await Play.run([cable(after(20)), lte({ used: true })], 120_000));
  expect(fine.map(([, name]) => name)).toEqual(["lte", "cable"]);
  expect(fine[1]?.[0]).toBeGreaterThanOrEqual(60_000);
  expect(fine[1]?.[0]).toBeLessThanOrEqual(61_000);
});

test("what was used and fails at the beginning is left as another one is", async () => {
  const done = uses(await Play.run([cable(after(20)), uplink("lte", nothing, { used: true })], 20_000));
  expect(done.map(([, name]) => name)).toEqual(["lte", "cable"]);
  expect(done[1]?.[0]).toBeLessThanOrEqual(3500);
});

test("a link that loses one packet in twenty is kept for three hours", async () => {
  expect(uses(await Play.run([cable(losing(0.05, 20)), lte()], 3 * 3_600_000))).toEqual([[0, "cable"]]);
}, 120_000);

test("a queue that fills up is no failure", async () => {
  // 20 ms, then a buffer of a second that fills within two, stays so for ten, and empties again.
  const queue: Answers = (atMs) => {
    const since = atMs - cutMs;
    return 20 + Math.max(0, Math.min(1000, since / 2, (14_000 - since) / 2));
  };
  expect(uses(await Play.run([cable(queue), lte()], 60_000))).toHaveLength(1);
});

test("a metered link that is not used carries no more than a keepalive", async () => {
  const done = await Play.run([cable(after(20)), lte()], 600_000);
  expect(probes(done, "lte").length).toBeLessThanOrEqual(600 / 25 + 1);
});

test("nothing is asked more often than each 250 ms while all is well", async () => {
  const done = await Play.run([cable(after(20)), uplink("dsl", after(30)), lte()], 60_000);
  for (const target of ["tunnel", "cable", "dsl", "lte"]) {
    const times = probes(done, target);
    const shortest = Math.min(...times.map((atMs, index) => atMs - (times[index - 1] ?? -Infinity)));
    expect([target, shortest >= 250]).toEqual([target, true]);
  }
});

test("while the colo is away uplinks are tried one after the other, ever more seldom; then the first is used", async () => {
  const away = until(cutMs, after(20), until(610_000, nothing, after(20)));
  const done = uses(await Play.run([cable(away), uplink("lte", away, { metered: true })], 700_000));
  expect(done.length).toBeLessThan(24);
  expect(done.at(-1)?.[1]).toBe("cable");
});

test("one that answers no questions is used all the same if nothing else is left", async () => {
  const hole = until(cutMs, after(20), nothing);
  const done = uses(await Play.run([cable(hole), lte({ outside: nothing })], 60_000));
  expect(done[1]?.[1]).toBe("lte");
  expect((done[1]?.[0] ?? Infinity) - cutMs).toBeLessThanOrEqual(3500);
  expect(done).toHaveLength(2);
});

test("without a tunnel the colo's answers outside of it decide", async () => {
  const hole = until(cutMs, after(20), nothing);
  const [, left] = uses(await Play.run([cable(hole), lte()], cutMs + 2000, []));
  expect(left?.[1]).toBe("lte");
});

test("a tunnel that is taken away and made anew moves nothing", async () => {
  expect(uses(await Play.run([cable(after(20)), lte()], 60_000, [0, cutMs, cutMs + 3000]))).toHaveLength(1);
});

test("a tunnel that does not answer by any uplink for a while moves it once, and back", async () => {
  const anew = (first: number, last: number): Answers =>
    until(first, after(20), until(last, nothing, after(20)));
  const inside = anew(cutMs, cutMs + 2500);
  const done = uses(await Play.run([cable(after(20), { inside }), lte({ inside })], 60_000));
  expect(done.map(([, name]) => name)).toEqual(["cable", "lte", "cable"]);
  expect((done[2]?.[0] ?? Infinity) - cutMs).toBeLessThanOrEqual(6000);
});

test("a tunnel that is silent before it is taken away and made anew moves nothing for longer", async () => {
  const inside = until(cutMs, after(20), until(cutMs + 3000, nothing, after(20)));
  const played = [cable(after(20), { inside }), lte({ inside })];
  const done = uses(await Play.run(played, 60_000, [0, cutMs + 2000, cutMs + 2500]));
  expect(done.map(([, name]) => name)).toEqual(["cable", "lte", "cable"]);
  expect((done[2]?.[0] ?? Infinity) - cutMs).toBeLessThanOrEqual(6000);
});

test("a tunnel that is not there yet is waited for", async () => {
  const inside = until(2500, nothing, after(20));
  expect(uses(await Play.run([cable(after(20), { inside }), lte({ inside })], 60_000))).toEqual([
    [0, "cable"],
  ]);
});

test("a way that was never asked outside of the tunnel, or drops such questions, is not taken for whole", async () => {
  // The tunnel is there before the uplinks are; the cable never answers outside, or does until the hole.
  for (const outside of [nothing, until(60_000, after(20), nothing)]) {
    const hole = until(60_000, after(20), nothing);
    const played = [cable(outside, { inside: hole, upMs: 1000 }), lte({ upMs: 5000 })];
    const done = uses(await Play.run(played, 110_000)).filter(([atMs]) => atMs >= 60_000);
    expect(done.map(([, name]) => name)).toEqual(["lte"]);
    expect(done[0]?.[0]).toBeLessThanOrEqual(61_000);
  }
});

test("as many answers as are asked for bring it back, up to what is remembered", async () => {
  const down = { changesMs: [cutMs, 20_000], answers: 60 };
  const [, , back] = uses(await Play.run([cable(after(20), down), lte()], 60_000));
  expect(back?.[1]).toBe("cable");
  expect(back?.[0]).toBeGreaterThanOrEqual(20_000 + 59 * 250);
  expect(back?.[0]).toBeLessThanOrEqual(20_000 + 62 * 250);
});

test("trying blind never ends: one that drops questions is used again when it carries again", async () => {
  const inside = until(60_000, after(60), until(120_000, nothing, after(60)));
  const played = [cable(until(cutMs, after(20), nothing)), lte({ outside: nothing, inside })];
  const done = uses(await Play.run(played, 400_000));
  expect(done.at(-1)?.[1]).toBe("lte");
  const tries = done.filter(([atMs]) => atMs > 60_000).map(([atMs]) => atMs);
  const pauses = tries.slice(1).map((atMs, index) => atMs - (tries[index] ?? 0));
  for (const pause of pauses) expect(pause).toBeGreaterThanOrEqual(3000);
});

test("a tunnel that is stopped after a doubt moves nothing to and fro", async () => {
  const doubtful = until(cutMs, after(20), until(cutMs + 500, nothing, after(20)));
  const played = [cable(nothing, { inside: doubtful }), lte()];
  expect(uses(await Play.run(played, 160_000, [0, 100_000, 102_600]))).toEqual([[0, "cable"]]);
});

test("whatever links do, one that is there is used, and none that is not", async () => {
  const changes = fc
    .uniqueArray(fc.integer({ min: 100, max: 60_000 }), { maxLength: 4 })
    .map((times) => times.sort((a, b) => a - b));
  await fc.assert(
    fc.asyncProperty(fc.tuple(changes, changes, changes), async (times) => {
      const names = ["cable", "dsl", "lte"];
      const played = names.map((name, index) => uplink(name, after(20), { changesMs: times[index] ?? [] }));
      const done = uses(await Play.run(played, 330_000));
      const isUp = (name: string, atMs: number) =>
        (times[names.indexOf(name)] ?? []).filter((each) => each <= atMs).length % 2 === 0;
      // Of two that go down in one moment the second may be used in between.
      const isThere = (name: string, atMs: number) => isUp(name, atMs) || isUp(name, atMs - 1);
      for (const [atMs, name] of done) expect([atMs, name, isThere(name, atMs)]).toEqual([atMs, name, true]);
      const last = done.at(-1)?.[1] ?? "";
      const there = names.filter((name) => isUp(name, 330_000));
      // One that failed twice is not gone back to for 240 s.
      if (there.length > 0) expect(last).toBe(there[0]);
    }),
    { numRuns: 8 },
  );
}, 60_000);
