import fc from "fast-check";
import { unifiedDiff } from "../../review/diff";

const text = (lines: readonly string[]) => lines.map((line) => `${line}\n`).join("");

/** Applies a unified diff, checking the numbers in its headers. */
function apply(before: readonly string[], diff: readonly string[]): string[] {
  const result: string[] = [];
  let next = 0;
  let left: [number, number] = [0, 0];
  for (const line of diff) {
    const header = /^@@ -(\d+),(\d+) \+(\d+),(\d+) @@$/.exec(line)?.slice(1).map(Number);
    if (header !== undefined) {
      const [from = 0, removed = 0, to = 0, added = 0] = header;
      expect(left).toEqual([0, 0]);
      while (next < (removed === 0 ? from : from - 1)) result.push(before[next++] ?? "");
      expect(result).toHaveLength(added === 0 ? to : to - 1);
      left = [removed, added];
      continue;
    }
    if (!line.startsWith("+")) {
      expect(line.slice(1)).toBe(before[next++]);
      left[0]--;
    }
    if (!line.startsWith("-")) {
      result.push(line.slice(1));
      left[1]--;
    }
  }
  expect(left).toEqual([0, 0]);
  return [...result, ...before.slice(next)];
}

test("a diff leads from one text to the other", () => {
  const lines = fc.array(fc.constantFrom("a", "b", "c", "", "@@"), { maxLength: 25 });
  fc.assert(
    fc.property(lines, lines, fc.nat(4), (before, after, context) => {
      expect(apply(before, unifiedDiff(text(before), text(after), context))).toEqual(after);
    }),
  );
});

test("equal texts have none", () => {
  expect(unifiedDiff("a\n\nb\n", "a\n\nb\n")).toEqual([]);
});

test("a changed line stands between its neighbours", () => {
  const before = text(["1", "2", "3", "4", "5", "6", "7", "8", "9"]);
  expect(unifiedDiff(before, before.replace("5", "five"), 2)).toEqual([
    "@@ -3,5 +3,5 @@",
    " 3",
    " 4",
    "-5",
    "+five",
    " 6",
    " 7",
  ]);
});

test("a new file and one that is gone", () => {
  expect(unifiedDiff("", "a\nb\n")).toEqual(["@@ -0,0 +1,2 @@", "+a", "+b"]);
  expect(unifiedDiff("a\nb\n", "")).toEqual(["@@ -1,2 +0,0 @@", "-a", "-b"]);
});

test("texts that are too long to compare are shown whole", () => {
  const lines = (mark: string) => Array.from({ length: 2500 }, (_, index) => `${mark}${index}`);
  const diff = unifiedDiff(text(["same", ...lines("a")]), text(["same", ...lines("b")]));
  expect(apply(["same", ...lines("a")], diff)).toEqual(["same", ...lines("b")]);
});
