import { spawn } from "node:child_process";
import { copyFileSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { installTools } from "./packages";
import { run } from "./run";
import { namespaceOf } from "./topology";

const folder = "/usr/share/OVMF";
const port = "firmware";
const inSwitch = ["ip", "netns", "exec", namespaceOf("switch")];

/** An emulated machine (no KVM asked for) with UEFI firmware, no disk, and one port; it tries IPv6 alone. */
const qemu = (mac: string, variables: string): readonly string[] => [
  ..."qemu-system-x86_64 -nodefaults -no-user-config -no-reboot -display none -machine q35".split(" "),
  ..."-accel tcg,thread=multi -cpu qemu64 -smp 1 -m 512 -device virtio-rng-pci -serial stdio".split(" "),
  ...["-drive", `if=pflash,format=raw,readonly=on,file=${folder}/OVMF_CODE_4M.fd`],
  ...["-drive", `if=pflash,format=raw,file=${variables}`],
  ...["-netdev", `tap,id=net,ifname=${port},script=no,downscript=no`],
  ...["-device", `virtio-net-pci,netdev=net,mac=${mac},romfile=`],
  ...["-fw_cfg", "name=opt/org.tianocore/IPv4Support,string=n"],
];

/**
 * Plugs a machine that has nothing but UEFI firmware into a bridge of the switch at home, switches it on, and answers
 * what its console says up to where it says `end`. Throws what it said if that does not come in time. PXE is tried before
 * HTTP boot.
 */
export async function bootFirmware(
  mac: string,
  bridge: "lan" | "lan2",
  end: RegExp,
  timeoutSec: number,
): Promise<string> {
  if (!existsSync(`${folder}/OVMF_CODE_4M.fd`)) await installTools(() => undefined, ["ovmf"]);
  await installTools(() => undefined, ["qemu-system-x86"]);
  const directory = mkdtempSync(join(tmpdir(), "lab-firmware-"));
  try {
    const variables = join(directory, "variables");
    copyFileSync(`${folder}/OVMF_VARS_4M.fd`, variables);
    await run([...inSwitch, "ip", "tuntap", "add", port, "mode", "tap"]);
    await run([...inSwitch, "ip", "link", "set", port, "master", bridge, "up"]);
    return await watch([...inSwitch, ...qemu(mac, variables)], end, timeoutSec);
  } finally {
    await run([...inSwitch, "ip", "link", "delete", port], { allowFailure: true });
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Runs a machine until its console says something. It dies with this program. */
function watch(argv: readonly string[], end: RegExp, timeoutSec: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const machine = spawn("setpriv", ["--pdeathsig", "KILL", ...argv], { stdio: ["ignore", "pipe", "pipe"] });
    let [heard, said] = ["", ""];
    const late = setTimeout(() => machine.kill("SIGKILL"), timeoutSec * 1000);
    const hear = (data: Buffer) => {
      heard += data.toString("latin1");
      said = plain(heard);
      if (end.test(said)) machine.kill("SIGKILL");
    };
    machine.stdout.on("data", hear);
    machine.stderr.on("data", hear);
    machine.on("error", reject);
    machine.on("close", () => {
      clearTimeout(late);
      if (end.test(said)) resolve(said);
      else
        reject(
          new Error(`the machine did not say ${end.source} within ${timeoutSec} s:\n${said.slice(-3000)}`),
        );
    });
  });
}

/** Without what moves the cursor and colours the text (ECMA-48). */
// eslint-disable-next-line no-control-regex
const plain = (text: string): string => text.replace(/\x1b\[[0-9;=?]*[A-Za-z]/g, "").replace(/\0/g, "");
