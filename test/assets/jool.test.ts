import { spawnSync } from "node:child_process";
import { join } from "node:path";

const script = (name: string) => join(__dirname, "..", "..", "assets", "host", `${name}.sh`);

/** What a part of converge says on a host where these commands answer so. */
function run(part: string, ...lines: readonly string[]): string {
  const { stdout, stderr } = spawnSync(
    "bash",
    ["-c", ["set -euo pipefail", `. ${script(part)}`, ...lines].join("\n")],
    { encoding: "utf8" },
  );
  return stdout + stderr;
}

const host = ['uname() { echo "6.12.9+deb13-cloud-amd64"; }', "kernel_has_wireguard() { :; }"];
const wanted = (directives: string, ...installed: readonly string[]) =>
  run(
    "packages",
    ...host,
    `installed_packages() { printf '%s\\n' ${installed.join(" ")}; }`,
    "directives() { :; }",
    `work=$(mktemp -d); trap 'rm -r "$work"' EXIT; echo '${directives}' >"$work/directives"`,
    "wanted_packages",
  ).split("\n");

test("Jool's module comes with the headers of the kernel that runs, and of those that follow it", () => {
  expect(
    wanted("require jool-module", "bash", "linux-image-6.12.9+deb13-cloud-amd64", "linux-image-cloud-amd64"),
  ).toEqual(["jool-dkms", "linux-headers-6.12.9+deb13-cloud-amd64", "linux-headers-cloud-amd64", ""]);
  expect(wanted("require jool-module", "linux-image-amd64", "linux-image-rt-arm64").slice(2, 4)).toEqual([
    "linux-headers-amd64",
    "linux-headers-rt-arm64",
  ]);
});

test("no compiler comes where none is asked for", () => {
  expect(wanted("require tun", "linux-image-amd64")).toEqual([""]);
});

/** The complaints of preflight about one `require` line. */
const complaints = (require: string, ...commands: readonly string[]) =>
  run(
    "preflight",
    ...host,
    ...commands,
    `directives() { echo '${require}'; }`,
    "fail() { exit 0; }; component=nat64; work=$(mktemp -d); trap 'rm -r \"$work\"' EXIT; preflight",
  );

test("a kernel without the module is told of, and one with it is not", () => {
  expect(complaints("jool", "modprobe() { return 1; }")).toMatch(
    /^nat64: the kernel 6[.]12[.]9[+]deb13-cloud-amd64 has no module jool, .*; start the newest installed kernel, or set nat64[.]translator to tayga\n$/,
  );
  expect(complaints("jool", "modprobe() { :; }")).toBe("");
});

const ip = "ip() { echo '2: ens3    inet 198.51.100.10/24 scope global ens3'; }";

test("an address that is shared must be the host's, and a spare one must not", () => {
  expect(complaints("own-address 198.51.100.10 colo.address4", ip)).toBe("");
  expect(complaints("own-address 198.51.100.1 colo.address4", ip)).toMatch(
    /^nat64: no interface has 198[.]51[.]100[.]1, /,
  );
  expect(complaints("spare-address 198.51.100.1 nat64.address4", ip)).toBe("");
  expect(complaints("spare-address 198.51.100.10 nat64.address4", ip)).toMatch(
    /^nat64: ens3 has 198[.]51[.]100[.]10, /,
  );
});
