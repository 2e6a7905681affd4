import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { arch, cacheFolder, failedBefore, makeFolder, pulumiVersion, rememberFailure } from "./cache";
import { buildWithGo } from "./pulumi-build";
import { downloadRelease } from "./pulumi-download";
import { onPath } from "./providers";

export interface PulumiCli {
  readonly path: string;
  readonly version: string;
  readonly source: "path" | "cache" | "download" | "go-modules";
}

/**
 * Finds the Pulumi CLI, or makes one: the one on PATH if it is new enough, else this project's own in the machine's
 * cache, which is Pulumi's release or, where that cannot be downloaded, a build from its Go modules.
 */
export async function ensurePulumi(onProgress: (line: string) => void): Promise<PulumiCli> {
  const installed = onPath("pulumi");
  const version = installed === undefined ? undefined : versionOf(installed);
  if (installed !== undefined && version !== undefined && isNewEnough(version)) {
    return { path: installed, version, source: "path" };
  }

  const folder = join(cacheFolder(), "pulumi", `${pulumiVersion}-${arch}`);
  const path = join(folder, "pulumi");
  if (existsSync(path)) return { path, version: pulumiVersion, source: "cache" };
  if (version !== undefined) onProgress(`engine: pulumi ${version} on PATH is older than ${pulumiVersion}`);

  const what = `Pulumi ${pulumiVersion}`;
  if (!failedBefore(what)) {
    onProgress(`engine: downloading ${what}`);
    try {
      await makeFolder(folder, downloadRelease);
      return { path, version: pulumiVersion, source: "download" };
    } catch (error) {
      rememberFailure(what);
      onProgress(
        `engine: ${what} cannot be downloaded (${error instanceof Error ? error.message : String(error)})`,
      );
    }
  }
  onProgress(`engine: building ${what} from its Go modules, once, about four minutes on two cores`);
  const started = Date.now();
  await makeFolder(folder, (staging) => buildWithGo(staging, onProgress));
  onProgress(`engine: built ${what} in ${Math.round((Date.now() - started) / 1000)} s`);
  return { path, version: pulumiVersion, source: "go-modules" };
}

function versionOf(path: string): string | undefined {
  try {
    const env = { ...process.env, PULUMI_SKIP_UPDATE_CHECK: "true" };
    return execFileSync(path, ["version"], { env, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] })
      .trim()
      .replace(/^v/, "");
  } catch {
    return undefined;
  }
}

function isNewEnough(version: string): boolean {
  const numbers = (text: string) => text.split(/[.-]/).slice(0, 3).map(Number);
  const [given, least] = [numbers(version), numbers(pulumiVersion)];
  for (const [index, number] of least.entries()) {
    const other = given[index] ?? 0;
    if (other !== number) return other > number;
  }
  return true;
}
