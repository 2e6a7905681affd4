import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { arch, pulumiVersion } from "./cache";

/**
 * SHA-256 of the release's archives by architecture, as Pulumi's own Homebrew formula of this version has them: who can
 * change what the download answers cannot change these. Another version of Pulumi needs others here.
 */
export const releaseSums: Readonly<Partial<Record<NodeJS.Architecture, string>>> = {
  arm64: "edc8327463a72160bb36cf82cf5062da9c8a244290a706d9980988e7bf486853",
  x64: "94ba357acac23d01474084c4b00098dc0f7bc70ce13f34c777459254a5f718e5",
};

/** Puts Pulumi's release, which has the language hosts beside the CLI, into the folder; checks it first. */
export async function downloadRelease(folder: string): Promise<void> {
  const file = `pulumi-v${pulumiVersion}-linux-${arch}.tar.gz`;
  const expected = releaseSums[arch];
  if (expected === undefined)
    throw new Error(
      `${file}: no SHA-256 is known; there are those of ${Object.keys(releaseSums).join(", ")}`,
    );
  unpackRelease({
    file,
    archive: await fetchBytes(`https://get.pulumi.com/releases/sdk/${file}`, 600),
    expected,
    folder,
  });
}

/** Unpacks an archive of one folder, without that folder, if it has the expected SHA-256 (in hexadecimal). */
export function unpackRelease(args: {
  readonly file: string;
  readonly archive: Buffer;
  readonly expected: string;
  readonly folder: string;
}): void {
  const { file, archive, expected, folder } = args;
  const actual = createHash("sha256").update(archive).digest("hex");
  if (actual !== expected)
    throw new Error(`${file}: its SHA-256 is ${actual}; allowed is ${expected}; nothing was unpacked`);
  const tar = ["-xz", "-C", folder, "--strip-components=1", "--no-same-owner"];
  const unpacked = spawnSync("tar", tar, { input: archive, encoding: "utf8" });
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
