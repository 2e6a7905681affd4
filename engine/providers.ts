import { spawnSync } from "node:child_process";
import { accessSync, constants, existsSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { failedBefore, rememberFailure } from "./cache";
import { standins, type StandinName } from "./standins/packages";

/** Where a part of the engine comes from. */
export type PartKind = "real" | "stand-in";

/** The provider packages of this project. */
export const providerNames = Object.keys(standins) as StandinName[];

/** Searches a program on PATH, leaving out the folders of npm packages. */
export function onPath(program: string, path = process.env["PATH"] ?? ""): string | undefined {
  for (const folder of path.split(delimiter)) {
    if (folder === "" || /[/\\]node_modules[/\\]\.bin[/\\]?$/.test(folder)) continue;
    try {
      accessSync(join(folder, program), constants.X_OK);
      return join(folder, program);
    } catch {
      // Not there: the next folder.
    }
  }
  return undefined;
}

/** Which parts IPV6_HOME_ENGINE asks for: the real ones, the stand-ins, or whatever can be had. */
export function wantedKind(): "auto" | PartKind {
  const given = process.env["IPV6_HOME_ENGINE"] ?? "auto";
  if (given === "auto" || given === "real" || given === "stand-in") return given;
  throw new Error(
    `IPV6_HOME_ENGINE: "${given}" is unknown; allowed are "real" (only Pulumi's own plugins), "stand-in" and "auto"`,
  );
}

/**
 * Tells for each provider whether Pulumi's own plugin is there, and installs it where that is possible. A download
 * that failed is not tried again for a day, unless IPV6_HOME_RETRY=1.
 */
export function resolveProviders(
  pulumi: string,
  onProgress: (line: string) => void,
): Record<StandinName, PartKind> {
  const kinds = providerNames.map((name) => [name, resolveProvider(name, pulumi, onProgress)] as const);
  return Object.fromEntries(kinds) as Record<StandinName, PartKind>;
}

function resolveProvider(name: StandinName, pulumi: string, onProgress: (line: string) => void): PartKind {
  const wanted = wantedKind();
  if (wanted === "stand-in") return "stand-in";
  const { version } = standins[name];
  const installed = join(pluginFolder(), `resource-${name}-v${version}`);
  const present = () => existsSync(installed) && !existsSync(`${installed}.partial`);
  if (onPath(`pulumi-resource-${name}`) !== undefined || present()) return "real";

  // One for all three: where one cannot be downloaded, the others would only take their time to fail as well.
  const what = "Pulumi's plugins";
  if (!failedBefore(what)) {
    onProgress(`engine: installing the ${name} provider ${version}`);
    const result = spawnSync(pulumi, ["plugin", "install", "resource", name, version], {
      env: { ...process.env, PULUMI_SKIP_UPDATE_CHECK: "true" },
      timeout: 60_000,
      encoding: "utf8",
    });
    if (result.status === 0 && present()) return "real";
    rememberFailure(what);
    const reason = result.stderr.trim().split("\n").at(-1) ?? "";
    onProgress(`engine: Pulumi's plugins cannot be downloaded, stand-ins are used (${reason})`);
  }
  if (wanted === "auto") return "stand-in";
  throw new Error(
    `provider ${name} ${version}: IPV6_HOME_ENGINE=real, but pulumi-resource-${name} is neither on PATH nor in ` +
      `${pluginFolder()} and could not be downloaded; install it or unset IPV6_HOME_ENGINE`,
  );
}

function pluginFolder(): string {
  return join(process.env["PULUMI_HOME"] ?? join(homedir(), ".pulumi"), "plugins");
}
