import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { withLock } from "./lock";
import { machineMirror, proxyEnvironment } from "./mirror";
import { imagePackages } from "./packages";
import { cacheDirectory, inLab } from "./paths";
import { run } from "./run";
import type { Release } from "./topology";

type Kind = "base" | "full";

/** The directory of an image, whether it is built or not, named by all that decides its content. */
export function imagePath(kind: Kind, release: Release): string {
  const recipe = [readFileSync(inLab("image.sh"), "utf8"), kind, release, ...imagePackages].join("\0");
  return join(
    cacheDirectory,
    `${kind}-${release}-${createHash("sha256").update(recipe).digest("hex").slice(0, 12)}`,
  );
}

/** Removes half-built images and those of an older recipe. */
async function sweep(kind: Kind, release: Release, keep: string): Promise<void> {
  const old = readdirSync(cacheDirectory).filter((entry) =>
    new RegExp(`^(\\.building-)?${kind}-${release}-`).test(entry),
  );
  const paths = old.map((entry) => join(cacheDirectory, entry)).filter((path) => path !== keep);
  if (paths.length > 0) await run(["rm", "-rf", "--one-file-system", ...paths], { timeoutSec: 300 });
}

/** Runs the recipe; each line that it prints is a step done. */
async function build(name: string, args: readonly string[], progress: (line: string) => void): Promise<void> {
  const env = await proxyEnvironment();
  // In namespaces of its own, and dying with this program, so that nothing of a killed build stays mounted or running.
  const argv = [
    "--pdeathsig",
    "KILL",
    "unshare",
    "-m",
    "-p",
    "-f",
    "--kill-child",
    inLab("image.sh"),
    ...args,
  ];
  const child = spawn("setpriv", argv, { stdio: ["ignore", "pipe", "pipe"], env });
  const said: string[] = [];
  const note = (line: string): void => {
    if (line.startsWith("note: ")) progress(`${name}: ${line}`);
    else said.push(line);
  };
  createInterface(child.stdout).on("line", (line) => progress(`${name}: ${line}`));
  createInterface(child.stderr).on("line", note);
  const code = await new Promise<number | null>((resolve, reject) =>
    child.on("error", reject).on("close", resolve),
  );
  if (code !== 0) {
    throw new Error(
      `${name}: the image could not be built. Is the Debian mirror of this machine reachable?\n${said.slice(-20).join("\n")}`,
    );
  }
}

async function image(kind: Kind, release: Release, progress: (line: string) => void): Promise<string> {
  const path = imagePath(kind, release);
  if (existsSync(path)) return path;
  const name = `${kind}-${release}`;
  mkdirSync(cacheDirectory, { recursive: true });
  const lock = join(cacheDirectory, `.lock-${name}`);
  const makeOnce = async (): Promise<string> => {
    if (existsSync(path)) return path;
    await sweep(kind, release, path);
    const from = kind === "base" ? (machineMirror() ?? "") : await image("base", release, progress);
    progress(`${name}: building, about ${kind === "base" ? "70" : "20"} s, once`);
    const unfinished = join(cacheDirectory, `.building-${name}-${process.pid}`);
    mkdirSync(unfinished);
    await build(name, [kind, release, unfinished, from, ...imagePackages], progress);
    renameSync(unfinished, path);
    return path;
  };
  return withLock(lock, 1800, makeOnce, (line) => progress(`${name}: ${line}`));
}

/** A small Debian server as a directory, with an offline package repository; built if the cache has none. */
export function baseImage(release: Release, progress: (line: string) => void): Promise<string> {
  return image("base", release, progress);
}

/** The same with all packages of the project installed and no daemon enabled: for checks in a chroot. */
export function fullImage(release: Release, progress: (line: string) => void): Promise<string> {
  return image("full", release, progress);
}
