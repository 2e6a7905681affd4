import { readdirSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { parseSettings } from "../../settings/parse";
import { exampleFile, projectFolder, rawSettings, readProjectFile, type Given } from "../support/settings";

const pages = [
  "README.md",
  ...readdirSync(join(projectFolder, "docs"))
    .filter((file) => file.endsWith(".md"))
    .map((file) => `docs/${file}`),
];

/** What a page shows for a stack's file, each with the line that it begins at. */
const blocks = pages.flatMap((page) => {
  const text = readProjectFile(page);
  return [...text.matchAll(/^```ya?ml\n(ipv6-home:[^]*?)^```$/gm)].map(
    ({ index, 1: block = "" }) => [`${page}:${text.slice(0, index).split("\n").length + 1}`, block] as const,
  );
});

test("pages have such blocks, and all are found that name a setting", () => {
  expect(blocks.length).toBeGreaterThanOrEqual(5);
  const lines = pages.flatMap((page) => readProjectFile(page).match(/^ *(- )?ipv6-home:/gm) ?? []);
  const read = blocks.flatMap(([, block]) => block.match(/^ipv6-home:/gm) ?? []);
  expect(read.length).toBe(lines.length);
});

test.each(blocks)("the settings at %s are taken beside those of the example", (_, block) => {
  const given = Object.fromEntries(
    Object.entries(parse(block) as Record<string, Given>).map(([key, value]) => [
      key.replace(/^ipv6-home:/, ""),
      value,
    ]),
  );
  const role = Object.keys(given).some((key) => key.startsWith("nat64.")) ? "colo" : "home";
  // The example's machines and ways in are those of its segments.
  const without = "lan.segments" in given ? { "lan.hosts": undefined, "lan.pinholes": undefined } : {};
  const result = parseSettings(rawSettings({ ...exampleFile(role), ...without, ...given }));
  expect(result.ok ? [] : result.problems).toEqual([]);
});

test("the address plan counts the leases of the example as its gateway does", () => {
  const [, leases] = /^\| leases at a time.*\| +(\d+) +\|$/m.exec(readProjectFile("docs/NETWORK.md")) ?? [];
  const conf = readProjectFile("test/golden/home/home/etc/ipv6-home/dnsmasq.conf");
  expect(conf.split("\n")).toContain(`dhcp-lease-max=${leases}`);
});
