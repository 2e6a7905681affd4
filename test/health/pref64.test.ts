import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { projectFolder, readProjectFile } from "../support/settings";

/** The lines of lifetimes in what radvd runs with, if the translator is as the file says. */
function lifetimes(translator: string | undefined): string[] {
  const folder = mkdtempSync(join(tmpdir(), "pref64-"));
  const at = (name: string) => join(folder, name);
  try {
    writeFileSync(at("template"), readProjectFile("test/golden/home/home/etc/ipv6-home/radvd.conf"));
    if (translator !== undefined) writeFileSync(at("nat64"), `${translator}\n`);
    execFileSync("perl", [
      join(projectFolder, "assets/lan/ra-config.pl"),
      ...[at("template"), at("advertised"), at("config"), at("uplink"), "5400", at("nat64")],
    ]);
    return readFileSync(at("config"), "utf8")
      .split("\n")
      .filter((line) => line.includes("Lifetime"));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test("PREF64, and nothing else, has no lifetime while the translator is dead (RFC 8781)", () => {
  const [alive, dead] = [lifetimes("there"), lifetimes("dead")];
  expect(dead).toHaveLength(alive.length);
  const changed = dead.flatMap((line, index) =>
    line === alive[index] ? [] : [[alive[index]?.trim(), line.trim()]],
  );
  // On each of the two segments.
  const once = ["AdvValidLifetime 1800;", "AdvValidLifetime 0;"];
  expect(changed).toEqual([once, once]);
});

test("where nobody looks after the translator it is taken to work", () => {
  expect(lifetimes(undefined)).toEqual(lifetimes("there"));
});
