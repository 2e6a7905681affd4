import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";

/** The release that everything here is made for; package.json pins the same SDK. */
export const pulumiVersion = "3.259.0";

/** This machine in the words of Node's `process.arch`. */
export const arch = process.arch;

/** The folder for what is built or fetched once per machine. */
export function cacheFolder(): string {
  const root = process.getuid?.() === 0;
  return root
    ? "/var/cache/ipv6-home"
    : join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "ipv6-home");
}

/**
 * Makes a folder whole or not at all: `fill` works in a folder beside it, which is renamed at the end. If another
 * process was faster, its result stays.
 */
export async function makeFolder(target: string, fill: (staging: string) => Promise<void>): Promise<void> {
  const staging = `${target}.${process.pid}`;
  rmSync(staging, { recursive: true, force: true });
  mkdirSync(staging, { recursive: true });
  try {
    await fill(staging);
    try {
      renameSync(staging, target);
    } catch (error) {
      if (!existsSync(target)) throw error;
    }
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
}

/** How long a download that failed is not tried again. */
const retryAfterMs = 24 * 3600 * 1000;
const failuresFile = () => join(cacheFolder(), "failed-downloads.json");

/** True if this download failed on this machine within the last day and IPV6_HOME_RETRY=1 is not set. */
export function failedBefore(what: string): boolean {
  if (process.env["IPV6_HOME_RETRY"] === "1") return false;
  return Date.now() - (readFailures()[what] ?? 0) < retryAfterMs;
}

/** Remembers for this machine that the download failed just now. */
export function rememberFailure(what: string): void {
  mkdirSync(dirname(failuresFile()), { recursive: true });
  const staged = `${failuresFile()}.${process.pid}`;
  writeFileSync(staged, JSON.stringify({ ...readFailures(), [what]: Date.now() }, undefined, 2));
  renameSync(staged, failuresFile());
}

function readFailures(): Record<string, number> {
  try {
    return JSON.parse(readFileSync(failuresFile(), "utf8")) as Record<string, number>;
  } catch {
    return {};
  }
}
