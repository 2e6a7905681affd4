import { baseImage, fullImage, imagePath } from "./images";
import { cleanUp } from "./cleanup";
import { startClients } from "./clients";
import { startInternetDns, startIspDhcp, startWeb } from "./daemons";
import { exec } from "./exec";
import { labDescription, readDescription, writeDescription, type LabDescription } from "./description";
import {
  clearHost,
  isHostOn,
  killHost as cutHost,
  layHost,
  type HostImage,
  leader,
  startHost as bootHost,
  stopHost as shutHost,
  waitForReboot,
} from "./hosts";
import { internetDns } from "./internet-dns";
import { makeKeys } from "./keys";
import { insertLine, type ProfileName } from "./line";
import { withLock } from "./lock";
import { chooseAccelerator, patience } from "./machines";
import { installTools } from "./packages";
import { inState } from "./paths";
import { isRunning, rememberedNames } from "./processes";
import { hostNames, type AnyHostName, type HostName, type Release } from "./topology";
import { raiseSysctls } from "./tuning";
import { vmImage, vmImagePath } from "./vm-image";
import { wire } from "./wiring";

export { exec, enter } from "./exec";
export { fullImage } from "./images";
export { runInImage } from "./in-image";
export type { LabDescription } from "./description";
export type { HostName, Place, Release } from "./topology";

/** What hosts can be. */
export type HostKind = HostImage["kind"];
export const hostKinds: readonly HostKind[] = ["nspawn", "vm"];

type Progress = (line: string) => void;

/** What can be chosen about a lab. */
export interface UpOptions {
  /** What the hosts are: containers, or machines with Debian's own kernel. @default as they are, else containers */
  readonly hosts?: HostKind | undefined;
  readonly release?: Partial<Readonly<Record<HostName, Release>>>;
  /** What the ISP's line to the home is like. @default as it is, else as fast as this machine */
  readonly profile?: ProfileName | undefined;
  readonly onProgress?: Progress;
}

const locked = <T>(progress: Progress, work: () => Promise<T>): Promise<T> =>
  withLock(inState("lock"), 1800, work, progress);
const silent: Progress = () => undefined;

/** Tells whether a lab as this one is up and all of it runs. */
function isComplete(
  description: LabDescription | undefined,
  { images, profile }: Pick<LabDescription, "images" | "profile">,
): boolean {
  return (
    description !== undefined &&
    JSON.stringify(description.images) === JSON.stringify(images) &&
    description.profile === profile &&
    hostNames.every(isHostOn) &&
    rememberedNames().every(isRunning)
  );
}

/** Boots a host on a fresh disk and waits until its boot is done and its uplink has an address. */
async function bootFresh(name: AnyHostName, images: LabDescription["images"]): Promise<void> {
  const machine = images.machines?.[name];
  await layHost(
    name,
    machine === undefined ? { kind: "nspawn", path: images.base[name] } : { kind: "vm", path: machine },
  );
  await bootHost(name);
  const uplink = name === "colo" ? "ens3" : "enp2s0";
  await exec(name, [
    "/usr/lib/systemd/systemd-networkd-wait-online",
    "-i",
    uplink,
    `--timeout=${30 * patience()}`,
  ]);
  await exec(name, ["systemctl", "is-system-running", "--wait"], { allowFailure: true });
}

const kindOf = (description: LabDescription | undefined): HostKind =>
  description?.images.machines === undefined ? "nspawn" : "vm";

