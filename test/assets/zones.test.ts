import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const script = join(__dirname, "..", "..", "assets", "host", "preflight.sh");
let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "ipv6-home-zones-"))));
afterEach(() => rmSync(folder, { recursive: true }));

/** What site 2 is told of a zone, with these zones at site 1 and its own of before. */
function told(zone: string, ...others: readonly string[]): string {
  const write = (site: number, zones: readonly string[]) =>
    writeFileSync(
      join(folder, `site${site}.conf`),
      zones.map((each) => `zone "${each}" {\n\ttype secondary;\n};\n`).join("\n"),
    );
  if (others.length > 0) write(1, others);
  write(2, [zone, "1.0.f.e.e.b.8.b.d.0.1.0.0.2.ip6.arpa"]);
  const { stdout, stderr } = spawnSync(
    "bash",
    // Options only here: a shell with a socket as its input may read its start-up file before (bash(1)), which fails on -u.
    ["-c", `set -euo pipefail; . ${script}; judge_zone ${zone} ${folder}/site2.conf`],
    { encoding: "utf8" },
  );
  return (stdout + stderr).replaceAll(folder, "FOLDER");
}

const other = "the zone of another site, see FOLDER/site1.conf";

test("a zone that another site has is refused", () => {
  expect(told("home.example.net", "home.example.net")).toBe(
    "zone home.example.net is that of another site already, see FOLDER/site1.conf; choose another dns.publicZone\n",
  );
});

test("a zone that could hide a machine of another site is refused, by both names", () => {
  expect(told("cabin.home.example.net", "home.example.net")).toBe(
    `zone cabin.home.example.net lies in home.example.net, ${other}, and would hide its machine cabin; choose another dns.publicZone\n`,
  );
});

test("so is one whose own machine another site's zone would hide", () => {
  expect(told("home.example.net", "cabin.home.example.net")).toBe(
    `zone home.example.net holds cabin.home.example.net, ${other}, which would hide its machine cabin; choose another dns.publicZone\n`,
  );
});

test("zones beside each other, ones too deep for a machine, and no other zone are no matter", () => {
  expect(told("home.example.net")).toBe("");
  for (const zone of ["cabin.example.net", "a.b.home.example.net", "xhome.example.net", "example.net.home"])
    expect([zone, told(zone, "home.example.net")]).toEqual([zone, ""]);
});
