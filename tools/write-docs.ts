// Writes what is derived: the config block of Pulumi.yaml, docs/SETTINGS.md, docs/LEFT-BEHIND.md, docs/dashboard.json.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { renderLeftBehind } from "../lab/left-behind";
import { renderDashboard } from "./dashboard";
import { renderProjectConfig, renderSettingsReference } from "./project-config";

const root = join(__dirname, "..");
const project = join(root, "Pulumi.yaml");
writeFileSync(
  project,
  readFileSync(project, "utf8").replace(/^config:\n[^]*/m, `config:\n${renderProjectConfig()}`),
);
writeFileSync(join(root, "docs", "SETTINGS.md"), renderSettingsReference());
writeFileSync(join(root, "docs", "LEFT-BEHIND.md"), renderLeftBehind());
writeFileSync(join(root, "docs", "dashboard.json"), renderDashboard());
