import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const assets = join(__dirname, "..", "..", "assets", "host");
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "ipv6-home-units-"));
  for (const name of ["state", "work"]) mkdirSync(join(folder, name));
});
afterEach(() => rmSync(folder, { recursive: true }));

const unit = (name: string) => `unit ${name}.service restart /etc/${name}\n`;
const farewell = "farewell br0.20=guests echo told\n";
/** What the host has: links, what advertises on them, and who else stands on them. */
const before = farewell + unit("links") + unit("names") + unit("advertises");

/** Runs a function on a host whose units all run, those named with state on disk; answers what it did, in order. */
function run(call: string, stateful: readonly string[] = [], enabled = "enabled"): string[] {
  writeFileSync(join(folder, "state", "directives"), before);
  const script = [
    "set -euo pipefail",
    `state=${folder}/state work=${folder}/work component=lan`,
    ...["bundle-reader", "units", "leave"].map((name) => `. ${assets}/${name}.sh`),
    `systemctl() { case $1:$2 in is-active:*) echo active ;; cat:*) case "$2" in ${["none", ...stateful].join("|")}) echo StateDirectory=x ;; esac ;; show:*) echo UnitFileState=${enabled} ;; esac; }`,
    `bounded_systemctl() { echo "$*" | sed 's/^-q //; /^reset-failed/d'; }`,
    `exec 2>&1`,
    call,
  ];
  const { status, stdout } = spawnSync("bash", ["-c", script.join("\n")], { encoding: "utf8" });
  expect([status, stdout]).toEqual([0, expect.anything()]);
  return stdout.trimEnd().split("\n");
}

/** The same for a bundle that comes, with these files changed. */
function change(bundle: string, changed: readonly string[], stateful: readonly string[] = []): string[] {
  writeFileSync(join(folder, "work", "directives"), bundle);
  writeFileSync(join(folder, "work", "changed"), changed.map((path) => `${path}\n`).join(""));
  return run('outdated_farewells >"$work/farewells"; stop_changing_units', stateful);
}

test("those who are served no more are told while the first unit still holds the links", () => {
  expect(
    change(
      before.replace("guests", "others"),
      ["links", "names", "advertises"].map((name) => `/etc/${name}`),
    ),
  ).toEqual(["stop advertises.service", "stop names.service", "told 1", "stop links.service"]);
});

test("a component that goes tells them there, too", () => {
  expect(run("retire_units")).toEqual([
    "disable --now advertises.service",
    "disable --now names.service",
    "told 2",
    "disable --now links.service",
  ]);
});

test("a unit that a bundle has no more goes with its state", () => {
  const all = ["names.service", "advertises.service"];
  expect(change(before.replace(unit("advertises"), ""), [], all)).toEqual([
    "disable --now advertises.service",
    "clean --what=state advertises.service",
  ]);
});

test("systemd reads the links anew where somebody has switched a unit off, and not for a new one", () => {
  writeFileSync(join(folder, "work", "directives"), before);
  const load = (enabled: string, created: readonly string[]) => {
    for (const [name, lines] of Object.entries({ changed: [], extra: [], created }))
      writeFileSync(
        join(folder, "work", name),
        lines.map((each) => `/etc/systemd/system/${each}.service\n`).join(""),
      );
    return run("load_units", [], enabled);
  };
  const enable = "enable links.service names.service advertises.service";
  expect(load("enabled", [])).toEqual([enable]);
  expect(load("disabled", [])).toEqual([enable, "daemon-reload"]);
  expect(load("disabled", ["links", "names", "advertises"])).toEqual([enable]);
});
