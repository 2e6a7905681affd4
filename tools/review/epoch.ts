import { isMap, isScalar, parseDocument, type Node, type Scalar, type YAMLMap } from "yaml";

const project = "ipv6-home";

/** Settings with the next generation of keys. */
export interface Bumped {
  readonly text: string;
  readonly from: number;
  readonly to: number;
}

/** How the next epoch is found: one more, or the time of the run as a number. */
export type NextEpoch = (current: number) => number;

/** One more: the other interface and port, so that both generations live side by side. */
export const oneMore: NextEpoch = (current) => current + 1;

/**
 * The hour in UTC as YYYYMMDDHH, so that the settings tell when the keys were made; one more where that is needed for
 * the other parity, which is what puts the new generation on the other interface (network/tunnel-plan.ts). Never less
 * than one more than now.
 */
export const hourOf =
  (time: Date): NextEpoch =>
  (current) => {
    const hour = Number(time.toISOString().slice(0, 13).replace(/[-T]/g, ""));
    const later = Math.max(hour, current + 1);
    return (later - current) % 2 === 0 ? later + 1 : later;
  };

/**
 * Sets the next `tunnel.keyEpoch` in the text of a home's settings file and touches no other byte: comments, order and
 * quotes stay. Without the setting the epoch is 1, and the line is added at the end of `config`. Throws a sentence for
 * people if the file is no home's or cannot be edited so.
 */
export function bumpKeyEpoch(file: string, text: string, next: NextEpoch = oneMore): Bumped {
  const refuse = (what: string, todo: string) => new Error(`${file}: ${what}; ${todo}`);
  const document = parseDocument(text);
  if (document.errors[0] !== undefined)
    throw refuse(`it is no YAML: ${document.errors[0].message}`, "mend it first");
  const config: unknown = document.get("config");
  if (!isMap(config) || config.get(`${project}:role`) !== "home")
    throw refuse(`it has no ${project}:role: home`, "only homes have keys to rotate");

  const value = valueOf(config);
  if (value === undefined) {
    const to = next(1);
    return { text: withLine(text, config, `${project}:tunnel.keyEpoch: ${to}`), from: 1, to };
  }
  const from = Number(value.value);
  if (!Number.isSafeInteger(from) || from < 1 || !value.range)
    throw refuse(
      `tunnel.keyEpoch is given ${JSON.stringify(value.value)}; allowed is a whole number from 1`,
      "mend it first",
    );
  const to = next(from);
  const [start, end] = value.range;
  return { text: `${text.slice(0, start)}${to}${text.slice(end)}`, from, to };
}

/** The value under its flat name, or inside an object as `pulumi config set --path` writes it. */
function valueOf(config: YAMLMap): Scalar | undefined {
  const flat = config.get(`${project}:tunnel.keyEpoch`, true) as Node | undefined;
  if (isScalar(flat)) return flat;
  const group = config.get(`${project}:tunnel`, true) as Node | undefined;
  const inside = isMap(group) ? (group.get("keyEpoch", true) as Node | undefined) : undefined;
  return isScalar(inside) ? inside : undefined;
}

/** The text with a line more, after the last setting and indented like the first. */
function withLine(text: string, config: YAMLMap, line: string): string {
  const key = config.items[0]?.key as Node | undefined;
  const start = key?.range?.[0] ?? 0;
  const indent = text.slice(text.lastIndexOf("\n", start - 1) + 1, start);
  const end = config.range?.[1] ?? text.length;
  const before = text.slice(0, end).trimEnd();
  const after = text.slice(before.length).replace(/^\n/, "");
  return `${before}\n${indent}${line}\n${after}`;
}
