/** A value, or every sentence that says why there is none. */
export type Result<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problems: readonly string[] };

export const valid = <T>(value: T): Result<T> => ({ ok: true, value });

/** A mistake in the settings: all that a person needs to mend it without opening the source. */
export interface Mistake {
  /** Which setting, with an index or field where it has parts: `lan.segments[1].subnet`. */
  readonly where: string;
  /** What was given, as a person would say it. */
  readonly given: string;
  /** What is allowed. */
  readonly allowed: string;
  /** What to do about it. */
  readonly todo: string;
}

/** The one form of a sentence about a setting. */
export const sentence = ({ where, given, allowed, todo }: Mistake): string =>
  `${where}: given ${given}; allowed is ${allowed}; ${todo}`;

export const mistaken = (mistake: Mistake): Result<never> => ({ ok: false, problems: [sentence(mistake)] });

/** Goes on with a valid value; problems stay as they are. */
export const andThen = <T, U>(result: Result<T>, next: (value: T) => Result<U>): Result<U> =>
  result.ok ? next(result.value) : result;

/** One result of many: all values, or the problems of all. */
export function all<T extends object>(fields: { readonly [K in keyof T]: Result<T[K]> }): Result<T> {
  const results = Object.entries<Result<unknown>>(fields);
  const problems = results.flatMap(([, result]) => (result.ok ? [] : result.problems));
  if (problems.length > 0) return { ok: false, problems };
  const values = results.flatMap(([key, result]) => (result.ok ? [[key, result.value] as const] : []));
  return valid(Object.fromEntries(values) as T);
}

const unprintable = /[\p{C}\p{Zl}\p{Zp}]/gu;

/** What somebody typed, on one line and shortened, so that an error stays a sentence. */
export function printable(text: string): string {
  const line = JSON.stringify(text.slice(0, 100))
    .slice(1, -1)
    .replace(unprintable, (each) => `\\u{${(each.codePointAt(0) ?? 0).toString(16)}}`);
  // Half of a surrogate pair is no character.
  return line.length > 80 ? `${line.slice(0, 77).replace(/[\ud800-\udbff]$/, "")}...` : line;
}

/** The same in quotes, for a value of any kind; maps and lists as YAML takes them too. */
export function quote(given: unknown): string {
  // YAML's for a field with nothing behind it.
  if (given === undefined || given === null) return "nothing";
  if (typeof given === "object") return printable(JSON.stringify(given)).replaceAll('\\"', '"');
  return `"${printable(typeof given === "string" ? given : JSON.stringify(given))}"`;
}
