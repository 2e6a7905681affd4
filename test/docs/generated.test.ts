import { parse } from "yaml";
import { renderLeftBehind } from "../../lab/left-behind";
import { renderProjectConfig, renderSettingsReference } from "../../tools/project-config";
import { renderDashboard } from "../../tools/dashboard";
import { declarations } from "../../settings/schema";
import { readProjectFile } from "../support/settings";

test("docs/SETTINGS.md is what npm run docs writes", () => {
  expect(readProjectFile("docs/SETTINGS.md")).toBe(renderSettingsReference());
});

test("docs/LEFT-BEHIND.md is what npm run docs writes", () => {
  expect(readProjectFile("docs/LEFT-BEHIND.md")).toBe(renderLeftBehind());
});

test("docs/dashboard.json is what npm run docs writes", () => {
  expect(readProjectFile("docs/dashboard.json")).toBe(renderDashboard());
});

test("the config block of Pulumi.yaml is what npm run docs writes", () => {
  const project = readProjectFile("Pulumi.yaml");
  expect(project.slice(project.indexOf("\nconfig:\n") + "\nconfig:\n".length)).toBe(renderProjectConfig());
});

test("that block is YAML and says what the declarations say", () => {
  const { config } = parse(readProjectFile("Pulumi.yaml")) as {
    config: Record<string, { type: string; items?: { type: string }; default: unknown; description: string }>;
  };
  expect(
    Object.fromEntries(
      Object.entries(config).map(([key, { type, items, default: fallback, description }]) => [
        key,
        { type, items: items?.type, default: fallback, description },
      ]),
    ),
  ).toEqual(
    Object.fromEntries(
      Object.entries(declarations).map(([key, declaration]) => [
        key,
        {
          type: declaration.type,
          items: "items" in declaration ? declaration.items : undefined,
          default: declaration.default,
          description: declaration.description,
        },
      ]),
    ),
  );
});
