import js from "@eslint/js";
import tseslint from "typescript-eslint";

/** Modules that a pure layer must not see: no engine, no disk, no processes. */
const impure = ["@pulumi/*", "fs", "node:fs", "fs/*", "node:fs/*", "child_process", "node:child_process", "ssh2"];

/** A layer may import itself and the layers named here (docs/ARCHITECTURE.md, "Layers"). */
const layer = (folder, forbiddenFolders, packages = []) => ({
  files: [`${folder}/**/*.ts`],
  rules: {
    "no-restricted-imports": [
      "error",
      {
        patterns: [
          { group: packages.length > 0 ? packages : ["\0none"], message: `${folder}/ is pure: no engine, no disk, no processes` },
          {
            group: forbiddenFolders.map((other) => `**/${other}/**`),
            message: `${folder}/ must not import this layer; see docs/ARCHITECTURE.md, "Layers"`,
          },
        ],
      },
    ],
  },
});

export default tseslint.config(
  { ignores: ["node_modules/", ".build/", "coverage/"] },
  js.configs.recommended,
  ...tseslint.configs.strictTypeChecked.map((config) => ({ ...config, files: ["**/*.ts"] })),
  {
    files: ["**/*.ts"],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      "@typescript-eslint/no-extraneous-class": "off",
    },
  },
  { files: ["**/*.mjs"], languageOptions: { globals: { process: "readonly", console: "readonly", URL: "readonly" } } },
  layer("network", ["settings", "render", "components", "stacks", "engine", "lab"], impure),
  layer("settings", ["render", "components", "stacks", "engine", "lab"], impure),
  layer("render", ["settings", "components", "stacks", "engine", "lab"], impure),
  layer("components", ["settings", "stacks", "engine", "lab"]),
  layer("stacks", ["engine", "lab"]),
);
