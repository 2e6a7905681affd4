import { declarations, isSettingKey, type Role, type SettingDeclaration, type SettingKey } from "./schema";
import { all, mistaken, printable, quote, sentence, valid, type Result } from "./result";
import { holdsNothing, isDefault, type RawSettings } from "./raw";
import type { Parser } from "./values";

const declarationOf = (key: SettingKey): SettingDeclaration => declarations[key];

/** Whether a value says the same as leaving the setting out. */
function isUnset(key: SettingKey, text: string | undefined): boolean {
  const { type, default: fallback } = declarationOf(key);
  if (text === undefined || text === "") return true;
  return type === "array" ? text.trim() === "[]" : fallback === 0 && text === "0";
}

/** Reads single settings out of the raw ones. */
export class SettingSource {
  constructor(private readonly raw: RawSettings) {}

  /** A setting, or its default if it is not set. A required one that is not set is a mistake with `todo` as its mend. */
  read<T>(key: SettingKey, parser: Parser<T>): Result<T> {
    const { type, required, default: fallback, description } = declarationOf(key);
    const text = this.raw.values[key];
    if (isUnset(key, text)) {
      return required === true
        ? mistaken({
            where: key,
            given: "nothing",
            allowed: firstSentence(description),
            todo: type === "array" ? "write the list in the stack's file" : `pulumi config set ${key} …`,
          })
        : parser(fallback, key);
    }
    if (type !== "array") return parser(text, key);
    try {
      return parser(JSON.parse(text ?? ""), key);
    } catch {
      return mistaken({
        where: key,
        given: quote(text),
        allowed: "a list",
        todo: "write it as a YAML list in the stack's file",
      });
    }
  }

  /** A setting that may be left out: `undefined` then. */
  optional<T>(key: SettingKey, parser: Parser<T>): Result<T | undefined> {
    return isUnset(key, this.raw.values[key]) ? valid(undefined) : this.read(key, parser);
  }

  /** The same for a setting that must be encrypted in the stack's file. The value is never quoted. */
  secret(key: SettingKey, isGood: (text: string) => boolean, allowed: string): Result<string | undefined> {
    const text = this.raw.values[key];
    if (text === undefined || isUnset(key, text)) return valid(undefined);
    const todo = `pulumi config set --secret ${key} < FILE`;
    if (!this.raw.secretKeys.includes(key))
      return mistaken({ where: key, given: "plain text", allowed: "an encrypted value", todo });
    return isGood(text) ? valid(text) : mistaken({ where: key, given: "something else", allowed, todo });
  }

  /** Settings that nobody reads: misspelt ones, and ones of the other kind of stack. */
  strangers(role: Role): Result<object> {
    const problems = Object.entries(this.raw.values).flatMap(([key, text]) => {
      if (!isSettingKey(key)) return [unknownKey(key)];
      const { role: owner } = declarationOf(key);
      if (owner === "both" || owner === role || isUnset(key, text) || isDefault(key, text)) return [];
      return [
        sentence({
          where: key,
          given: quote(text),
          allowed: `this setting in a ${owner} stack only`,
          todo: `remove it: pulumi config rm ${key}`,
        }),
      ];
    });
    return problems.length > 0 ? { ok: false, problems } : valid({});
  }
}

/** What a setting is, to go on with in a sentence. */
const firstSentence = (text: string): string =>
  (text.split(/[.;](?:\s|$)/)[0] ?? text).replace(/^[A-Z](?=[a-z ])/, (letter) => letter.toLowerCase());

function unknownKey(key: string): string {
  return sentence({
    where: printable(key),
    given: "a setting that does not exist",
    allowed: "the settings of docs/SETTINGS.md",
    todo: nearest(key, Object.keys(declarations), 3) ?? "remove it",
  });
}

/** Asks for the known name that is the fewest edits away, and at most so many. */
function nearest(given: string, known: readonly string[], most: number): string | undefined {
  const [best] = known
    .map((name) => ({ name, steps: editDistance(given, name) }))
    .filter(({ steps }) => steps <= most)
    .sort((a, b) => a.steps - b.steps);
  return best && `did you mean ${best.name}?`;
}

/** How many single-character edits apart two names are (Levenshtein). */
function editDistance(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > 3) return Infinity;
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 0; i < a.length; i++) {
    const next = [i + 1];
    for (let j = 0; j < b.length; j++) {
      const substitute = (row[j] ?? 0) + (a[i] === b[j] ? 0 : 1);
      next.push(Math.min(substitute, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? Infinity;
}

/**
 * Reads an object of a list: exactly these fields, each by its parser; those of `optional` may be missing. `elsewhere` says
 * what to do about fields that somebody may expect here.
 */
export function fieldsOf<T extends object>(
  parsers: { readonly [K in keyof T]: Parser<T[K]> },
  optional: readonly (keyof T & string)[] = [],
  elsewhere: Readonly<Record<string, string>> = {},
): Parser<T> {
  const names = Object.keys(parsers) as (keyof T & string)[];
  return (given, where) => {
    if (typeof given !== "object" || given === null || Array.isArray(given)) {
      return mistaken({
        where,
        given: quote(given),
        allowed: `an object of ${names.join(", ")}`,
        todo: "write its fields",
      });
    }
    if (holdsNothing(given)) {
      return mistaken({
        where,
        given: quote(given),
        allowed: `an object of ${names.join(", ")}`,
        todo: "write its fields, or remove it from the list: pulumi config rm --path leaves such rests",
      });
    }
    const fields = new Map<string, unknown>(Object.entries(given));
    const unknown = [...fields.keys()].filter((field) => !names.some((name) => name === field));
    const results = Object.fromEntries(
      names.map((name) => {
        const missing = !fields.has(name) && !optional.includes(name);
        return [
          name,
          missing
            ? mistaken({
                where: `${where}.${name}`,
                given: "nothing",
                allowed: "a value",
                todo: "add this field",
              })
            : parsers[name](fields.get(name), `${where}.${name}`),
        ];
      }),
    ) as { [K in keyof T]: Result<T[K]> };
    const read = all<T>(results);
    if (unknown.length === 0) return read;
    const todos = new Map(Object.entries(elsewhere));
    const strangers = unknown.map((field) =>
      sentence({
        where: `${where}.${printable(field)}`,
        given: "a field that does not exist",
        allowed: names.join(", "),
        todo: todos.get(field) ?? nearest(field, names, 2) ?? "remove it, or mend its name",
      }),
    );
    return { ok: false, problems: [...strangers, ...(read.ok ? [] : read.problems)] };
  };
}
