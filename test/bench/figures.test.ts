import { atMost, verdictOf } from "../../bench/figures";

const held = atMost("no-op", 1.3, 1.3, "s");
const missed = atMost("preview", 1.3, 1.31, "s");

describe("the verdict of a bench", () => {
  test("names what misses, and exits with 1 only if it must be strict", () => {
    expect(verdictOf([held, missed], false)).toEqual({ line: "done, missed: preview", code: 0 });
    expect(verdictOf([held, missed], true)).toEqual({ line: "done, missed: preview", code: 1 });
    expect(verdictOf([held], true)).toEqual({ line: "done, every target holds", code: 0 });
  });

  test("is no success without targets, nor for a figure that could not be taken", () => {
    expect(verdictOf([], true).code).toBe(1);
    expect(verdictOf([atMost("preview", 1.3, Number.NaN, "s")], true).code).toBe(1);
  });
});
