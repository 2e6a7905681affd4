import { existsSync, readdirSync, readFileSync, rmdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { allHostNames, cables, management, mobileCables, namespaceOf, testNamespaces } from "./topology";
import { describePath, inState, stateDirectory } from "./paths";
import { end, identify, isAlive, remembered, rememberedNames } from "./processes";
import { run } from "./run";
import { restoreSysctls } from "./tuning";

const groupName = "ipv6-home-lab";
const namespaceFiles = "/run/netns";

/** The text of a file; nothing if it is gone. */
function textOf(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

const entries = (path: string): string[] => (existsSync(path) ? readdirSync(path) : []);

/** The control groups of the lab's hosts, deepest first. */
function groups(): string[] {
  const tops = textOf("/proc/self/mounts")
    .split("\n")
    .flatMap((line) => /^\S+ (\S+) cgroup2? /.exec(line)?.[1] ?? []);
  const below = (path: string): string[] =>
    readdirSync(path, { withFileTypes: true }).flatMap((entry) =>
      entry.isDirectory() ? [...below(join(path, entry.name)), join(path, entry.name)] : [],
    );
  // One may be mounted over another, as by a container.
  return [...new Set(tops)]
    .map((top) => join(top, groupName))
    .flatMap((path) => (existsSync(path) ? [...below(path), path] : []));
}

/** Exactly the lab's names: somebody else may like the prefix too. */
const ownNamespaces = new Set([
  ...[...cables, ...mobileCables].flat().map(({ place }) => namespaceOf(place)),
  // Where host.sh was killed while it took the power from a host.
  ...allHostNames.map((host) => `${namespaceOf(host)}-off`),
  namespaceOf("line"),
  ...Object.values(testNamespaces),
]);

const labNamespaces = (): string[] => entries(namespaceFiles).filter((name) => ownNamespaces.has(name));

/** Ends every process of the lab: those remembered, and whatever else runs in its namespaces and control groups. */
async function endProcesses(): Promise<void> {
  const known = rememberedNames()
    .flatMap((name) => remembered(name) ?? [])
    .filter(isAlive);
  // Power supplies first, so that none of them boots its host again.
  await end(known);
  for (let round = 0; round < 5; round += 1) {
    const inNamespaces = await Promise.all(
      labNamespaces().map((name) => run(["ip", "netns", "pids", name], { allowFailure: true })),
    );
    const inGroups = groups().map((group) => textOf(join(group, "cgroup.procs")));
    const pids = [...inNamespaces.map(({ stdout }) => stdout), ...inGroups]
      .join("\n")
      .split(/\s+/)
      .filter((pid) => pid !== "");
    const found = pids.map(Number).flatMap((pid) => identify(pid) ?? []);
    if (found.length === 0) return;
    await end(found);
  }
}

/** Unmounts what lies below the lab's directories, last mounted first. */
async function unmount(): Promise<void> {
  const points = textOf("/proc/self/mounts")
    .split("\n")
    .map((line) => line.split(" ")[1] ?? "");
  const ours = points.filter(
    (point) =>
      point.startsWith(`${stateDirectory}/`) ||
      new RegExp(`^/run/systemd/nspawn/.*/v6-(${allHostNames.join("|")})(/|$)`).test(point),
  );
  for (const point of ours.reverse()) await run(["umount", "-l", point], { allowFailure: true });
}

/** The lab's interfaces on the machine itself. */
const machineLinks = [
  ...cables
    .flat()
    .filter(({ place }) => place === "machine")
    .map(({ name }) => name),
  management.bridge,
];

/** Deletes an interface. The kernel may be quicker: it takes the cables of a namespace away some time after its end. */
async function deleteLink(link: string): Promise<void> {
  const there = (): boolean => existsSync(`/sys/class/net/${link}`);
  if (!there()) return;
  const { code, stderr } = await run(["ip", "link", "delete", link], { allowFailure: true });
  if (code !== 0 && there()) throw new Error(`ip link delete ${link}: ${stderr.trim()}`);
}

/** Takes everything of the lab off the machine, whatever state it is in; only images and keys stay. */
export async function cleanUp(): Promise<void> {
  // First, so that a lab that is half gone is never taken for one that is up.
  rmSync(describePath, { force: true });
  await endProcesses();
  for (const link of machineLinks) await deleteLink(link);
  for (const name of labNamespaces()) await run(["ip", "netns", "delete", name]);
  await unmount();
  for (const group of groups()) rmdirSync(group);
  for (const name of entries("/etc/netns"))
    if (ownNamespaces.has(name)) rmSync(join("/etc/netns", name), { recursive: true });
  if (existsSync("/etc/netns") && entries("/etc/netns").length === 0) rmdirSync("/etc/netns");
  for (const part of entries("/run/systemd/nspawn")) {
    for (const host of allHostNames)
      rmSync(join("/run/systemd/nspawn", part, namespaceOf(host)), { recursive: true, force: true });
  }
  restoreSysctls();
  for (const entry of entries(stateDirectory)) {
    // Whoever cleans up holds this lock.
    if (entry === "kept" || entry === "lock") continue;
    rmSync(inState(entry), { recursive: true, force: true });
  }
}
