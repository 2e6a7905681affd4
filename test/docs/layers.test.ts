import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { projectFolder, readProjectFile } from "../support/settings";

interface Layer {
  readonly pure: boolean;
  readonly sees: readonly string[];
  /** Whether it is part of the program that Pulumi runs. @default true */
  readonly bundled?: boolean;
}

/** Layers, each with the folders that it may import besides itself (docs/ARCHITECTURE.md, "Layers"). */
const layers: Readonly<Record<string, Layer>> = {
  network: { pure: true, sees: [] },
  settings: { pure: true, sees: ["network"] },
  render: { pure: true, sees: ["network"] },
  observe: { pure: false, sees: ["settings"] },
  components: { pure: false, sees: ["network", "render", "observe"] },
  stacks: { pure: false, sees: ["network", "render", "settings", "observe", "components"] },
  policy: { pure: true, sees: ["network"] },
  review: { pure: true, sees: ["render"], bundled: false },
};
const folders = Object.keys(layers);
const outside = ["engine", "lab", "test", "tools", "bench"];

const worldly = [
  "fs",
  "node:fs",
  "node:fs/promises",
  "child_process",
  "node:child_process",
  "node:net",
  "node:process",
  "ssh2",
  "@pulumi/pulumi",
  "@pulumi/command/remote",
  "@pulumi/policy",
];

interface Case {
  readonly title: string;
  readonly file: string;
  readonly text: string;
  /** The rule that refuses it, if any. */
  readonly rule?: string;
}

const cases: Case[] = Object.entries(layers).flatMap(([folder, { pure, sees }]) => {
  const file = `${folder}/some.ts`;
  const imports = (from: string) => `import * as it from "${from}";\nexport { it };\n`;
  const refused = (rule: string, yes: boolean) => (yes ? { rule } : {});
  const others = [...folders, ...outside].filter((other) => other !== folder);
  return [
    ...worldly.flatMap((from) => {
      const result = refused("no-restricted-imports", pure);
      return [
        { title: `${folder}/ imports ${from}`, file, text: imports(from), ...result },
        {
          title: `${folder}/ imports a type of ${from}`,
          file,
          text: `export type { it } from "${from}";\n`,
          ...result,
        },
      ];
    }),
    ...others.flatMap((other) => {
      const result = refused("no-restricted-imports", !sees.includes(other));
      const deeper = `${folder}/deeper/some.ts`;
      return [
        { title: `${folder}/ imports ${other}/`, file, text: imports(`../${other}/some`), ...result },
        {
          title: `${folder}/deeper/ imports ${other}/`,
          file: deeper,
          text: imports(`../../${other}/some`),
          ...result,
        },
      ];
    }),
    { title: `${folder}/ imports itself`, file, text: imports("./other") },
    { title: `${folder}/ hashes`, file, text: imports("node:crypto") },
    { title: `${folder}/ reads addresses`, file, text: imports("ip-address") },
    ...["process.env", "fetch('https://example.net')"].map((expression) => ({
      title: `${folder}/ uses ${expression}`,
      file,
      text: `export const it = ${expression};\n`,
      ...refused("no-restricted-globals", pure),
    })),
  ];
});

// Two files of policy/ hand the rules to the engine, and may do nothing else.
cases.push(
  ...["policy/adapter.ts", "policy/index.ts"].flatMap((file) =>
    [...worldly, "../render/some", "../network/some"].map((from) => ({
      title: `${file} imports ${from}`,
      file,
      text: `import * as it from "${from}";\nexport { it };\n`,
      ...(["@pulumi/policy", "../network/some"].includes(from) ? {} : { rule: "no-restricted-imports" }),
    })),
  ),
);

// Strictness holds everywhere, in tests too.
cases.push(
  ...[...folders, ...outside].map((folder) => ({
    title: `${folder}/ has an any`,
    file: `${folder}/some.test.ts`,
    text: "export const it = (each: any): unknown => each;\n",
    rule: "@typescript-eslint/no-explicit-any",
  })),
);

describe("the linter's answer when", () => {
  let answers: string[][];
  beforeAll(() => {
    const rules = ["no-restricted-imports", "no-restricted-globals", "@typescript-eslint/no-explicit-any"];
    const linter = spawnSync(
      process.execPath,
      [join(__dirname, "../support/lint.mjs"), projectFolder, ...rules],
      {
        input: JSON.stringify(cases),
        encoding: "utf8",
      },
    );
    expect(linter.stderr).toBe("");
    answers = JSON.parse(linter.stdout) as string[][];
  }, 120_000);

  test.each(cases.map((each, index) => ({ ...each, index })))("$title", ({ index, rule }) => {
    expect(answers[index]).toEqual(rule === undefined ? [] : [rule]);
  });
});

test("every folder of the program and of its policy is a layer", () => {
  const bundled = [...readProjectFile("tools/build.cjs").matchAll(/folders: (\[.*?\])/g)].map(
    ([, list]) => JSON.parse(list ?? "[]") as string[],
  );
  expect(bundled).toHaveLength(2);
  expect([...new Set(bundled.flat())].sort()).toEqual(
    folders.filter((folder) => layers[folder]?.bundled !== false).sort(),
  );
});

test("every folder with TypeScript is a layer or knowingly none", () => {
  const found = readdirSync(projectFolder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith(".") && entry.name !== "node_modules")
    .map(({ name }) => name)
    .filter((name) =>
      readdirSync(join(projectFolder, name), { recursive: true, encoding: "utf8" }).some((file) =>
        file.endsWith(".ts"),
      ),
    );
  expect(found.filter((name) => !folders.includes(name) && !outside.includes(name))).toEqual([]);
});
