import { existsSync, mkdirSync, readFileSync, readlinkSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { writeHostFiles } from "./host-files";
import { hostKeys } from "./keys";
import { isConnected, isMachine, layMachine, machineSupply, patience } from "./machines";
import { inLab, inState } from "./paths";
import {
  childrenOf,
  end,
  gone,
  identify,
  isRunning,
  logPath,
  remembered,
  signal,
  startDaemon,
  stopDaemon,
  type Identity,
} from "./processes";
import { run, waitFor } from "./run";
import { management, namespaceOf, type AnyHostName } from "./topology";

const daemonOf = (name: AnyHostName): string => `host-${name}`;
const rootOf = (name: AnyHostName): string => inState("hosts", name, "root");
const pidFileOf = (name: AnyHostName): string => inState("hosts", name, "pid");

/** What a host is laid from: a container from a directory, a machine from disks. */
export interface HostImage {
  readonly kind: "nspawn" | "vm";
  readonly path: string;
}

/** Lays a fresh file system for a host: over the image of a container, from that of a machine. */
export async function layHost(name: AnyHostName, image: HostImage): Promise<void> {
  if (image.kind === "vm") return layMachine(name, image.path);
  const directory = inState("hosts", name);
  for (const part of ["root", "upper", "work"]) mkdirSync(`${directory}/${part}`, { recursive: true });
  // Volatile: a lab host never outlives the machine, so no flush has to wait for a disk.
  const layers = `volatile,lowerdir=${image.path},upperdir=${directory}/upper,workdir=${directory}/work`;
  await run(["mount", "-t", "overlay", "-o", layers, `lab-${name}`, rootOf(name)]);
  writeHostFiles(rootOf(name), name, hostKeys(name));
}

/** Throws the file system of a host away; the host must be off. */
export async function clearHost(name: AnyHostName): Promise<void> {
  if (!existsSync(inState("hosts", name))) return;
  if (!isMachine(name)) await run(["umount", rootOf(name)]);
  rmSync(inState("hosts", name), { recursive: true, force: true });
}

/** The process of systemd-nspawn or of QEMU of a running host. */
function container(name: AnyHostName): Identity | undefined {
  try {
    return identify(Number(readFileSync(pidFileOf(name), "utf8")));
  } catch {
    return undefined;
  }
}

function processNamespace(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/ns/pid`);
  } catch {
    return undefined;
  }
}

/** The host's own process 1 or, of one with a kernel of its own, all of it, as this machine sees it; nothing while the host is off or just starts. */
export function leader(name: AnyHostName): Identity | undefined {
  if (!isRunning(daemonOf(name))) return undefined;
  const parent = container(name);
  if (isMachine(name)) return parent;
  // While it starts a container, systemd-nspawn has helpers as children too; process 1 is in a process namespace of its own.
  const children = parent === undefined ? [] : childrenOf(parent.pid).flatMap((pid) => identify(pid) ?? []);
  return children.find(({ pid }) => processNamespace(pid) !== processNamespace(process.pid));
}

/** Tells whether a host is powered. */
export function isHostOn(name: AnyHostName): boolean {
  return isRunning(daemonOf(name));
}

/** Boots a host that is off; returns when it lets somebody log in. */
export async function startHost(name: AnyHostName): Promise<void> {
  if (isHostOn(name)) throw new Error(`${name}: is on already; stop it first`);
  startDaemon(
    daemonOf(name),
    isMachine(name)
      ? machineSupply(name, pidFileOf(name))
      : [inLab("host.sh"), name, rootOf(name), namespaceOf(name), pidFileOf(name)],
  );
  await waitForSsh(name);
}

/** Waits until sshd of a host greets. */
export async function waitForSsh(name: AnyHostName, seconds = 60): Promise<void> {
  try {
    await waitFor(`${name}: ssh login`, seconds * patience(), async () => {
      if (!isHostOn(name)) throw new Error(`${name}: went off while booting`);
      if (isMachine(name) && !isConnected(name)) return undefined;
      return (await greets(management.hosts[name])) ? true : undefined;
    });
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    throw new Error(`${said}; its console is in ${logPath(daemonOf(name))}`, { cause: error });
  }
}

function greets(address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: address, port: 22 });
    const settle = (result: boolean): void => {
      socket.destroy();
      resolve(result);
    };
    socket.setTimeout(1000, () => settle(false));
    // Each question costs the host a process; one that is slow is not to get another while it has not answered.
    socket.once("connect", () => socket.setTimeout(10_000));
    socket.once("error", () => settle(false));
    socket.once("close", () => settle(false));
    socket.once("data", (greeting) => settle(greeting.toString().startsWith("SSH-")));
  });
}

/** Shuts a host down in good order; after 30 seconds, longer if it is emulated, it is cut off. */
export async function stopHost(name: AnyHostName): Promise<void> {
  const supply = remembered(daemonOf(name));
  const running = container(name);
  // systemd-nspawn turns SIGTERM into an orderly shutdown; the power supply of a machine presses its button.
  const told = isMachine(name) ? supply : running;
  if (told !== undefined) signal(told, "SIGTERM");
  if (supply !== undefined) await gone([supply], 30 * patience()).catch(() => killHost(name));
  await stopDaemon(daemonOf(name));
}

/** Waits until a host that was told to reboot has done so. */
export async function waitForReboot(name: AnyHostName, before: Identity): Promise<void> {
  await gone([before], 60 * patience());
  await waitForSsh(name);
}

/** Cuts the power of a host: its processes and its network state are gone at once, its disk stays as it is. */
export async function killHost(name: AnyHostName): Promise<void> {
  const supply = remembered(daemonOf(name));
  const processes = [leader(name), container(name)].filter((each) => each !== undefined);
  await end(processes);
  // The power supply itself ends when it has taken the network state away.
  if (supply !== undefined) await gone([supply], 10);
  await stopDaemon(daemonOf(name));
}
