import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { openEngine } from "../engine/run";
import { readDescription } from "./description";
import { isHostOn } from "./hosts";
import * as lab from "./lab";
import { profileNames, type ProfileName } from "./line";
import { isRunning, logPath, rememberedNames } from "./processes";
import { prepareStacks, projectFolder, runInLab, stackEnvironment } from "./stacks";
import { hostNames, isHost, namespaceOf, places, releases, type Place, type Release } from "./topology";

const help = `usage: npm run lab -- COMMAND

  up [--release trixie|bookworm]   bring the lab up (the first time builds the images: about 90 s)
     [--hosts nspawn|vm]           its hosts as containers, or as machines with Debian's own kernel (slower)
     [--profile none|isp]          the ISP's line to the home: 20 ms there and back, 1 % loss each way, 100 Mbit/s
  down                             take it off this machine again; images and keys stay
  status                           what is up
  describe                         addresses, keys and names as JSON
  exec PLACE [--] COMMAND…         run a command in a place
  shell PLACE                      a shell in a place
  pulumi ARGS…                     Pulumi on the lab's own copy of the project: up -s colo, preview -s home --diff …
  drift STACK… [--json]            what differs on the lab's hosts, as npm run drift tells it of real ones

Places: ${places.join(" ")}
`;

/** A mistake in the command line. */
class UsageError extends Error {}

const started = performance.now();
const progress = (line: string): void => {
  process.stderr.write(`lab: ${((performance.now() - started) / 1000).toFixed(1).padStart(5)} s  ${line}\n`);
};

function placeOf(word: string | undefined): Place {
  const place = places.find((each) => each === word);
  if (place === undefined) throw new UsageError(`no place ${word ?? "given"}; there are ${places.join(" ")}`);
  return place;
}

/** The options of `up`, each as `--name value` or `--name=value`. */
function upOptions(args: readonly string[]): {
  readonly release: Release;
  readonly hosts: lab.HostKind;
  readonly profile: ProfileName;
} {
  const given = new Map<string, string | undefined>();
  const words = args.flatMap((word) => (/^--\w+=/.test(word) ? word.split(/=(.*)/s, 2) : [word]));
  for (let at = 0; at < words.length; at += 2) given.set(words[at] ?? "", words[at + 1]);
  const choose = <T extends string>(option: string, allowed: readonly T[], otherwise: T): T => {
    if (!given.has(option)) return otherwise;
    const found = allowed.find((each) => each === given.get(option));
    given.delete(option);
    if (found === undefined) throw new UsageError(`up takes ${option} ${allowed.join("|")}`);
    return found;
  };
  const options = {
    release: choose("--release", releases, "trixie"),
    hosts: choose("--hosts", lab.hostKinds, "nspawn"),
    profile: choose("--profile", profileNames, "none"),
  };
  for (const option of given.keys()) throw new UsageError(`up does not know ${option}`);
  return options;
}

/** Runs Pulumi on the lab's stacks with this program's own input and output. */
async function runPulumi(args: readonly string[]): Promise<number> {
  const description = lab.describe();
  const engine = await openEngine(progress);
  try {
    await prepareStacks(engine, description);
    return (await runInLab(engine, args, { stdio: "inherit" })).code;
  } finally {
    await engine.close();
  }
}

/** Tells drift of the lab's stacks. */
async function tellDrift(args: readonly string[]): Promise<number> {
  lab.describe();
  // The second one is a path of the project to the first.
  const command = [join(__dirname, "..", "tools", "run.mjs"), "tools/drift/cli.ts", ...args];
  const env = { ...process.env, ...stackEnvironment() };
  const child = spawn(process.execPath, command, { cwd: projectFolder, env, stdio: "inherit" });
  const [code] = (await once(child, "exit")) as [number | null];
  return code ?? 1;
}

function status(): number {
  const description = readDescription();
  if (description === undefined) {
    process.stdout.write("the lab is down\nto bring it up: npm run lab -- up\n");
    return 1;
  }
  for (const place of places) {
    const on = isHost(place) ? isHostOn(place) : existsSync(`/run/netns/${namespaceOf(place)}`);
    const what = isHost(place)
      ? `${description.hosts[place].release} ${description.images.machines === undefined ? "host" : "machine"}, root@${description.hosts[place].management}`
      : "namespace";
    process.stdout.write(`${place.padEnd(9)} ${on ? "up  " : "down"}  ${what}\n`);
  }
  const dead = rememberedNames().filter((name) => !isRunning(name));
  for (const name of dead) process.stdout.write(`${name} does not run; its log is ${logPath(name)}\n`);
  const whole = dead.length === 0 && hostNames.every(isHostOn);
  process.stdout.write(
    whole ? "to look around: npm run lab -- shell home\n" : "to bring it up afresh: npm run lab -- up\n",
  );
  return whole ? 0 : 1;
}

async function main([command, ...args]: readonly string[]): Promise<number> {
  switch (command) {
    case "up": {
      const { release, ...options } = upOptions(args);
      await lab.up({ release: { colo: release, home: release }, ...options, onProgress: progress });
      return 0;
    }
    case "down":
      await lab.down({ onProgress: progress });
      progress("down");
      return 0;
    case "status":
      return status();
    case "describe":
      process.stdout.write(`${JSON.stringify(lab.describe(), undefined, 2)}\n`);
      return 0;
    case "exec": {
      const place = placeOf(args[0]);
      const argv = args.slice(args[1] === "--" ? 2 : 1);
      if (argv.length === 0) throw new UsageError(`exec ${place} takes a command`);
      return lab.enter(place, argv);
    }
    case "pulumi":
      return runPulumi(args);
    case "drift":
      return tellDrift(args);
    case "shell":
      return lab.enter(placeOf(args[0]), ["bash"]);
    case "help":
    case "--help":
    case "-h":
      process.stdout.write(help);
      return 0;
    default:
      throw new UsageError(command === undefined ? "no command given" : `no command ${command}`);
  }
}

main(process.argv.slice(2)).then(
  (code) => process.exit(code),
  (error: unknown) => {
    const usage = error instanceof UsageError;
    process.stderr.write(
      `lab: ${error instanceof Error ? error.message : String(error)}\n${usage ? `\n${help}` : ""}`,
    );
    process.exit(usage ? 2 : 1);
  },
);
