import fc from "fast-check";
import { code, fenced, visible } from "../../review/escape";
import { longestComment, marker, renderComment } from "../../review/markdown";
import { previewOf, recorded, stepOf } from "./support";

/** The lines of a comment that are not inside of a fenced block, by the rules of CommonMark 0.31, section 4.5. */
function outsideOfFences(text: string): string[] {
  let open = 0;
  return text.split("\n").filter((line) => {
    const run = /^`{3,}/.exec(line)?.[0].length ?? 0;
    if (open === 0 && run > 0) {
      open = run;
      return false;
    }
    if (open > 0 && run >= open && /^`+\s*$/.test(line)) {
      open = 0;
      return false;
    }
    return open === 0;
  });
}

const config = (content: string, path = "/etc/some.conf") => ({
  component: "some",
  files: [{ path, content: `${content}\n` }],
});
const changed = (before: string, after: string) =>
  previewOf([stepOf("update", "home-lan-config-converge", config(before), config(after))]);

test("the comment begins with its marker and says what it compared", () => {
  const text = renderComment([recorded("colo-pool.events"), recorded("home-unchanged.events")]);
  expect(text.startsWith(`${marker}\n`)).toBe(true);
  expect(text).toContain("`colo`: 2 components, 3 files · worst: **can cut SSH**");
  expect(text).toContain(
    "| `colo` | `colo-nat64` | changed | **drops sessions** (`ipv6-home-nat64.service`) |",
  );
  expect(text).toContain("-dynamic-pool 192.168.240.0/20\n+dynamic-pool 10.64.0.0/16");
  expect(text).toContain("Compared with the state of the stacks; no host was asked.");
});

test("a failed preview is the first thing that is said", () => {
  const text = renderComment([recorded("home-mistake.events")]);
  expect(text).toContain("**the preview of `home` failed**");
  expect(text).not.toContain("no changes");
  expect(outsideOfFences(text).join("\n")).not.toContain("site.number");
});

test("a new state without a change of a host is told", () => {
  const urn = "urn:pulumi:home::ipv6-home::random:index/randomPassword:RandomPassword::some";
  const text = renderComment([previewOf([{ urn, operation: "create", inputs: [] }])]);
  expect(text).toContain("no host changes, only the state");
  expect(text).toContain("- `create random:index/randomPassword:RandomPassword some`");
});

test("policies: refused, none broken, none asked", () => {
  const violation = { urn: "urn:pulumi:home::p::t::x", policy: "p/rule", level: "mandatory", message: "no" };
  const text = (more: Parameters<typeof previewOf>[1]) => renderComment([previewOf([], more)]);
  expect(text({ violations: [violation], policies: ["p/rule"] })).toContain(
    "**refused** by `p/rule`, `x`: `no`",
  );
  expect(text({ violations: [violation] })).toContain("**policies refuse it**");
  expect(text({ violations: [{ ...violation, level: "warning" }] })).not.toContain("refuse");
  expect(text({ policies: ["p/rule", "p/other"] })).toContain("2 policies asked, none broken");
  expect(text({})).toContain("none were asked");
});

describe("text of unknown origin", () => {
  test.each([
    "```",
    "````````",
    "~~~",
    "</details>",
    "<!-- x -->",
    marker,
    "# heading",
    "@everybody",
    "[a](b)",
  ])("%s in a file stays inside of its block", (evil) => {
    const text = renderComment([changed("before", `x\n${evil}\n${evil} y`)]);
    const outside = outsideOfFences(text).slice(1).join("\n");
    expect(text).toContain(`+${evil} y`);
    expect(outside).not.toContain(evil);
    expect(outside).toContain("Compared with");
  });

  test("a fence is longer than any in its content", () => {
    fc.assert(
      fc.property(fc.array(fc.stringMatching(/^[`~ a]{0,12}$/)), (lines) => {
        expect(outsideOfFences(`before\n${fenced("diff", lines)}\nafter`)).toEqual(["before", "after"]);
      }),
    );
  });

  test("a code span holds any text in one line of one cell", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const span = code(text);
        if (span === "") return;
        const fence = /^`+/.exec(span)?.[0] ?? "";
        expect(span.endsWith(fence)).toBe(true);
        const runs = [...span.slice(fence.length, -fence.length).matchAll(/`+/g)].map(([run]) => run.length);
        expect(runs).not.toContain(fence.length);
        expect(span).not.toMatch(/[\n\r]|(?<!\\)\|/);
      }),
    );
  });

  test("characters that hide or reorder others are spelled out", () => {
    expect(visible("a\u202eb\u200bc\u0007d\te")).toBe("a\\u{202e}b\\u{200b}c\\u{7}d\te");
  });

  test("names and messages are code", () => {
    const evil = "x` @you <img src=//e> [a](b) | c";
    const text = renderComment([
      previewOf([stepOf("update", `${evil}-converge`, config("a", evil), config("b", evil))], {
        stack: evil,
        policies: [evil],
        violations: [{ urn: evil, policy: evil, level: evil, message: evil }],
        errors: [evil],
      }),
    ]);
    const spans = /(`+)(?!`)[^\n]*?(?<!`)\1(?!`)/g;
    expect(outsideOfFences(text).slice(1).join("\n").replace(spans, "")).not.toMatch(/@you|<img|\[a\]/);
  });
});

describe("a comment that would be too long", () => {
  const lines = (count: number, mark: string) =>
    Array.from({ length: count }, (_, index) => `${mark} ${index} ${"x".repeat(40)}`).join("\n");

  test("has its diffs cut, with a note", () => {
    const text = renderComment([changed(lines(900, "a"), lines(900, "b"))]);
    expect(text.length).toBeLessThanOrEqual(longestComment);
    expect(text).toMatch(/_\d+ more lines of this diff left out\._/);
  });

  test("leaves them out at the end, and still names every file", () => {
    const steps = Array.from({ length: 200 }, (_, index) =>
      stepOf(
        "update",
        `home-${index}-config-converge`,
        config(lines(60, "a"), `/etc/file-${index}`),
        config(lines(60, "b"), `/etc/file-${index}`),
      ),
    );
    const text = renderComment([previewOf(steps)]);
    expect(text.length).toBeLessThanOrEqual(longestComment);
    for (let index = 0; index < 200; index++) expect(text).toContain(`\`/etc/file-${index}\``);
    expect(text).toContain("of diff left out: the comment would be too long");
  });

  test("is a summary and as many rows as fit if there is no other way", () => {
    const steps = Array.from({ length: 3000 }, (_, index) =>
      stepOf("update", `home-${index}-${"y".repeat(60)}-converge`, config("a"), config("b")),
    );
    const text = renderComment([previewOf(steps)]);
    expect(text.length).toBeLessThanOrEqual(longestComment);
    expect(text).toContain("`home`: 3000 components, 3000 files");
    expect(text).toMatch(/\|\n\n_There is too much to show here[^\n]*\n$/);
  });

  test("cuts one endless line", () => {
    const text = renderComment([changed("a", "b".repeat(200_000))]);
    expect(text.length).toBeLessThan(5_000);
    expect(text).toContain("… (200001 characters)");
  });
});

test("secret bundles are neither shown nor parsed", () => {
  const text = renderComment([recorded("home-pinhole-and-epoch.events")]);
  expect(text).toContain("`tunnel-home-key`: the content is secret and not shown.");
  expect(text).not.toMatch(/private\.key|preshared\.key|ciphertext/);
});
