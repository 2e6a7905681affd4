import { baseImage, fullImage, imagePath } from "./images";
import { cleanUp } from "./cleanup";
import { restartClients, startClients } from "./clients";
import { startInternetDns, startIspDhcp, startWeb } from "./daemons";
import { exec } from "./exec";
import { labDescription, readDescription, writeDescription, type LabDescription } from "./description";
import {
  clearHost,
  isHostOn,
  killHost as cutHost,
  layHost,
  leader,
  startHost as bootHost,
  stopHost as shutHost,
  waitForReboot,
} from "./hosts";
import { internetDns } from "./internet-dns";
import { makeKeys } from "./keys";
import { withLock } from "./lock";
import { installTools } from "./packages";
import { inState } from "./paths";
import { isRunning, rememberedNames } from "./processes";
import { hostNames, type AnyHostName, type HostName, type Release } from "./topology";
import { raiseSysctls } from "./tuning";
import { wire } from "./wiring";

export { exec, enter } from "./exec";
export { fullImage } from "./images";
export { runInImage } from "./in-image";
export type { LabDescription } from "./description";
export type { HostName, Place, Release } from "./topology";

type Progress = (line: string) => void;

/** What can be chosen about a lab. */
export interface UpOptions {
  readonly release?: Partial<Readonly<Record<HostName, Release>>>;
  readonly onProgress?: Progress;
}

const locked = <T>(progress: Progress, work: () => Promise<T>): Promise<T> =>
  withLock(inState("lock"), 1800, work, progress);
const silent: Progress = () => undefined;

/** Tells whether a lab with these images is up and all of it runs. */
function isComplete(description: LabDescription | undefined, images: LabDescription["images"]): boolean {
  return (
    description !== undefined &&
    JSON.stringify(description.images) === JSON.stringify(images) &&
    hostNames.every(isHostOn) &&
    rememberedNames().every(isRunning)
  );
}

/** Boots a host on a fresh disk and waits until its boot is done and its uplink has an address. */
async function bootFresh(name: AnyHostName, image: string): Promise<void> {
  await layHost(name, image);
  await bootHost(name);
  const uplink = name === "colo" ? "ens3" : "enp2s0";
  await exec(name, ["/usr/lib/systemd/systemd-networkd-wait-online", "-i", uplink, "--timeout=30"]);
  await exec(name, ["systemctl", "is-system-running", "--wait"], { allowFailure: true });
}

/** Brings the lab up; does nothing if it is up as wanted, and starts afresh if a part of it is missing. */
export async function up(options: UpOptions = {}): Promise<LabDescription> {
  const progress = options.onProgress ?? silent;
  // Without a choice, a lab that is up stays what it is.
  const was = readDescription();
  const release = {
    colo: options.release?.colo ?? was?.hosts.colo.release ?? "trixie",
    home: options.release?.home ?? was?.hosts.home.release ?? "trixie",
  } as const;
  const releases = { ...release, cabin: release.home };
  if (process.getuid?.() !== 0)
    throw new Error("lab: needs root, for namespaces and mounts; try again with sudo");
  return locked(progress, async () => {
    const now = readDescription();
    const wanted = {
      full: imagePath("full", "trixie"),
      base: {
        colo: imagePath("base", release.colo),
        home: imagePath("base", release.home),
        cabin: imagePath("base", release.home),
      },
    };
    if (now !== undefined && isComplete(now, wanted)) {
      progress("already up");
      return now;
    }
    await cleanUp();
    await installTools(progress);
    const home = await baseImage(release.home, progress);
    const base = { colo: await baseImage(release.colo, progress), home, cabin: home };
    const full = await fullImage("trixie", progress);
    await makeKeys();
    const dns = await internetDns(full);
    raiseSysctls();
    await wire(dns.addresses);
    progress("namespaces and cables are there");
    const description = labDescription(releases, { full, base }, dns);
    await Promise.all([
      ...hostNames.map(async (name) => {
        await bootFresh(name, base[name]);
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
  await bootFresh(name, images.base[name]);
}

/** Boots a fresh Debian that a lab is without, as somebody's second home. Its cables are there. */
export async function addHost(name: "cabin"): Promise<void> {
  const { images } = describe();
  await removeHost(name);
  await bootFresh(name, images.base[name]);
}

/** Takes it away again, whatever state it is in. */
export async function removeHost(name: "cabin"): Promise<void> {
  await cutHost(name);
  await clearHost(name);
}

/** Makes the devices at home start over at once, as after a change to what the home gateway advertises. */
export function renewClients(): Promise<void> {
  return restartClients();
}
