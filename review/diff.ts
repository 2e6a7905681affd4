/** One line of a diff: kept, removed or added. */
interface Edit {
  readonly mark: " " | "-" | "+";
  readonly line: string;
}

/** Above this many pairs of lines the middle of two texts is shown as removed and added whole. */
const largestTable = 4_000_000;

/**
 * The lines of a unified diff of two texts, without the file header: `@@ -1,3 +1,4 @@`, then lines marked by a blank, a
 * minus or a plus. Empty if the texts are equal.
 */
export function unifiedDiff(before: string, after: string, context = 3): string[] {
  const edits = compare(linesOf(before), linesOf(after));
  const changed = edits.flatMap(({ mark }, index) => (mark === " " ? [] : [index]));
  const hunks: { from: number; to: number }[] = [];
  for (const index of changed) {
    const last = hunks.at(-1);
    const to = Math.min(index + context + 1, edits.length);
    if (last !== undefined && index - context <= last.to) last.to = to;
    else hunks.push({ from: Math.max(index - context, 0), to });
  }
  return hunks.flatMap(({ from, to }) => [
    `@@ -${range(edits, from, to, "+")} +${range(edits, from, to, "-")} @@`,
    ...edits.slice(from, to).map(({ mark, line }) => `${mark}${line}`),
  ]);
}

const linesOf = (text: string): string[] => (text === "" ? [] : text.replace(/\n$/, "").split("\n"));

/** First line and number of lines of a hunk on the side that does not have lines of the other mark. */
function range(edits: readonly Edit[], from: number, to: number, other: "-" | "+"): string {
  const count = (part: readonly Edit[]) => part.filter(({ mark }) => mark !== other).length;
  const lines = count(edits.slice(from, to));
  const before = count(edits.slice(0, from));
  return `${lines === 0 ? before : before + 1},${lines}`;
}

/** The fewest removals and additions that lead from one list of lines to the other. */
function compare(before: readonly string[], after: readonly string[]): Edit[] {
  let head = 0;
  while (head < before.length && head < after.length && before[head] === after[head]) head++;
  let tail = 0;
  const room = Math.min(before.length, after.length) - head;
  while (tail < room && before[before.length - 1 - tail] === after[after.length - 1 - tail]) tail++;
  const edit = (mark: Edit["mark"]) => (line: string) => ({ mark, line });
  return [
    ...before.slice(0, head).map(edit(" ")),
    ...middle(before.slice(head, before.length - tail), after.slice(head, after.length - tail)),
    ...before.slice(before.length - tail).map(edit(" ")),
  ];
}

/** By the table of longest common subsequences. */
function middle(before: readonly string[], after: readonly string[]): Edit[] {
  const removed = before.map((line): Edit => ({ mark: "-", line }));
  const added = after.map((line): Edit => ({ mark: "+", line }));
  if (before.length * after.length > largestTable) return [...removed, ...added];
  const width = after.length + 1;
  // At (i, j): how many lines the rests of both from there on have in common.
  const common = new Uint32Array((before.length + 1) * width);
  const at = (i: number, j: number) => common[i * width + j] ?? 0;
  for (let i = before.length - 1; i >= 0; i--) {
    for (let j = after.length - 1; j >= 0; j--) {
      common[i * width + j] =
        before[i] === after[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const edits: Edit[] = [];
  let [i, j] = [0, 0];
  while (i < before.length && j < after.length) {
    const line = before[i] ?? "";
    if (line === after[j]) {
      edits.push({ mark: " ", line });
      i++;
      j++;
    } else if (at(i + 1, j) >= at(i, j + 1)) {
      edits.push({ mark: "-", line });
      i++;
    } else {
      edits.push({ mark: "+", line: after[j] ?? "" });
      j++;
    }
  }
  return [...edits, ...removed.slice(i), ...added.slice(j)];
}
