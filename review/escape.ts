/**
 * Text of unknown origin as GitHub shows it: never markup, a mention or a link, and nothing in it invisible. File
 * content, names and messages come out of a change that nobody has reviewed yet.
 */

/** Longest line that is shown; the rest says nothing that a reader would see. */
const longestLine = 400;

/** Control characters, and those that hide or reorder what stands around them (Unicode, UAX #9 and general category Cf). */
const hidden = /[\p{Cc}\p{Cf}\u2028\u2029]/gu;

/** One line with hidden characters spelled out, a tab excepted, and cut if it is long. */
export function visible(line: string): string {
  const shown = line.replace(hidden, (character) =>
    character === "\t" ? character : `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  );
  return shown.length <= longestLine
    ? shown
    : `${shown.slice(0, longestLine)} … (${shown.length} characters)`;
}

const longestRun = (text: string, pattern: RegExp) =>
  Math.max(0, ...[...text.matchAll(pattern)].map(([run]) => run.length));

/** A fenced block (GitHub Flavored Markdown, 4.5): its fence is longer than any run of backticks in the content. */
export function fenced(language: string, lines: readonly string[]): string {
  const content = lines.map(visible).join("\n");
  const fence = "`".repeat(Math.max(3, longestRun(content, /`+/g) + 1));
  return `${fence}${language}\n${content}\n${fence}`;
}

/** A code span of one line, also for the cell of a table (GitHub Flavored Markdown, 4.10 and 6.3). */
export function code(text: string): string {
  const content = visible(text.replace(/\s+/g, " ").trim()).replaceAll("|", "\\|");
  if (content === "") return "";
  const fence = "`".repeat(longestRun(content, /`+/g) + 1);
  const pad = /^`|`$/.test(content) ? " " : "";
  return `${fence}${pad}${content}${pad}${fence}`;
}
