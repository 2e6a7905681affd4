import { declarations, type SettingDeclaration } from "../settings/schema";

/** The `config` block of Pulumi.yaml, as YAML, out of the declarations of the settings. */
export function renderProjectConfig(): string {
  return Object.entries<SettingDeclaration>(declarations)
    .map(([key, { type, items, default: fallback, description }]) =>
      [
        `  ${key}:`,
        `    type: ${type}`,
        ...(items === undefined ? [] : [`    items: { type: ${items} }`]),
        `    default: ${JSON.stringify(fallback)}`,
        `    description: ${JSON.stringify(description)}`,
        "",
      ].join("\n"),
    )
    .join("");
}

/** The settings reference, docs/SETTINGS.md. */
export function renderSettingsReference(): string {
  const cell = (text: string) => text.replaceAll("|", "\\|");
  const shown = ({ default: fallback, required }: SettingDeclaration) =>
    required === true
      ? "required"
      : fallback === "" || Array.isArray(fallback)
        ? "not set"
        : `\`${fallback.toString()}\``;
  return [
    "# Settings",
    "",
    "Every setting of a stack. Set one with `pulumi config set KEY VALUE`, lists in the stack's file. This page",
    "and the `config` block of Pulumi.yaml are written from `settings/schema.ts` by `npm run docs`; a test compares them.",
    "",
    "| setting | stack | type | default | what it is |",
    "| --- | --- | --- | --- | --- |",
    ...Object.entries<SettingDeclaration>(declarations).map(
      ([key, declaration]) =>
        `| \`${key}\` | ${declaration.role} | ${declaration.items === undefined ? declaration.type : `list of ${declaration.items}s`} | ${shown(declaration)} | ${cell(declaration.description)} |`,
    ),
    "",
  ].join("\n");
}
