import js from "@eslint/js";
import { defineConfig } from "eslint/config";
import tseslint from "typescript-eslint";

/** What a pure layer may import from outside: arithmetic on addresses, hashes and curves. All else is the world. */
const purePackages = ["ip-address", "node:crypto"];

/** Modules of other folders, unless they are named here. */
const othersThan = (folders) => `^(?:\\.\\./)+(?!\\.\\.|(?:${folders.join("|")})/)`;

/** A layer may import itself and the folders named here (docs/ARCHITECTURE.md, "Layers"). */
const layer = (folder, folders) => ({
  files: [`${folder}/**/*.ts`],
  rules: {
    "no-restricted-imports": ["error", { patterns: [layerPattern(folder, folders)] }],
  },
});

/** The same for a layer without engine, disk and processes, or for some of its files that may import more packages. */
const pureLayer = (folder, folders, files = ["**/*"], morePackages = []) => ({
  files: files.map((file) => `${folder}/${file}.ts`),
  rules: {
    "no-restricted-globals": ["error", "process", "fetch"],
    "no-restricted-imports": [
      "error",
      {
        patterns: [
          layerPattern(folder, folders),
          {
            regex: `^(?!\\.|(?:${[...purePackages, ...morePackages].join("|")})$)`,
            message: `${folder}/ is pure: no engine, no disk, no processes; only ${[...purePackages, ...morePackages].join(" and ")}`,
          },
        ],
      },
    ],
  },
});

const layerPattern = (folder, folders) => ({
  regex: othersThan([folder, ...folders]),
  message: `${folder}/ must not import this layer; see docs/ARCHITECTURE.md, "Layers"`,
});

export default defineConfig(
  { ignores: ["node_modules/", ".build/", "coverage/"] },
  { linterOptions: { reportUnusedDisableDirectives: "error" } },
  js.configs.recommended,
  {
    files: ["**/*.ts"],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      "@typescript-eslint/restrict-template-expressions": [
        "error",
        {
          allowNumber: true,
          // Text is what these two are for: their toString() is the one way to write an address.
          allow: [
            { from: "file", name: "Address", path: "network/address.ts" },
            { from: "file", name: "Prefix", path: "network/prefix.ts" },
          ],
        },
      ],
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      "@typescript-eslint/no-extraneous-class": "off",
    },
  },
  {
    files: ["**/*.mjs"],
    languageOptions: {
      globals: {
        process: "readonly",
        console: "readonly",
        URL: "readonly",
        performance: "readonly",
        setInterval: "readonly",
        clearInterval: "readonly",
      },
    },
  },
  { files: ["**/*.cjs"], languageOptions: { globals: { process: "readonly", __dirname: "readonly" } } },
  pureLayer("network", []),
  pureLayer("settings", ["network"]),
  pureLayer("render", ["network"]),
  pureLayer("policy", ["network"]),
  // The two that hand the rules to the engine.
  pureLayer("policy", ["network"], ["adapter", "index"], ["@pulumi/policy"]),
  pureLayer("review", ["render"]),
  layer("observe", ["settings"]),
  layer("components", ["network", "render", "observe"]),
  layer("stacks", ["network", "settings", "render", "observe", "components"]),
);
