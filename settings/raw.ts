import { declarations, isSettingKey, type SettingKey } from "./schema";
import { quote, sentence } from "./result";

/** Settings as the engine hands them over: every value is text, structured ones are JSON. */
export interface RawSettings {
  /** Values by key, without the project's name. */
  readonly values: Readonly<Record<string, string>>;
  /** Keys whose value is encrypted in the stack's file. */
  readonly secretKeys: readonly string[];
}

/** Settings under their flat names, and sentences about those that were given twice. */
export interface FlatSettings extends RawSettings {
  readonly problems: readonly string[];
}

const groups = new Set(
  Object.keys(declarations).flatMap((key) => (key.includes(".") ? key.split(".", 1) : [])),
);

/**
 * Pulumi reads the dots of a declared name as a path: defaults arrive as objects (`ssh: {port: 22}`), and so does what
 * `config set --path` writes, while a plain `config set ssh.port 22` writes the flat name. Both are taken; here they
 * become flat names. What holds nothing is no setting: `config rm --path` removes a value and leaves its maps and lists.
 */
export function flattenSettings({ values, secretKeys }: RawSettings): FlatSettings {
  const flat = new Map<string, string>();
  const secrets = new Set<string>();
  const problems: string[] = [];
  for (const [name, text] of Object.entries(values)) {
    const fields = groups.has(name) ? objectOf(text) : undefined;
    for (const [field, value] of fields ?? []) {
      const key = `${name}.${field}`;
      if (textHoldsNothing(value)) continue;
      // What nobody set stands here as the default; the flat name says more then.
      if (Object.hasOwn(values, key)) {
        if (!isDefault(key, value)) problems.push(givenTwice(key, value));
        continue;
      }
      flat.set(key, value);
      if (secretKeys.includes(name)) secrets.add(key);
    }
    if (fields !== undefined || textHoldsNothing(text)) continue;
    flat.set(name, text);
    if (secretKeys.includes(name)) secrets.add(name);
  }
  return { values: Object.fromEntries(flat), secretKeys: [...secrets], problems };
}

/** Whether a value is a map or list of nothing but such maps and lists: `{}`, `[]`, `[{}]`, `[{"from": []}]`. */
export function holdsNothing(value: unknown): boolean {
  return typeof value === "object" && value !== null && Object.values(value).every(holdsNothing);
}

/** The same for JSON; other text holds something. */
function textHoldsNothing(text: string): boolean {
  try {
    return holdsNothing(JSON.parse(text));
  } catch {
    return false;
  }
}

/** The fields of a JSON object, each as the engine would hand over a setting of its own. */
function objectOf(text: string): [string, string][] | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) return undefined;
  return Object.entries(parsed).map(([field, value]: [string, unknown]) => [
    field,
    typeof value === "string" ? value : JSON.stringify(value),
  ]);
}

/** Whether a value says the same as the declaration's default. */
export function isDefault(key: string, text: string): boolean {
  if (!isSettingKey(key)) return false;
  const fallback: unknown = declarations[key satisfies SettingKey].default;
  return text === (typeof fallback === "string" ? fallback : JSON.stringify(fallback));
}

const givenTwice = (key: string, value: string): string =>
  sentence({
    where: key,
    given: `twice, once inside an object as ${key === "ssh.privateKey" ? "a secret" : quote(value)}`,
    allowed: "one value",
    todo: `remove one of them: pulumi config rm --path ${key}`,
  });
