import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeHostFiles } from "./host-files";
import { hostKeys } from "./keys";
import { inLab, inState, keptDirectory, sshKeyPath } from "./paths";
import { CommandError, run } from "./run";
import { allHostNames, cables, mobileCables, namespaceOf, type AnyHostName } from "./topology";

const directoryOf = (name: AnyHostName): string => inState("hosts", name);
const inDirectory = (name: AnyHostName, file: string): string => join(directoryOf(name), file);

/** Tells a host that is a machine with a kernel of its own from one that is a container. */
export const isMachine = (name: AnyHostName): boolean => existsSync(inDirectory(name, "disk.img"));

/** What runs a machine: "kvm", or "tcg", which emulates its processors. */
export const acceleratorOf = (name: AnyHostName): string =>
  readFileSync(inDirectory(name, "accelerator"), "utf8").split(" ")[0] ?? "tcg";

/** How much longer things take where hosts are machines: what waits for one multiplies its limit by it. */
export function patience(): number {
  const machine = allHostNames.find(isMachine);
  if (machine === undefined) return 1;
  return acceleratorOf(machine) === "kvm" ? 2 : 4;
}

/** The machine's names for its ports: udev knows them by their addresses, as a provider's image does. */
function linkFiles(name: AnyHostName): readonly (readonly [string, string])[] {
  const ports = [...cables, ...mobileCables].flat().filter(({ place }) => place === name);
  const all = [...ports, { name: "lab0", mac: "06:00:00:00:1a:b0" }];
  return all.map(({ name: port, mac }) => [
    `etc/systemd/network/10-${port}.link`,
    `[Match]\nMACAddress=${mac}\n\n[Link]\nName=${port}\n`,
  ]);
}

/** How the lab gets into a machine, whatever becomes of the machine's own network. */
const sshConfig = (name: AnyHostName): string =>
  [
    `Host ${name}`,
    "HostName 169.254.77.2",
    "User root",
    `IdentityFile ${sshKeyPath}`,
    "IdentitiesOnly yes",
    `UserKnownHostsFile ${inDirectory(name, "known_hosts")}`,
    "GlobalKnownHostsFile /dev/null",
    "StrictHostKeyChecking yes",
    `ControlPath ${inDirectory(name, "ssh")}`,
    "ControlMaster no",
    `ProxyCommand ip netns exec ${namespaceOf(name)} nc %h %p`,
    "ConnectTimeout 30",
    "LogLevel ERROR",
    "",
  ].join("\n");

/** Lays a fresh disk for a host that is a machine. */
export async function layMachine(name: AnyHostName, image: string): Promise<void> {
  const keys = hostKeys(name);
  const root = inDirectory(name, "files");
  mkdirSync(root, { recursive: true });
  writeHostFiles(root, name, keys);
  const files: readonly (readonly [string, string])[] = [
    ...linkFiles(name),
    ["etc/lab/host_key", keys.privateKey],
    ["etc/lab/authorized_keys", `${keys.authorized}\n`],
  ];
  for (const [path, content] of files) {
    mkdirSync(join(root, path, ".."), { recursive: true });
    writeFileSync(join(root, path), content, { mode: path.endsWith("key") ? 0o600 : 0o644 });
  }
  // Files alone, for the directories are there; the identity last, for it tells that all else is there.
  const archive = inDirectory(name, "files.tar");
  const tar =
    'cd "$1" && { find . -type f ! -name machine-id; echo ./etc/machine-id; } | tar --owner=0 --group=0 -cf "$2" -T -';
  await run(["sh", "-c", tar, "sh", root, archive]);
  writeFileSync(inDirectory(name, "known_hosts"), `169.254.77.2 ${keys.publicKey}\n`);
  writeFileSync(inDirectory(name, "ssh_config"), sshConfig(name));
  symlinkSync(image, inDirectory(name, "image"));
  copyFileSync(acceleratorFile(), inDirectory(name, "accelerator"));
  const disk = inDirectory(name, "disk.img");
  await run(["cp", "--sparse=always", "--reflink=auto", join(image, "disk.img"), disk], { timeoutSec: 300 });
}

/** The command line of a machine's power supply. */
export const machineSupply = (name: AnyHostName, pidFile: string): string[] => [
  ...[
    "ip",
    "netns",
    "exec",
    namespaceOf(name),
    process.execPath,
    inLab("vm-host.mjs"),
    name,
    directoryOf(name),
  ],
  inDirectory(name, "image"),
  acceleratorOf(name),
  pidFile,
];

/** Whether the lab's connection into a machine is there. */
export const isConnected = (name: AnyHostName): boolean => existsSync(inDirectory(name, "ssh"));

const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/** The command line that runs a command in a machine, in the network that its other programs have. */
export const inMachine = (name: AnyHostName, argv: readonly string[], terminal = false): string[] => [
  ...["ssh", "-F", inDirectory(name, "ssh_config"), ...(terminal ? ["-t"] : []), name, "--"],
  ["exec", "nsenter", "--net=/proc/1/ns/net", "--", ...argv].map(quote).join(" ").replace("'exec'", "exec"),
];

const acceleratorFile = (): string => join(keptDirectory, "accelerator");
const bootId = (): string => readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();

/** Finds out whether this machine's KVM runs a kernel: there are machines on which it stands still. */
export async function chooseAccelerator(image: string, progress: (line: string) => void): Promise<void> {
  const path = acceleratorFile();
  if (existsSync(path) && readFileSync(path, "utf8").endsWith(` ${bootId()}`)) return;
  const works = existsSync("/dev/kvm") && (await probeKvm(image));
  progress(works ? "machines: KVM works" : "machines: no KVM that works, so their processors are emulated");
  mkdirSync(keptDirectory, { recursive: true });
  writeFileSync(path, `${works ? "kvm" : "tcg"} ${bootId()}`);
}

async function probeKvm(image: string): Promise<boolean> {
  const directory = mkdtempSync(join(tmpdir(), "lab-kvm-"));
  const report = join(directory, "report");
  const argv = [
    ..."setpriv --pdeathsig KILL qemu-system-x86_64 -nodefaults -no-user-config -no-reboot -display none".split(
      " ",
    ),
    ..."-nic none -accel kvm -cpu host -m 256".split(" "),
    ...["-serial", `file:${report}`, "-kernel", join(image, "vmlinux"), "-initrd", join(image, "initrd")],
    ...["-append", "lab=probe console=ttyS0 panic=-1 quiet"],
  ];
  try {
    await run(argv, { timeoutSec: 10, allowFailure: true });
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
  }
  const said = existsSync(report) ? readFileSync(report, "utf8") : "";
  rmSync(directory, { recursive: true, force: true });
  return said.includes("lab-probe-ok");
}
