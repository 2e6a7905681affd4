import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { inState } from "./paths";
import { isRunning, logPath, startDaemon, stopDaemon } from "./processes";
import { ipBatch, run, waitFor } from "./run";
import { cables, namespaceOf, type Cable, type Port } from "./topology";
import { plugCable, pullCable } from "./wiring";

/** What the ISP's cable to the home is like. */
export type ProfileName = "none" | "isp";

/**
 * By the kernel's netem, each way: a packet comes 10 ms later, so that an answer takes 20 ms, one in a hundred never, and
 * no more than 100 Mbit/s.
 */
const profiles: Readonly<Record<Exclude<ProfileName, "none">, string>> = {
  isp: "delay 10ms loss 1% rate 100mbit",
};
export const profileNames: readonly ProfileName[] = ["none", "isp"];

const namespace = namespaceOf("line");

/** The cable that the line is a part of. */
function theCable(): Cable {
  const cable = cables.find(([a, b]) => a.place === "isp" && b.place === "home");
  if (cable === undefined) throw new Error("line: there is no cable between the ISP and the home");
  return cable;
}

const end = (name: string, mac: string): Port => ({
  place: "line",
  name,
  mac: `06:00:00:00:${mac}`,
  addresses: [],
});

/**
 * Puts a piece of line into the cable between the ISP and the home: a small machine with Debian's kernel, because this
 * machine's own may have no netem. It is a bridge; neither end sees it, but for a link that is down at the other one.
 */
export async function insertLine(profile: Exclude<ProfileName, "none">, image: string): Promise<void> {
  const cable = theCable();
  await pullCable(cable);
  await ipBatch(undefined, [`netns add ${namespace}`]);
  const sides = [
    [cable[0], end("isp", "11:01")],
    [cable[1], end("home", "11:02")],
  ] as const;
  for (const side of sides) await plugCable(side);
  await ipBatch(
    namespace,
    sides.flatMap(([, { name }]) => [
      `tuntap add t-${name} mode tap`,
      `link add b-${name} type bridge mcast_snooping 0 forward_delay 0`,
      ...[name, `t-${name}`].map((port) => `link set ${port} master b-${name} up`),
      `link set b-${name} up`,
    ]),
  );
  const directory = inState("line");
  mkdirSync(directory, { recursive: true });
  const report = join(directory, "report");
  // Packets as they are on a wire, no larger ones that a card would part: each is late, or lost, for itself.
  const plain = "guest_tso4=off,guest_tso6=off,guest_ufo=off,guest_ecn=off";
  startDaemon("line", [
    ...["ip", "netns", "exec", namespace],
    ..."qemu-system-x86_64 -nodefaults -no-user-config -no-reboot -display none -machine pc".split(" "),
    ..."-accel tcg,tb-size=32 -cpu qemu64 -m 192".split(" "),
    ...["-drive", `file=${join(image, "tools.img")},if=virtio,format=raw,readonly=on`],
    ...["-serial", `file:${report}`],
    ...sides.flatMap(([, { name }], at) => [
      ...["-netdev", `tap,id=${name},ifname=t-${name},script=no,downscript=no`],
      ...["-device", `virtio-net-pci,netdev=${name},mac=06:00:00:00:12:0${at + 1},romfile=,${plain}`],
    ]),
    // At boot the kernel measures the processor's own clock against this one; a busy machine makes that a poor guess.
    ...["-kernel", join(image, "vmlinux"), "-initrd", join(image, "initrd"), "-append"],
    `lab=line line="${profiles[profile]}" clocksource=acpi_pm console=ttyS0 mitigations=off panic=-1 quiet`,
  ]);
  await waitFor("line: carries packets", 120, () => {
    if (!isRunning("line")) throw new Error(`line: ended at its start; see ${logPath("line")}`);
    return existsSync(report) && readFileSync(report, "utf8").includes("lab-line-ok") ? true : undefined;
  });
}

/** Takes it away again, whatever is there of it: then the cable goes from end to end. */
export async function removeLine(): Promise<void> {
  await stopDaemon("line", 0);
  const [a, b] = theCable();
  for (const { place, name } of [a, b])
    await run(["ip", "-n", namespaceOf(place), "link", "delete", name], { allowFailure: true });
  await run(["ip", "netns", "delete", namespace], { allowFailure: true });
  await plugCable([a, b]);
}
