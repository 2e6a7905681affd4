import { existsSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { projectFolder, readProjectFile } from "../support/settings";

interface JestConfig {
  readonly testMatch: readonly string[];
  readonly testTimeout: number;
  readonly transform: unknown;
}
const config = (name: string) => parse(readProjectFile(`test/lab/${name}`)) as JestConfig;

test("every file that is to run on machines is there, and runs once", () => {
  const files = config("vm.config.json").testMatch.map((file) => file.replace("<rootDir>/", ""));
  expect(files.filter((file) => !existsSync(join(projectFolder, file)))).toEqual([]);
  expect(new Set(files).size).toBe(files.length);
  // The lab begins and is built before anything else can be tried.
  expect(files.slice(0, 2)).toEqual(["test/lab/10-before.test.ts", "test/lab/20-converge.test.ts"]);
});

test("both tiers read the tests in the same way", () => {
  expect(config("vm.config.json").transform).toEqual(config("jest.config.json").transform);
});
