import { bundlesOfBoth } from "../../bench/rendering";
import { renderBundle } from "../../render/bundle";
import { unpack } from "../support/bundle";
import { exampleSettings, variants } from "../support/settings";
import { bundlesOf, recordColo, recordHome } from "../support/stacks";

const settings = {
  examples: { colo: exampleSettings("colo"), home: exampleSettings("home") },
  variants: { colo: exampleSettings("colo", variants.colo), home: exampleSettings("home", variants.home) },
};

/** Files by path and content; keys by their path alone, for the bench has others. */
const told = (files: readonly { readonly path: string; readonly content: string }[]): string[] =>
  files
    .map(({ path, content }) => (/\/keys\/|\/authorized_keys/.test(path) ? path : `${path}\n${content}`))
    .sort();

test.each(Object.entries(settings))(
  "what the bench renders of the %s is what the stacks put on their hosts",
  async (_, { colo, home }) => {
    const rendered = bundlesOfBoth(colo, home).flatMap((bundle) => unpack(renderBundle(bundle)).files);
    const recordings = [await recordColo(colo), await recordHome(home, colo)];
    const sent = recordings.flatMap((recording) => bundlesOf(recording).flatMap(({ files }) => files));
    expect(rendered.length).toBeGreaterThan(40);
    expect(told(rendered)).toEqual(told(sent));
  },
);

test("of a thousand machines the one that changes is all that a preview shows", () => {
  const pair = (number: number) => number.toString(16).padStart(2, "0");
  const machines = Array.from({ length: 1000 }, (_, index) => ({
    name: `machine-${index}`,
    segment: "lan",
    mac: `02:00:5e:10:${pair(index >> 8)}:${pair(index & 255)}`,
    suffix: `::1:${(index + 1).toString(16)}`,
    pinholes: [{ protocol: "tcp", port: 443 }],
  }));
  const linesOf = (hosts: readonly object[]) =>
    bundlesOfBoth(
      settings.examples.colo,
      exampleSettings("home", { "lan.hosts": hosts, "lan.pinholes": [] }),
    ).flatMap((bundle) => renderBundle(bundle).split("\n"));
  const before = linesOf(machines);
  const after = linesOf(
    machines.map((each) => (each.name === "machine-517" ? { ...each, suffix: "::2:1" } : each)),
  );
  const without = (lines: readonly string[], others: readonly string[]) => {
    const known = new Set(others);
    return lines.filter((line) => !known.has(line));
  };
  const changed = [...without(before, after), ...without(after, before)];
  expect(before.length).toBeGreaterThan(3000);
  expect(after.length).toBe(before.length);
  expect(changed.length).toBeGreaterThanOrEqual(4);
  expect(changed.length).toBeLessThanOrEqual(10);
  expect(changed.filter((line) => !/::1:206|::2:1|machine-517/.test(line))).toEqual([]);
});
