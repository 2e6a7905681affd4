import { chmodSync, copyFileSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { hostNames } from "../lab/topology";
import { run } from "../lab/run";
import type { HostName, LabDescription } from "../lab/lab";
import { sshOptions } from "./ssh";
import { writeFiles, type Payload, type Step } from "./payload";

/** Checks that are the same program on several files in one call, as somebody would write them by hand. */
function byHand(checks: readonly string[]): string[] {
  const together = ["systemd-analyze verify", "bash -n"];
  return [
    ...checks.filter((check) => !together.some((program) => check.startsWith(`${program} `))),
    ...together.flatMap((program) => {
      const files = checks.flatMap((check) =>
        check.startsWith(`${program} `) ? [check.slice(program.length + 1)] : [],
      );
      if (files.length === 0) return [];
      // bash reads only one script at a time.
      return program === "bash -n"
        ? [`for f in ${files.join(" ")}; do bash -n $f || exit; done`]
        : [`${program} ${files.join(" ")}`];
    }),
  ];
}

function writeStep(folder: string, step: Step): void {
  const list = (name: string, lines: readonly string[]) =>
    writeFileSync(join(folder, name), lines.map((line) => `${line}\n`).join(""));
  mkdirSync(folder, { recursive: true });
  writeFiles(join(folder, "stage"), step.files);
  list(
    "files",
    step.files.map(({ mode, owner, path }) => `${mode} ${owner} ${path}`),
  );
  list("packages", step.packages);
  list(
    "checks",
    byHand(step.checks).map((check) => check.replaceAll("{stage}", "stage")),
  );
  list(
    "directories",
    step.directories.map(({ mode, path }) => `${mode} ${path}`),
  );
  list("sysctls", step.sysctls);
  list(
    "units",
    step.rules.map(({ unit, action, paths }) => [unit, action, ...paths].join(" ")),
  );
}

/** Lays out what is sent to each host. */
export function writeFloor(folder: string, payload: Payload): void {
  rmSync(folder, { recursive: true, force: true });
  for (const host of hostNames) {
    for (const step of payload[host]) writeStep(join(folder, host, step.name), step);
    copyFileSync(join(__dirname, "floor.sh"), join(folder, host, "floor.sh"));
    chmodSync(join(folder, host, "floor.sh"), 0o755);
  }
}

/** Runs the script on some hosts side by side, one login each; answers how many files differed. */
export async function runFloor(
  folder: string,
  keys: string,
  lab: LabDescription,
  verb: "apply" | "diff",
  hosts: readonly HostName[],
): Promise<number> {
  const remote = `d=$(mktemp -d); trap 'rm -rf "$d"' EXIT; tar -xC "$d" && "$d/floor.sh" ${verb}`;
  const changed = await Promise.all(
    hosts.map(async (host) => {
      const ssh = [
        "ssh",
        ...sshOptions(keys, lab),
        `root@${lab.hosts[host].management}`,
        `'${quoted(remote)}'`,
      ];
      const line = `tar -cC '${join(folder, host)}' . | ${ssh.join(" ")}`;
      const { stdout } = await run(["bash", "-o", "pipefail", "-c", line], { timeoutSec: 300 });
      return Number(/^changed (\d+)$/m.exec(stdout)?.[1] ?? Number.NaN);
    }),
  );
  return changed.reduce((sum, each) => sum + each, 0);
}

const quoted = (text: string): string => text.replaceAll("'", `'\\''`);
