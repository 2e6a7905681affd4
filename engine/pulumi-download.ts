import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { arch, pulumiVersion } from "./cache";

/** Puts Pulumi's release, which has the language hosts beside the CLI, into the folder; checks it first. */
export async function downloadRelease(folder: string): Promise<void> {
  const file = `pulumi-v${pulumiVersion}-linux-${arch}.tar.gz`;
  const release = `https://github.com/pulumi/pulumi/releases/download/v${pulumiVersion}`;
  const sums = (await fetchBytes(`${release}/SHA512SUMS`, 20)).toString("utf8");
  const expected = sums
    .split("\n")
    .map((line) => line.trim().split(/\s+\*?/))
    .find(([, name]) => name === file)?.[0];
  if (expected === undefined) throw new Error(`SHA512SUMS of v${pulumiVersion} does not list ${file}`);

  const archive = await fetchBytes(`https://get.pulumi.com/releases/sdk/${file}`, 600);
  const actual = createHash("sha512").update(archive).digest("hex");
  if (actual !== expected) throw new Error(`${file}: its SHA-512 is ${actual}, SHA512SUMS says ${expected}`);

  const args = ["-xz", "-C", folder, "--strip-components=1", "--no-same-owner"];
  const unpacked = spawnSync("tar", args, { input: archive, encoding: "utf8" });
  if (unpacked.status !== 0) throw new Error(`${file}: tar failed: ${unpacked.stderr.trim()}`);
}

/** A closed network must be noticed in seconds, a slow one may take its time. */
async function fetchBytes(url: string, seconds: number): Promise<Buffer> {
  const control = new AbortController();
  const silent = setTimeout(() => control.abort(new Error(`${url}: no answer within 5 s`)), 5000);
  const slow = setTimeout(
    () => control.abort(new Error(`${url}: not complete after ${seconds} s`)),
    seconds * 1000,
  );
  try {
    const response = await fetch(url, { signal: control.signal });
    clearTimeout(silent);
    if (!response.ok) throw new Error(`${url}: HTTP status ${response.status}`);
    return Buffer.from(await response.arrayBuffer());
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? `: ${error.cause.message}` : "";
    throw new Error(`${error instanceof Error ? error.message : String(error)}${cause}`, { cause: error });
  } finally {
    clearTimeout(silent);
    clearTimeout(slow);
  }
}
