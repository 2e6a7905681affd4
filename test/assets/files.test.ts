import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const assets = join(__dirname, "..", "..", "assets", "host");
let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "ipv6-home-files-"))));
afterEach(() => rmSync(folder, { recursive: true }));

/** Installs a bundle that asks for a directory alone, and answers its mode. */
function install(path: string): string {
  mkdirSync(join(folder, "state", "boot"), { recursive: true });
  writeFileSync(join(folder, "changed"), "");
  const script = [
    "set -euo pipefail",
    `state_root=${folder}/state state=${folder}/state/boot work=${folder}`,
    `directives() { [ "$2" != directory ] || echo "0755 root:root ${path}"; }`,
    "chown() { :; }",
    `. ${assets}/files.sh`,
    "install_files",
  ];
  const { status, stderr } = spawnSync("bash", ["-c", script.join("\n")], { encoding: "utf8" });
  expect([status, stderr]).toEqual([0, ""]);
  return (statSync(path).mode & 0o777).toString(8);
}

test("a directory that a run has made gets its mode, again after a change by hand", () => {
  const path = join(folder, "srv", "boot");
  expect(install(path)).toBe("755");
  spawnSync("chmod", ["0700", path]);
  expect(install(path)).toBe("755");
});

test("a directory that was there before keeps its mode", () => {
  const path = join(folder, "somebody");
  mkdirSync(path);
  spawnSync("chmod", ["0750", path]);
  expect(install(path)).toBe("750");
});
