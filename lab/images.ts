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

/** What can be built once and kept: `script` fills an empty directory and says a line per step. */
export interface Recipe {
  readonly name: string;
  /** Shell script beside this file; called with the words of `before`, the directory, and the words of `args`. */
  readonly script: string;
  readonly before: readonly string[];
  readonly args: () => readonly string[] | Promise<readonly string[]>;
  /** What decides the content, apart from the script. */
  readonly inputs: readonly string[];
  readonly seconds: number;
}

/** The directory of what a recipe makes, whether it is made or not, named by all that decides its content. */
export function recipePath({ name, script, inputs }: Pick<Recipe, "name" | "script" | "inputs">): string {
  const content = [readFileSync(inLab(script), "utf8"), ...inputs].join("\0");
  return join(cacheDirectory, `${name}-${createHash("sha256").update(content).digest("hex").slice(0, 12)}`);
}

const inputsOf = (kind: Kind, release: Release) => [kind, release, ...imagePackages];

/** The directory of an image, whether it is built or not, named by all that decides its content. */
export function imagePath(kind: Kind, release: Release): string {
  return recipePath({ name: `${kind}-${release}`, script: "image.sh", inputs: inputsOf(kind, release) });
}

/** Removes half-built images and those of an older recipe. */
async function sweep(name: string, keep: string): Promise<void> {
  const old = readdirSync(cacheDirectory).filter((entry) =>
    new RegExp(`^(\\.building-)?${name}-`).test(entry),
  );
  const paths = old.map((entry) => join(cacheDirectory, entry)).filter((path) => path !== keep);
  if (paths.length > 0) await run(["rm", "-rf", "--one-file-system", ...paths], { timeoutSec: 300 });
}

/** Runs the script; each line that it prints is a step done. */
async function build(
  name: string,
  script: readonly string[],
  progress: (line: string) => void,
): Promise<void> {
  const env = await proxyEnvironment();
  // In namespaces of its own, and dying with this program, so that nothing of a killed build stays mounted or running.
  const argv = ["--pdeathsig", "KILL", "unshare", "-m", "-p", "-f", "--kill-child", ...script];
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

/** The directory of what a recipe makes; built if the cache has none. */
export async function built(recipe: Recipe, progress: (line: string) => void): Promise<string> {
  const { name } = recipe;
  const path = recipePath(recipe);
  if (existsSync(path)) return path;
  mkdirSync(cacheDirectory, { recursive: true });
  const lock = join(cacheDirectory, `.lock-${name}`);
  const makeOnce = async (): Promise<string> => {
    if (existsSync(path)) return path;
    await sweep(name, path);
    const args = await recipe.args();
    progress(`${name}: building, about ${recipe.seconds} s, once`);
    const unfinished = join(cacheDirectory, `.building-${name}-${process.pid}`);
    mkdirSync(unfinished);
    await build(name, [inLab(recipe.script), ...recipe.before, unfinished, ...args], progress);
    renameSync(unfinished, path);
    return path;
  };
  return withLock(lock, 1800, makeOnce, (line) => progress(`${name}: ${line}`));
}

const image = (kind: Kind, release: Release, progress: (line: string) => void): Promise<string> =>
  built(
    {
      name: `${kind}-${release}`,
      script: "image.sh",
      before: [kind, release],
      args: async () => [
        kind === "base" ? (machineMirror() ?? "") : await image("base", release, progress),
        ...imagePackages,
      ],
      inputs: inputsOf(kind, release),
      seconds: kind === "base" ? 70 : 20,
    },
    progress,
  );

/** A small Debian server as a directory, with an offline package repository; built if the cache has none. */
export function baseImage(release: Release, progress: (line: string) => void): Promise<string> {
  return image("base", release, progress);
}

/** The same with all packages of the project installed and no daemon enabled: for checks in a chroot. */
export function fullImage(release: Release, progress: (line: string) => void): Promise<string> {
  return image("full", release, progress);
}
