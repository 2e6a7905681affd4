// Records what the engine says of changes to the example stacks, for the tests beside this file:
//
//   unshare -rn node_modules/.bin/node --import tsx test/review/record.ts
//
// The stacks are built on hosts that say yes to everything, in a network of their own where they have the addresses of
// the examples. What varies from run to run or is of no use here is left out, host keys are the examples'.
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { startFakeHost, type FakeHost } from "../../bench/fake-host";
import { openEngine } from "../../engine/run";
import { observeVariable } from "../../observe/observe";
import { exampleBlob } from "../support/examples";
import { exampleFile, projectFolder, type Given } from "../support/settings";

type Stack = "colo" | "home";
type Changes = Readonly<Record<string, Given>>;

/** What is recorded: settings that differ from the examples, by the name of the recording. */
const recordings: Readonly<Record<string, readonly [Stack, Changes]>> = {
  "home-unchanged": ["home", {}],
  "home-pinhole-and-epoch": [
    "home",
    {
      "tunnel.keyEpoch": 2,
      "lan.pinholes": [
        { name: "laptop-ssh", segment: "lan", host: "::ff:fe00:101", protocol: "tcp", port: 22 },
        {
          name: "printer-ipp",
          segment: "devices",
          host: "::ff:fe00:301",
          protocol: "tcp",
          port: 631,
          from: ["2001:db8:46::/64"],
        },
        { name: "phone-web", segment: "lan", host: "::ff:fe00:102", protocol: "tcp", port: 8080 },
      ],
    },
  ],
  "home-segment-gone": [
    "home",
    { "lan.segments": [{ name: "lan", subnet: 1, interface: "enp1s0" }], "lan.pinholes": [] },
  ],
  "home-mistake": ["home", { "site.number": 256 }],
  "colo-pool": ["colo", { "nat64.pool4": "10.64.0.0/16" }],
  "colo-host-key": ["colo", { "ssh.hostKey": `ssh-ed25519 ${exampleBlob}` }],
};

const folder = mkdtempSync(join(tmpdir(), "review-"));
const environment = {
  PULUMI_BACKEND_URL: `file://${join(folder, "backend")}`,
  PULUMI_CONFIG_PASSPHRASE: "recording",
  // The fake hosts have no report.
  [observeVariable]: "never",
};

async function main(): Promise<void> {
  for (const address of ["198.51.100.10", "192.0.2.4"])
    execFileSync("ip", ["address", "add", `${address}/32`, "dev", "lo"]);
  execFileSync("ip", ["link", "set", "lo", "up"]);
  for (const name of ["Pulumi.yaml", "main.cjs", "package.json", "node_modules"])
    symlinkSync(join(projectFolder, name), join(folder, name));
  mkdirSync(join(folder, "backend"));
  const host = await startFakeHost(22, "0.0.0.0");
  const engine = await openEngine();
  const run = async (args: readonly string[], extra: Record<string, string> = {}, input?: string) =>
    engine.run(args, {
      cwd: folder,
      env: { ...environment, ...extra },
      ...(input === undefined ? {} : { input }),
    });
  try {
    for (const stack of ["colo", "home"] as const) {
      await run(["stack", "init", stack]);
      await run(["config", "set", "--secret", "-s", stack, "ssh.privateKey"], {}, host.privateKey);
      set(stack, host, {});
      const { code, stdout } = await run(["up", "-s", stack, "--yes", "--skip-preview"]);
      if (code !== 0) throw new Error(stdout);
    }
    for (const [name, [stack, changes]] of Object.entries(recordings)) {
      set(stack, host, changes);
      const { stdout } = await run(["preview", "-s", stack, "--json"], {
        PULUMI_ENABLE_STREAMING_JSON_PREVIEW: "true",
      });
      set(stack, host, {});
      write(`${name}.events`, stdout.trim().split("\n").flatMap(useful), host);
    }
    const [stack, changes] = recordings["home-pinhole-and-epoch"] ?? ["home", {}];
    set(stack, host, changes);
    const digest = JSON.parse((await run(["preview", "-s", stack, "--json"])).stdout) as { duration: number };
    write("home-pinhole-and-epoch.json", [JSON.stringify({ ...digest, duration: 0 }, without, 1)], host);
  } finally {
    host.close();
    await engine.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Sets a stack's settings: the example's, this host's key, and changes. */
function set(stack: Stack, host: FakeHost, changes: Changes): void {
  const path = join(folder, `Pulumi.${stack}.yaml`);
  const before = parse(readFileSync(path, "utf8")) as { config: Record<string, unknown> };
  const settings = Object.entries({ ...exampleFile(stack), "ssh.hostKey": host.hostKey, ...changes });
  const config = Object.fromEntries(settings.map(([name, value]) => [`ipv6-home:${name}`, value]));
  const key = "ipv6-home:ssh.privateKey";
  writeFileSync(path, stringify({ ...before, config: { ...config, [key]: before.config[key] } }));
}

/** An event that says something of the change, without what differs from run to run or is there twice. */
function useful(line: string): string[] {
  const event = JSON.parse(line) as Record<string, { metadata?: { op: string }; severity?: string }>;
  if (event["diagnosticEvent"]?.severity === "debug") return [];
  if (Object.values(event).some((each) => each.metadata?.op === "same")) return [];
  if ("preludeEvent" in event || "resOutputsEvent" in event) return [];
  return [JSON.stringify({ ...event, timestamp: 0 }, without)];
}

const noise = [
  "sourcePosition",
  "stackTrace",
  "created",
  "modified",
  "environment",
  "durationSeconds",
  "outputs",
];

/** Drops noise, and shortens the project's own programs to their first line. */
const without = (key: string, value: unknown): unknown => {
  if (noise.includes(key)) return undefined;
  if (key === "create" && typeof value === "string") return value.split("\n").slice(0, 3).join("\n");
  if (key !== "stdin" || typeof value !== "string") return value;
  return value.replace(/^(file 0755 .*\n.*\n)(?:(?: {4}.*)?\n)*/gm, "$1");
};

function write(name: string, lines: readonly string[], host: FakeHost): void {
  const text = `${lines.join("\n")}\n`.replaceAll(host.hostKey.split(" ")[1] ?? host.hostKey, exampleBlob);
  mkdirSync(join(__dirname, "recorded"), { recursive: true });
  writeFileSync(join(__dirname, "recorded", name), text);
}

void main();
