import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { randomBytes } from "node:crypto";
import { parse, stringify } from "yaml";
import type { Engine, RunOptions, RunResult } from "../engine/run";
import type { LabDescription } from "./description";
import { patience } from "./machines";
import { inState } from "./paths";

/** A stack of the lab; they carry the names of the example settings. */
export type StackName = "colo" | "home";
/** With a second home, which only exists where somebody adds it. */
export type AnyStackName = StackName | "cabin";

const root = join(__dirname, "..");
/** The lab's copy of the project, in which its stacks are run. */
export const projectFolder = inState("project");
/** Where the state of the lab's stacks lies. */
export const backendFolder = inState("backend");
const passphraseFile = inState("passphrase");

/** The project's files that the lab's copy shares: the same program runs, only the settings lie beside it. */
const shared = ["Pulumi.yaml", "main.cjs", "package.json", "node_modules", "policy"];

/** What a second home has differently from the example. */
const cabin = {
  "site.number": 2,
  "lan.segments": [{ name: "lan", subnet: 1, interface: "enp1s0" }],
  "lan.pinholes": [],
};

/** Settings that differ from the examples: addresses, keys, nothing else. */
function labSettings(stack: AnyStackName, lab: LabDescription): Record<string, unknown> {
  const { management: address, hostKey, release } = lab.hosts[stack];
  return {
    "ssh.address": address,
    "ssh.hostKey": hostKey,
    "ssh.managementPrefixes": ["fd00:1ab::/64"],
    // The lab compares a host that was given back with what it was.
    "destroy.packages": "purge",
    // An emulated host may need a minute for one component, which else is all that a change gets.
    ...(patience() > 1 ? { "guard.windowSec": 60 * patience() } : {}),
    // Its radvd has no PREF64.
    ...(stack !== "colo" && release === "bookworm" ? { "ra.daemon": "dnsmasq" } : {}),
    ...(stack === "colo" ? { "colo.address4": "11.0.1.2", "dns64.trustAnchors": [lab.dns.trustAnchor] } : {}),
    ...(stack === "cabin" ? cabin : {}),
  };
}

/** What a run of Pulumi in the lab has in its environment. */
export const stackEnvironment = (): Record<string, string> => ({
  PULUMI_BACKEND_URL: `file://${backendFolder}`,
  PULUMI_CONFIG_PASSPHRASE_FILE: passphraseFile,
});

/** Runs Pulumi on the lab's copy of the project. */
export const runInLab = (
  engine: Engine,
  args: readonly string[],
  options: RunOptions = {},
): Promise<RunResult> =>
  engine.run(args, { ...options, cwd: projectFolder, env: { ...stackEnvironment(), ...options.env } });

/** Runs Pulumi and throws with its whole output if it fails. */
export async function mustRunInLab(
  engine: Engine,
  args: readonly string[],
  options: RunOptions = {},
): Promise<RunResult> {
  const result = await runInLab(engine, args, options);
  if (result.code !== 0) {
    throw new Error(`pulumi ${args.join(" ")} ended with ${result.code}\n${result.stdout}\n${result.stderr}`);
  }
  return result;
}

type StackFile = { readonly config?: Record<string, unknown> } & Record<string, unknown>;

const settingsPath = (stack: AnyStackName) => join(projectFolder, `Pulumi.${stack}.yaml`);
const readStackFile = (path: string) =>
  existsSync(path) ? ((parse(readFileSync(path, "utf8")) ?? {}) as StackFile) : {};

function writeConfig(
  stack: AnyStackName,
  config: Record<string, unknown>,
  lab: LabDescription,
  extra = {},
): void {
  const own = Object.entries({ ...labSettings(stack, lab), ...extra });
  const merged = {
    ...config,
    ...Object.fromEntries(own.map(([name, value]) => [`ipv6-home:${name}`, value])),
  };
  writeFileSync(settingsPath(stack), stringify({ ...readStackFile(settingsPath(stack)), config: merged }));
}

/** Writes a stack's settings anew: the example's, with the lab's addresses and what `extra` says. Keeps the login key. */
export function writeSettings(
  stack: AnyStackName,
  lab: LabDescription,
  extra: Record<string, unknown> = {},
): void {
  const example = readStackFile(join(root, `Pulumi.${stack === "cabin" ? "home" : stack}.yaml`)).config;
  const key = "ipv6-home:ssh.privateKey";
  const login = readStackFile(settingsPath(stack)).config?.[key];
  writeConfig(stack, { ...example, ...(login === undefined ? {} : { [key]: login }) }, lab, extra);
}

/** Drops the lab's copy of the project with its stacks and their state: for hosts that were made anew. */
export function forgetStacks(): void {
  for (const path of [projectFolder, backendFolder]) rmSync(path, { recursive: true, force: true });
}

/** Makes the cabin's stack beside that of the home, as the README says it. */
export async function addCabinStack(engine: Engine, lab: LabDescription): Promise<void> {
  rmSync(settingsPath("cabin"), { force: true });
  await mustRunInLab(engine, ["stack", "init", "cabin", "--copy-config-from", "home"]);
  writeSettings("cabin", lab);
}

/** Makes the lab's copy of the project with both stacks, unless it is there; a lab made anew gets a new one. */
export async function prepareStacks(engine: Engine, lab: LabDescription): Promise<void> {
  mkdirSync(projectFolder, { recursive: true });
  mkdirSync(backendFolder, { recursive: true });
  for (const name of shared) {
    rmSync(join(projectFolder, name), { force: true });
    symlinkSync(join(root, name), join(projectFolder, name));
  }
  if (!existsSync(passphraseFile))
    writeFileSync(passphraseFile, randomBytes(24).toString("base64"), { mode: 0o600 });
  for (const stack of ["colo", "home"] as const) {
    if (!existsSync(join(backendFolder, ".pulumi", "stacks", "ipv6-home", `${stack}.json`))) {
      rmSync(settingsPath(stack), { force: true });
      // One salt for both: a home reads the colo's state too, and each salt costs 0.3 s of key derivation a run.
      const { encryptionsalt } = readStackFile(settingsPath("colo"));
      if (encryptionsalt !== undefined) writeFileSync(settingsPath(stack), stringify({ encryptionsalt }));
      await mustRunInLab(engine, ["stack", "init", stack]);
      await mustRunInLab(engine, ["config", "set", "--secret", "-s", stack, "ssh.privateKey"], {
        input: readFileSync(lab.ssh.privateKeyPath, "utf8"),
      });
      writeSettings(stack, lab);
    } else {
      // What somebody has set since stays; the hosts may have other keys now.
      writeConfig(stack, readStackFile(settingsPath(stack)).config ?? {}, lab);
    }
  }
}
