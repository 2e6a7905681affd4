import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { plannedFacts } from "../../stacks/planned-facts";

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "facts-"))));
afterEach(() => rmSync(folder, { recursive: true }));

const fileOf = (text: string) => {
  writeFileSync(join(folder, "facts.json"), text);
  return join(folder, "facts.json");
};

test("without the variable there are none", () => {
  expect(plannedFacts(undefined, true)).toBeUndefined();
  expect(plannedFacts("", false)).toBeUndefined();
});

test("a preview takes them out of the file", () => {
  expect(plannedFacts(fileOf('{"schema":1}'), true)).toEqual({ schema: 1 });
});

test("a run that changes hosts is refused", () => {
  expect(() => plannedFacts(fileOf('{"schema":1}'), false)).toThrow(
    /^IPV6_HOME_COLO_FACTS: given .*; allowed is nothing outside of a preview, because .*; unset it and/,
  );
});

test.each([
  ["no JSON", "{"],
  ["empty", ""],
])("a file that is %s ends in a sentence", (_, text) => {
  expect(() => plannedFacts(fileOf(text), true)).toThrow(/cannot be read \(.*\); allowed is a file that/);
});

test("a file that is not there ends in a sentence", () => {
  expect(() => plannedFacts(join(folder, "none"), true)).toThrow(/cannot be read \(.*ENOENT/);
});
