import fc from "fast-check";
import { connectionTo, patient, type HostAccess } from "../../components/host-access";
import { HostConfig } from "../../components/host-config";
import { HostGuard } from "../../components/host-guard";
import { bundleDigest } from "../../render/bundle";
import { record, textOf } from "../support/record";
import { exampleSettings } from "../support/settings";

const bundle = { component: "some", files: [{ path: "/etc/some", content: "a\n" }] };
const host: HostAccess = {
  connection: connectionTo(exampleSettings("colo").login),
  guardWindowSec: 60,
  ready: [],
};
const found = (differences: readonly string[]) => ({
  generation: undefined,
  manifest: undefined,
  convergedAt: "2026-01-02T03:04:05.678Z",
  differences,
});

const recorded = (access: HostAccess = host) =>
  record(() => {
    const some = new HostConfig("some", { host: access, component: "some", bundle, guarded: true });
    const keys = new HostConfig("keys", {
      host: access,
      component: "keys",
      bundle: Promise.resolve({ ...bundle, component: "keys" }),
      secret: true,
      generation: 3,
      guarded: true,
    });
    const lan = new HostConfig("lan", { host: access, component: "lan", bundle });
    new HostGuard("guard", { host: access, guarded: [some, keys], others: [lan] });
    return {};
  });

test("what can cut the operator off says for how long it waits, plain and secret alike", async () => {
  const recording = await recorded();
  for (const name of ["some-converge", "keys-converge"])
    expect(textOf(recording.get(name).inputs["stdin"])).toMatch(/^ipv6-home bundle 1\nguard 60\nfile /);
  expect(textOf(recording.get("lan-converge").inputs["stdin"])).not.toContain("guard");
});

test("the confirmation comes after all, and names each bundle as the host records it", async () => {
  const { inputs, dependsOn } = (await recorded()).get("guard-confirm");
  expect(inputs["stdin"]).toBe(
    `some - ${bundleDigest({ ...bundle, guardWindowSec: 60 })}\nkeys 3 -\nlan - -\n`,
  );
  expect(inputs["create"]).toMatch(/\nexec \S+\/converge confirm guard$/);
  expect(inputs["delete"]).toBeUndefined();
  expect(dependsOn).toEqual(["keys-converge", "lan-converge", "some-converge"]);
});

test("what is repaired is confirmed anew", async () => {
  const components = new Map(["some", "keys", "lan"].map((name) => [name, found([`- of ${name}`])]));
  const { inputs, ignoreChanges } = (await recorded({ ...host, observed: { id: "1", components } })).get(
    "guard-confirm",
  );
  expect(
    textOf(inputs["update"])
      .split("\n")
      .filter((line) => line.startsWith("#")),
  ).toEqual([
    "# some: converged 2026-01-02T03:04:05.678Z, and now:",
    "# keys: converged 2026-01-02T03:04:05.678Z, and now:",
  ]);
  expect(ignoreChanges).toEqual([]);
  expect((await recorded()).get("guard-confirm").ignoreChanges).toEqual(["update"]);
});

test("what comes after a change dials until the host must have gone back, and no longer than it must", () => {
  fc.assert(
    fc.property(fc.integer({ min: 30, max: 3600 }), (guardWindowSec) => {
      const { dialErrorLimit } = patient(host.connection, guardWindowSec) as { dialErrorLimit: number };
      // The provider's waits: 0.1 s, half as long again each time, at most 5 s.
      const waited = (attempts: number) =>
        Array.from({ length: attempts }, (_, index) => Math.min(0.1 * 1.5 ** (index + 1), 5)).reduce(
          (sum, each) => sum + each,
          0,
        );
      expect(waited(dialErrorLimit)).toBeGreaterThanOrEqual(guardWindowSec + 30);
      expect(waited(dialErrorLimit - 1)).toBeLessThan(guardWindowSec + 30);
    }),
  );
});
