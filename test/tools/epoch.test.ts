import { parse } from "yaml";
import { tunnelGeneration } from "../../network/tunnel-plan";
import { bumpKeyEpoch, hourOf } from "../../tools/review/epoch";
import { readProjectFile } from "../support/settings";

const home = (lines: string) => `# head\nconfig:\n  ipv6-home:role: home # a home\n${lines}`;
const bump = (text: string) => bumpKeyEpoch("Pulumi.home.yaml", text);

test.each([
  [
    "a number",
    "  ipv6-home:tunnel.keyEpoch: 3 # since May\n  x:y: 1\n",
    "  ipv6-home:tunnel.keyEpoch: 4 # since May\n  x:y: 1\n",
  ],
  [
    "quoted text, as config set writes it",
    '  ipv6-home:tunnel.keyEpoch: "9"\n',
    "  ipv6-home:tunnel.keyEpoch: 10\n",
  ],
  [
    "inside an object",
    "  ipv6-home:tunnel: { keyEpoch: 3, basePort: 51820 }\n",
    "  ipv6-home:tunnel: { keyEpoch: 4, basePort: 51820 }\n",
  ],
  [
    "not set",
    "\n  x:y: 1 # last\n\n# tail\nsecretsprovider: passphrase\n",
    "\n  x:y: 1 # last\n  ipv6-home:tunnel.keyEpoch: 2\n\n# tail\nsecretsprovider: passphrase\n",
  ],
  ["not set, at the end of the file", "  x:\n    - 1\n", "  x:\n    - 1\n  ipv6-home:tunnel.keyEpoch: 2\n"],
])("an epoch that is %s becomes one more, and no other byte changes", (_, before, after) => {
  expect(bump(home(before)).text).toBe(home(after));
});

test("the example keeps its comments and gets one line", () => {
  const before = readProjectFile("Pulumi.home.yaml");
  const { text, from, to } = bump(before);
  expect([from, to]).toEqual([1, 2]);
  expect(text.split("\n").filter((line) => !before.split("\n").includes(line))).toEqual([
    "  ipv6-home:tunnel.keyEpoch: 2",
  ]);
  const { config } = parse(text) as { config: Record<string, unknown> };
  expect(config).toEqual({
    ...(parse(before) as { config: object }).config,
    "ipv6-home:tunnel.keyEpoch": 2,
  });
  expect(bump(text).to).toBe(3);
});

test.each([
  ["a colo", "config:\n  ipv6-home:role: colo\n", /only homes have keys to rotate/],
  ["no settings", "", /only homes have keys to rotate/],
  [
    "no number",
    home("  ipv6-home:tunnel.keyEpoch: soon\n"),
    /is given "soon"; allowed is a whole number from 1/,
  ],
  ["zero", home("  ipv6-home:tunnel.keyEpoch: 0\n"), /is given 0; allowed/],
  ["no YAML", "config: [\n", /it is no YAML/],
])("a file with %s is refused with a sentence that names it", (_, text, sentence) => {
  expect(() => bump(text)).toThrow(sentence);
  expect(() => bump(text)).toThrow(/^Pulumi\.home\.yaml: /);
});

test.each([1, 2, 2026112413, 2026112414, 2026112415, 2030010100])(
  "a time as an epoch is another interface than that of epoch %s, and later",
  (current) => {
    const to = hourOf(new Date("2026-11-24T14:59:59Z"))(current);
    expect(to).toBeGreaterThan(current);
    expect(tunnelGeneration(1, to, 51820).port).not.toBe(tunnelGeneration(1, current, 51820).port);
    if (current < 2026112413) expect([2026112414, 2026112415]).toContain(to);
  },
);
