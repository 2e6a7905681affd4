import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parse } from "yaml";
import { inState } from "../lab/paths";
import type { HostName, LabDescription } from "../lab/lab";
import type { StackName } from "../lab/stacks";
import type { ColoSettings, HomeSettings } from "../settings/settings";
import { reveal, textOf } from "../test/support/record";
import { unpack, type UnpackedFile } from "../test/support/bundle";
import { exampleSettings, type Given } from "../test/support/settings";
import { convergesOf, hostOf, recordColo, recordHome } from "../test/support/stacks";

/** A systemd unit and the files whose change it must hear of. */
export interface Rule {
  readonly unit: string;
  readonly action: "reload" | "restart";
  readonly paths: readonly string[];
}

/**
 * A part of what a host is to have. What comes in a later step needs an earlier one: units name the base's programs,
 * and a site's firewall elements are judged against the firewall that runs.
 */
export interface Step {
  readonly name: string;
  readonly files: readonly UnpackedFile[];
  readonly packages: readonly string[];
  readonly masks: readonly string[];
  /** Commands that judge the files; `{stage}` stands for the folder where they lie. */
  readonly checks: readonly string[];
  readonly directories: readonly { readonly mode: string; readonly path: string }[];
  readonly sysctls: readonly string[];
  readonly rules: readonly Rule[];
}

export type Payload = Readonly<Record<HostName, readonly Step[]>>;

/** Keys for the tools that do not make their own: any text will do. */
const madeKeys = (_type: string, name: string) => ({
  base64: Buffer.from(name.padEnd(32, ".").slice(0, 32)).toString("base64"),
  result: name.padEnd(64, "."),
});

/** A stack's settings in the lab, as Pulumi reads them, but for the login's key. */
export function labSettings(stack: StackName): Record<string, Given> {
  const text = readFileSync(inState("project", `Pulumi.${stack}.yaml`), "utf8");
  const { config } = parse(text) as { config: Record<string, Given> };
  return Object.fromEntries(
    Object.entries(config).flatMap(([key, value]) =>
      key === "ipv6-home:ssh.privateKey" ? [] : [[key.replace(/^ipv6-home:/, ""), value]],
    ),
  );
}

/** What the stacks send to each host in the lab, with both stacks' settings as they are now. */
export const makePayload = (lab: LabDescription): Promise<Payload> =>
  payloadOf(exampleSettings("colo", labSettings("colo")), exampleSettings("home", labSettings("home")), {
    colo: lab.hosts.colo.management,
    home: lab.hosts.home.management,
  });

/** What stacks with these settings send to each host, by the address that they log in at. */
export async function payloadOf(
  colo: ColoSettings,
  home: HomeSettings,
  addresses: Readonly<Record<HostName, string>>,
): Promise<Payload> {
  const options = { provide: madeKeys };
  const stacks = [await recordColo(colo, options), await recordHome(home, colo, options)];
  const stepsOf = (host: HostName): Step[] => {
    const steps = stacks.flatMap((stack, number) => {
      const bundles = convergesOf(stack)
        .filter((command) => hostOf(command) === addresses[host])
        .map((command) => unpack(textOf(reveal(command.inputs["stdin"]))));
      const isBase = ({ directives }: (typeof bundles)[number]) =>
        directives.some((line) => line.startsWith("package "));
      const rest = bundles.filter((bundle) => !isBase(bundle));
      return [
        stepOf(`${number}-base`, bundles.filter(isBase)),
        stepOf(`${number}-${number === 0 ? "colo" : "home"}`, rest),
      ];
    });
    return steps.filter(({ files }) => files.length > 0);
  };
  return { colo: stepsOf("colo"), home: stepsOf("home") };
}

function stepOf(name: string, bundles: readonly ReturnType<typeof unpack>[]): Step {
  const lines = (word: string) =>
    bundles.flatMap(({ directives }) =>
      directives.flatMap((line) => (line.startsWith(`${word} `) ? [line.slice(word.length + 1)] : [])),
    );
  const rule = (line: string): Rule => {
    const [unit = "", action, ...paths] = line.split(" ");
    return { unit, action: action === "reload" ? "reload" : "restart", paths };
  };
  return {
    name,
    files: bundles.flatMap(({ files }) => files),
    packages: lines("package"),
    masks: lines("mask"),
    checks: lines("check"),
    directories: lines("directory").map((line) => {
      const [mode = "", , path = ""] = line.split(" ");
      return { mode, path };
    }),
    sysctls: lines("sysctl"),
    rules: mergeRules([...lines("unit"), ...lines("notify")].map(rule)),
  };
}

/** One rule per unit: a unit may be told of files by several components. */
function mergeRules(rules: readonly Rule[]): Rule[] {
  const merged = new Map<string, Rule>();
  for (const rule of rules) {
    const before = merged.get(rule.unit);
    merged.set(rule.unit, before ? { ...before, paths: [...before.paths, ...rule.paths] } : rule);
  }
  // A tunnel's key bundle names the unit before the tunnel's own bundle does.
  return [...merged.values()];
}

/** Writes files below a folder, at their paths. */
export function writeFiles(folder: string, files: readonly UnpackedFile[]): void {
  for (const { path, content } of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content, { mode: 0o600 });
  }
}
