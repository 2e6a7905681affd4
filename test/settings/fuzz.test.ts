import fc from "fast-check";
import { parseSettings } from "../../settings/parse";
import type { RawSettings } from "../../settings/raw";
import { declarations } from "../../settings/schema";
import { exampleFile, rawSettings, type Given, variants } from "../support/settings";

const keys = Object.keys(declarations);
const groups = [...new Set(keys.flatMap((key) => (key.includes(".") ? [key.split(".")[0] ?? ""] : [])))];
const traps = [
  "__proto__",
  "constructor",
  "toString",
  "hasOwnProperty",
  "",
  " ",
  ".",
  "ssh.",
  "role\n",
  "\u202erole",
];

/** Text that people and programs make mistakes with. */
const text = fc.oneof(
  fc.string({ unit: "binary", maxLength: 200 }),
  fc.json(),
  fc.ipV4(),
  fc.ipV6(),
  fc.ipV6().map((address) => `${address}/48`),
  fc.integer().map(String),
  fc.constantFrom(
    "",
    "0",
    "[]",
    "{}",
    "null",
    "[[]]",
    '{"toString":1,"valueOf":1}',
    "\u0000",
    "\ud800",
    "a".repeat(5000),
  ),
);
const key = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom(...keys) },
  fc.constantFrom(...groups, ...traps),
  fc.string(),
);

/** Any JSON, with the names that lists of the settings use, so that it gets past the first check. */
const field = fc.oneof(
  fc.constantFrom(
    ...["name", "subnet", "interface", "vlan", "mode", "allow"],
    ...["segment", "host", "protocol", "port", "from"],
    ...["mac", "duid", "suffix", "slaac", "pinholes", "boot", "public"],
    ...["length"],
    ...["firmware", "firmwareArm64", "script", "tftp"],
    ...traps,
  ),
  fc.string(),
);
const value = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    text,
    fc.integer(),
    fc.double(),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie("value"), { maxLength: 4 }),
    fc.array(fc.tuple(field, tie("value")), { maxLength: 6 }).map((fields) => Object.fromEntries(fields)),
  ),
})).value;

function expectAnswer(raw: RawSettings): void {
  const result = parseSettings(raw);
  if (result.ok) return;
  expect(result.problems.length).toBeGreaterThan(0);
  for (const problem of result.problems) {
    expect(problem).toMatch(/^[^\p{C}\p{Zl}\p{Zp}]+$/u);
    expect(problem.length).toBeLessThanOrEqual(600);
    expect(problem).toMatch(/^.*: given .+; allowed is .+; .+$/);
  }
}

const runs = { numRuns: 400 };

test("anything at all is answered by settings or by sentences of one line", () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(key, text)),
      fc.constantFrom("colo", "home", undefined),
      fc.array(key),
      (entries, role, secretKeys) => {
        const values = Object.fromEntries([
          ...entries,
          ...(role === undefined ? [] : [["role", role] as const]),
        ]);
        expectAnswer({ values, secretKeys });
      },
    ),
    runs,
  );
});

test("so is a good file with a few settings changed, in either way of writing them", () => {
  fc.assert(
    fc.property(
      fc.constantFrom("colo" as const, "home" as const),
      fc.boolean(),
      fc.array(fc.tuple(key, value), { maxLength: 3 }),
      fc.array(key, { maxLength: 2 }),
      (role, varied, changes, secretKeys) => {
        const given: Record<string, unknown> = { ...exampleFile(role), ...(varied ? variants[role] : {}) };
        // Own properties, whatever their name.
        const entries = [...Object.entries(given), ...changes].filter(([, each]) => each !== undefined);
        expectAnswer(rawSettings(Object.fromEntries(entries) as Record<string, Given>, secretKeys));
      },
    ),
    runs,
  );
});

test("so is a good file with a part of a list changed", () => {
  const lists = ["lan.segments", "lan.hosts", "lan.pinholes", "boot.classes"] as const;
  fc.assert(
    fc.property(fc.constantFrom(...lists), fc.nat(3), field, value, (list, index, name, changed) => {
      const items = variants.home[list].map((item, at) =>
        at === index ? { ...item, [name]: changed } : item,
      );
      expectAnswer(rawSettings({ ...exampleFile("home"), ...variants.home, [list]: items }));
    }),
    runs,
  );
});