/** Brings the lab up; does nothing if it is up as wanted, and starts afresh if a part of it is missing. */
export async function up(options: UpOptions = {}): Promise<LabDescription> {
  const progress = options.onProgress ?? silent;
  // Without a choice, a lab that is up stays what it is.
  const was = readDescription();
  const release = {
    colo: options.release?.colo ?? was?.hosts.colo.release ?? "trixie",
    home: options.release?.home ?? was?.hosts.home.release ?? "trixie",
  } as const;
  const kind = options.hosts ?? hostKinds.find((each) => each === process.env["LAB_HOSTS"]) ?? kindOf(was);
  const profile = options.profile ?? was?.profile ?? "none";
  const releases = { ...release, cabin: release.home };
  if (process.getuid?.() !== 0)
    throw new Error("lab: needs root, for namespaces and mounts; try again with sudo");
  return locked(progress, async () => {
    const now = readDescription();
    const perHost = (of: (release: Release) => string) => ({
      colo: of(release.colo),
      home: of(release.home),
      cabin: of(release.home),
    });
    const images = {
      full: imagePath("full", "trixie"),
      base: perHost((each) => imagePath("base", each)),
      ...(kind === "vm" ? { machines: perHost(vmImagePath) } : {}),
    };
    if (now !== undefined && isComplete(now, { images, profile })) {
      progress("already up");
      return now;
    }
    await cleanUp();
    await installTools(progress);
    for (const each of new Set([release.colo, release.home]))
      await (kind === "vm" ? vmImage : baseImage)(each, progress);
    const full = await fullImage("trixie", progress);
    await makeKeys();
    if (images.machines !== undefined) await chooseAccelerator(images.machines.colo, progress);
    const dns = await internetDns(full);
    raiseSysctls();
    await wire(dns.addresses);
    progress("namespaces and cables are there");
    if (profile !== "none") await insertLine(profile, await vmImage("trixie", progress));
    const description = labDescription(releases, images, dns, profile);
    await Promise.all([
      ...hostNames.map(async (name) => {
        await bootFresh(name, images);
        progress(`${name}: booted, ssh answers`);
      }),
      startInternetDns(full, dns.directory).then(() => progress("internet: name server answers")),
      startIspDhcp(full).then(() => progress("isp: DHCP server listens")),
      startWeb().then(() => progress("web servers listen")),
    ]);
    await startClients(full);
    writeDescription(description);
    progress("up");
    return description;
  });
}

/** Takes the lab off the machine, also the rest of one that was killed. Images and keys stay. */
export function down(options: Pick<UpOptions, "onProgress"> = {}): Promise<void> {
  return locked(options.onProgress ?? silent, cleanUp);
}

/** The lab that is up. */
export function describe(): LabDescription {
  const description = readDescription();
  if (description === undefined) throw new Error("lab: is not up; try: npm run lab -- up");
  return description;
}

/** Boots a host that is off; returns when it lets somebody log in. */
export function startHost(name: HostName): Promise<void> {
  describe();
  return bootHost(name);
}

/** Shuts a host down in good order. */
export function stopHost(name: HostName): Promise<void> {
  describe();
  return shutHost(name);
}

/** Shuts a host down in good order and boots it again with the same disk. */
export async function restartHost(name: HostName): Promise<void> {
  await stopHost(name);
  await startHost(name);
}

/** Reboots a host from within, as its administrator would. */
export async function rebootHost(name: HostName): Promise<void> {
  const before = leader(name);
  if (before === undefined) throw new Error(`${name}: is off; start it first`);
  // The command's own session may end before it has an exit code.
  await exec(name, ["systemctl", "reboot"], { allowFailure: true });
  await waitForReboot(name, before);
}

/** Cuts the power of a host; it stays off, with its disk as it was, until `startHost`. */
export function killHost(name: HostName): Promise<void> {
  describe();
  return cutHost(name);
}

/** Makes a host a fresh Debian again and boots it. */
export async function resetHost(name: HostName): Promise<void> {
  const { images } = describe();
  await cutHost(name);
  await clearHost(name);
  await bootFresh(name, images);
}

/** Boots a fresh Debian that a lab is without, as somebody's second home. Its cables are there. */
export async function addHost(name: "cabin"): Promise<void> {
  const { images } = describe();
  await removeHost(name);
  await bootFresh(name, images);
}

/** Takes it away again, whatever state it is in. */
export async function removeHost(name: "cabin"): Promise<void> {
  await cutHost(name);
  await clearHost(name);
}
