// Writes what is derived from settings/schema.ts: the config block of Pulumi.yaml and docs/SETTINGS.md.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { renderProjectConfig, renderSettingsReference } from "./project-config";

const root = join(__dirname, "..");
const project = join(root, "Pulumi.yaml");
writeFileSync(
  project,
  readFileSync(project, "utf8").replace(/^config:\n[^]*/m, `config:\n${renderProjectConfig()}`),
);
writeFileSync(join(root, "docs", "SETTINGS.md"), renderSettingsReference());
