import type { Engine } from "../../engine/run";
import { fetchReport, type HostLogin } from "../../observe/login";
import { parseReport, type ObservedHost } from "../../observe/report";
import { parseSettings } from "../../settings/parse";
import type { RawSettings } from "../../settings/raw";
import { importFacts } from "../../stacks/colo-facts";
import { compare, type Drift, type Wanted } from "./table";

type ConfigValue = { readonly value?: string; readonly objectValue?: unknown; readonly secret: boolean };
type Outputs = {
  readonly manifests?: Readonly<Record<string, Wanted>>;
  readonly facts?: unknown;
};

/** What the engine knows of stacks, each question asked once however many stacks are looked at. */
class Stacks {
  private readonly asked = new Map<string, Promise<unknown>>();

  constructor(
    private readonly engine: Engine,
    /** Whether logins come from a key of the caller's, so that no secret of the settings is needed. */
    private readonly ownKey: boolean,
  ) {}

  outputs(stack: string): Promise<Outputs> {
    return this.ask(stack, "stack", "output") as Promise<Outputs>;
  }

  /** A stack's settings as the program would get them. */
  async settings(stack: string) {
    const secrets = this.ownKey ? [] : ["--show-secrets"];
    const config = (await this.ask(stack, "config", ...secrets)) as Record<string, ConfigValue>;
    const own = Object.entries(config).filter(
      ([key]) => key.startsWith("ipv6-home:") && !(this.ownKey && key === "ipv6-home:ssh.privateKey"),
    );
    const name = (key: string) => key.slice("ipv6-home:".length);
    const raw: RawSettings = {
      values: Object.fromEntries(
        own.map(([key, { value, objectValue }]) => [name(key), value ?? JSON.stringify(objectValue)]),
      ),
      secretKeys: own.filter(([, { secret }]) => secret).map(([key]) => name(key)),
    };
    const settings = parseSettings(raw);
    if (!settings.ok)
      throw new Error(`the settings of ${stack} have mistakes\n  ${settings.problems.join("\n  ")}`);
    return settings.value;
  }

  private ask(stack: string, ...args: readonly string[]): Promise<unknown> {
    const question = [...args, "--json", "-s", stack].join(" ");
    const asked = this.asked.get(question) ?? this.run(question.split(" "), question);
    this.asked.set(question, asked);
    return asked;
  }

  private async run(args: readonly string[], question: string): Promise<unknown> {
    const { code, stdout, stderr } = await this.engine.run(args, { cwd: process.cwd(), timeoutSec: 120 });
    if (code !== 0) throw new Error(`pulumi ${question}: ${stderr.trim()}`);
    return JSON.parse(stdout) as unknown;
  }
}

/** Looks at hosts, at each by one login. */
class Hosts {
  private readonly seen = new Map<string, Promise<ObservedHost>>();

  look(login: HostLogin): Promise<ObservedHost> {
    const where = `${login.address} ${login.port} ${login.hostKey}`;
    const seen = this.seen.get(where) ?? fetchReport(login).then(parseReport);
    this.seen.set(where, seen);
    return seen;
  }
}

/**
 * What differs on the hosts of some stacks from what they were converged to, a stack each. `key` takes the place of the
 * login key of the settings. Throws a sentence if a host cannot be looked at.
 */
export async function driftOfStacks(
  engine: Engine,
  names: readonly string[],
  key: string | undefined,
): Promise<(readonly [stack: string, drift: Drift])[]> {
  const stacks = new Stacks(engine, key !== undefined);
  const hosts = new Hosts();
  return Promise.all(names.map(async (stack) => [stack, await driftOf(stacks, hosts, stack, key)] as const));
}

async function driftOf(stacks: Stacks, hosts: Hosts, stack: string, key: string | undefined): Promise<Drift> {
  // Asked for at once: a start of the engine's CLI takes longer than a look.
  const answers = [stacks.settings(stack), stacks.outputs(stack)] as const;
  const [settings, { manifests }] = await Promise.all(answers);
  const privateKey = key ?? settings.login.privateKey;
  const logins: (readonly ["colo" | "home", HostLogin])[] = [
    [settings.role, { ...settings.login, privateKey }],
  ];
  if (settings.role === "home") {
    const colo = settings.coloStack ?? "colo";
    const { facts } = await stacks.outputs(colo);
    logins.unshift(["colo", { ...importFacts(colo, facts).login, privateKey }]);
  }
  const seen = await Promise.all(
    logins.map(
      async ([host, login]) =>
        [host, compare(settings.role, host, await hosts.look(login), manifests?.[host] ?? {})] as const,
    ),
  );
  return Object.fromEntries(seen);
}
