import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { built, fullImage, imagePath } from "./images";
import { machineMirror } from "./mirror";
import { installTools } from "./packages";
import { CommandError, run } from "./run";

const release = "trixie";

/** What is laid into the machine before it boots. */
export interface KernelFile {
  readonly content: string;
  readonly mode: number;
}

/** How a step ended in the machine; its output and errors as one text. */
export interface StepResult {
  readonly code: number;
  readonly output: string;
}

/** Debian's own kernel, initrd and disk, in a directory; built if the cache has none. */
export async function kernelImage(progress: (line: string) => void): Promise<string> {
  await installTools(progress, ["e2fsprogs", "qemu-system-x86"]);
  return built(
    {
      name: `kernel-${release}`,
      script: "kernel-image.sh",
      before: [release],
      args: async () => {
        await installTools(progress);
        return [await fullImage(release, progress), machineMirror() ?? ""];
      },
      inputs: [imagePath("full", release)],
      seconds: 20,
    },
    progress,
  );
}

/** The same with Jool's module, built by DKMS for that kernel, and its tools. */
export async function joolImage(progress: (line: string) => void): Promise<string> {
  const kernel = await kernelImage(progress);
  return built(
    {
      name: `jool-${release}`,
      script: "jool-image.sh",
      before: [release],
      args: () => [kernel, machineMirror() ?? ""],
      inputs: [kernel],
      seconds: 80,
    },
    progress,
  );
}

const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/**
 * Runs the steps one after the other, whatever becomes of each, reports them on the first serial line, and ends. It
 * starts no program of its own on the way: that takes a third of a second here.
 */
const program = (steps: readonly (readonly [string, string])[]): string =>
  [
    "#!/bin/bash",
    "step() {",
    '  output=$(eval "$2" 2>&1); code=$?',
    // One line per step: newlines travel as record separators.
    "  echo \"$1=$code:${output//$'\\n'/$'\\x1e'}\" >/dev/ttyS0",
    "}",
    "stty -F /dev/ttyS0 raw",
    ...steps.map(([name, line]) => `step ${quote(name)} ${quote(line)}`),
    "echo done=0: >/dev/ttyS0",
    "systemctl poweroff -ff",
    "",
  ].join("\n");

function parse(report: string): Record<string, StepResult> {
  const results: Record<string, StepResult> = {};
  for (const [, name = "", code, text = ""] of report.matchAll(/^([\w-]+)=(\d+):(.*)$/gm))
    results[name] = { code: Number(code), output: text.replaceAll("\x1e", "\n").trim() };
  return results;
}

function lay(directory: string, files: Readonly<Record<string, KernelFile>>): void {
  for (const [path, { content, mode }] of Object.entries(files)) {
    const target = join(directory, path);
    mkdirSync(dirname(target), { recursive: true, mode: mode & 0o077 ? 0o755 : 0o700 });
    writeFileSync(target, content, { mode });
    // The mask of this process may take bits away.
    chmodSync(target, mode);
  }
}

const unit = [
  "[Unit]",
  "Description=Steps of the lab",
  "[Service]",
  "Type=oneshot",
  "ExecStart=/srv/lab/steps",
  "",
];

/** An emulated machine (no KVM asked for, no network device) which dies with this program. */
const qemu = (image: string, directory: string): readonly string[] => [
  ..."setpriv --pdeathsig KILL qemu-system-x86_64 -nodefaults -no-user-config -no-reboot -display none -nic none".split(
    " ",
  ),
  ..."-accel tcg,thread=multi -cpu qemu64 -smp 2 -m 1024 -device virtio-rng-pci".split(" "),
  ...["-drive", `file=${join(image, "disk.img")},if=virtio,format=raw,snapshot=on`],
  ...["-drive", `file=${join(directory, "files.tar")},if=virtio,format=raw,readonly=on`],
  ...["-serial", `file:${join(directory, "report")}`, "-serial", `file:${join(directory, "console")}`],
  ...["-kernel", join(image, "vmlinux"), "-initrd", join(image, "initrd"), "-append"],
  // The test of its timer fails where this machine is so busy that the emulated one stands still for a moment.
  "systemd.unit=lab.service console=ttyS1 no_timer_check mitigations=off panic=-1 systemd.show_status=no quiet",
];

/**
 * Boots Debian with its own kernel, with `files` (by absolute path) in it, runs the shell lines `steps` (by a name of
 * their own) in it, and answers how each ended. Nothing of it stays on this machine.
 */
export async function runInKernel(
  image: string,
  files: Readonly<Record<string, KernelFile>>,
  steps: readonly (readonly [string, string])[],
  timeoutSec = 150,
): Promise<Record<string, StepResult>> {
  const directory = mkdtempSync(join(tmpdir(), "lab-kernel-"));
  try {
    const root = join(directory, "root");
    mkdirSync(root);
    lay(root, {
      ...files,
      "/srv/lab/steps": { content: program(steps), mode: 0o755 },
      "/etc/systemd/system/lab.service": { content: unit.join("\n"), mode: 0o644 },
    });
    const archive = join(directory, "files.tar");
    await run(["sh", "-c", 'cd "$1" && tar --owner=0 --group=0 -cf "$2" *', "sh", root, archive]);
    let said = "";
    try {
      said = (await run(qemu(image, directory), { timeoutSec, allowFailure: true })).stderr;
    } catch (error) {
      // Too late: what it got done tells more.
      if (!(error instanceof CommandError)) throw error;
      said = error.message;
    }
    const textOf = (name: string) => {
      const path = join(directory, name);
      return existsSync(path) ? readFileSync(path, "utf8") : "";
    };
    const results = parse(textOf("report"));
    if (results["done"] === undefined) {
      const console = textOf("console").split("\n").slice(-25).join("\n");
      throw new Error(
        `the machine with Debian's kernel did not get through its steps (at most ${timeoutSec} s; done: ${Object.keys(results).join(" ") || "none"}). Is this machine busy with something else? Try again.\n${said}\n${console}`,
      );
    }
    return results;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
