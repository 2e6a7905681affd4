import { spawn } from "node:child_process";
import { dirname, join } from "node:path";
import { HostProcess, type HostPorts } from "./host-process";
import { projectRoot } from "./host-bundle";
import { onPath, providerNames, resolveProviders, wantedKind, type PartKind } from "./providers";
import { ensurePulumi, type PulumiCli } from "./pulumi-cli";
import type { StandinName } from "./standins/packages";

export interface RunOptions {
  /** The folder of Pulumi.yaml. @default the project's root */
  readonly cwd?: string;
  /** Variables beside this process's own; undefined takes one away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Text for the CLI's standard input; without it the CLI reads nothing, or the terminal with "inherit". */
  readonly input?: string;
  /** @default "capture" */
  readonly stdio?: "inherit" | "capture";
  /** Seconds after which the CLI is interrupted, and ten seconds later killed. @default none */
  readonly timeoutSec?: number;
  /** When it is aborted, the CLI and the process of program and providers are killed at once, as by a power cut. */
  readonly powerCut?: AbortSignal;
  /** Hears of every piece of standard output as it comes, with "capture". */
  readonly onStdout?: (text: string) => void;
}

export interface RunResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly wallMs: number;
}

/** The Pulumi engine with all it needs on this machine, ready for any number of runs, also at the same time. */
export interface Engine {
  readonly cli: PulumiCli;
  /** Where each part comes from. */
  readonly kind: Readonly<Record<StandinName | "language", PartKind>>;
  run(args: readonly string[], options?: RunOptions): Promise<RunResult>;
  close(): Promise<void>;
}

/** Finds or makes the CLI, and the plugins once they are needed. Progress lines come only for work that takes a while. */
export async function openEngine(onProgress: (line: string) => void = () => undefined): Promise<Engine> {
  const cli = await ensurePulumi(onProgress);
  const idle: HostProcess[] = [];
  let known: Engine["kind"] | undefined;
  const kind = () => (known ??= { language: languageKind(cli), ...resolveProviders(cli.path, onProgress) });

  return {
    cli,
    get kind() {
      return kind();
    },
    async run(args, options = {}) {
      const env = mergeEnvironment(baseEnvironment(cli), options.env);
      if (!runsProgram(args)) return runCli(cli, args, env, options);
      const standIns = providerNames.filter((name) => kind()[name] === "stand-in");
      const language = kind().language === "stand-in";
      if (language) env["PATH"] = `${launchers()}:${env["PATH"] ?? ""}`;
      if (!language && standIns.length === 0) return runCli(cli, args, env, options);

      const host = firstAlive(idle) ?? new HostProcess(env);
      const kill = () => host.kill();
      options.powerCut?.addEventListener("abort", kill);
      try {
        const ports = await host.begin({ env, language, standins: standIns });
        const result = await runCli(cli, withClient(args, ports), withProviders(env, ports), options);
        if (host.gone === undefined) return result;
        const note = `engine: the program's process ended before the run was over (${host.gone})\n`;
        if (options.stdio === "inherit") process.stderr.write(note);
        return { ...result, code: result.code === 0 ? 1 : result.code, stderr: result.stderr + note };
      } finally {
        options.powerCut?.removeEventListener("abort", kill);
        await host.end();
        if (host.gone === undefined) idle.push(host);
      }
    },
    close: () => {
      idle.splice(0).forEach((host) => host.close());
      return Promise.resolve();
    },
  };
}

/** Takes the first process that still runs out of a list; the dead before it are dropped. */
function firstAlive(processes: HostProcess[]): HostProcess | undefined {
  let next = processes.pop();
  while (next?.gone !== undefined) next = processes.pop();
  return next;
}

/** Runs the CLI once, with an engine of its own. */
export async function runPulumi(args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  const engine = await openEngine((line) => process.stderr.write(`${line}\n`));
  try {
    return await engine.run(args, options);
  } finally {
    await engine.close();
  }
}

function languageKind(cli: PulumiCli): PartKind {
  const wanted = wantedKind();
  if (wanted === "stand-in") return "stand-in";
  const program = "pulumi-language-nodejs";
  if (onPath(program, dirname(cli.path)) !== undefined || onPath(program) !== undefined) return "real";
  if (wanted === "auto") return "stand-in";
  throw new Error(
    `language host: IPV6_HOME_ENGINE=real, but ${program} is neither beside ${cli.path} nor on PATH; ` +
      "install Pulumi's release or unset IPV6_HOME_ENGINE",
  );
}

/** Tells whether the command runs the program or its providers: `pulumi -s dev up`, `pulumi --cwd=x preview`. */
function runsProgram(args: readonly string[]): boolean {
  const withValue = new Set([
    "-C",
    "--cwd",
    "-s",
    "--stack",
    "--color",
    "-v",
    "--verbose",
    "--profiling",
    "--tracing",
  ]);
  const words = args.filter((arg, index) => !arg.startsWith("-") && !withValue.has(args[index - 1] ?? ""));
  const commands = ["preview", "pre", "up", "update", "destroy", "down", "dn", "refresh"];
  return commands.includes(words[0] ?? "") && !args.includes("--help") && !args.includes("-h");
}

/** Folders for PATH: of the program that starts a policy pack where no language host does, and of this Node for it. */
const launchers = (): string => [join(__dirname, "launchers"), dirname(process.execPath)].join(":");

function withClient(args: readonly string[], ports: HostPorts): string[] {
  if (ports.language === undefined) return [...args];
  return [...args, `--client=127.0.0.1:${ports.language}`, "--exec-kind", "auto.inline"];
}

function withProviders(env: NodeJS.ProcessEnv, ports: HostPorts): NodeJS.ProcessEnv {
  const given = Object.entries(ports.providers).map(([name, port]) => `${name}:${port}`);
  if (given.length === 0) return env;
  return {
    ...env,
    PULUMI_DEBUG_PROVIDERS: [env["PULUMI_DEBUG_PROVIDERS"], ...given].filter(Boolean).join(","),
    // Else the CLI tries for seconds to download each provider that the state names, although it is served here.
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
  };
}

/** What every run has in its environment. The CLI's own folder goes first on PATH: it also finds its plugins there. */
function baseEnvironment(cli: PulumiCli): NodeJS.ProcessEnv {
  return {
    ...process.env,
    PATH: `${dirname(cli.path)}:${process.env["PATH"] ?? ""}`,
    NODE_COMPILE_CACHE: process.env["NODE_COMPILE_CACHE"] ?? join(projectRoot, ".build", "compile-cache"),
    PULUMI_SKIP_UPDATE_CHECK: "true",
  };
}

function mergeEnvironment(base: NodeJS.ProcessEnv, changes: RunOptions["env"]): NodeJS.ProcessEnv {
  const merged = { ...base, ...changes };
  return Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== undefined));
}

function runCli(cli: PulumiCli, args: readonly string[], env: NodeJS.ProcessEnv, options: RunOptions) {
  const { cwd = projectRoot, input, stdio = "capture", timeoutSec } = options;
  const started = performance.now();
  return new Promise<RunResult>((resolve, reject) => {
    const terminal = input === undefined && stdio === "inherit" ? "inherit" : "pipe";
    const output = stdio === "inherit" ? "inherit" : "pipe";
    const child = spawn(cli.path, args, { cwd, env, stdio: [terminal, output, output] });
    child.stdin?.on("error", () => undefined);
    child.stdin?.end(input ?? "");
    const chunks = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
    child.stdout?.on("data", (chunk: Buffer) => {
      chunks.stdout.push(chunk);
      options.onStdout?.(chunk.toString("utf8"));
    });
    child.stderr?.on("data", (chunk: Buffer) => chunks.stderr.push(chunk));

    const timers: NodeJS.Timeout[] = [];
    if (timeoutSec !== undefined) {
      timers.push(setTimeout(() => child.kill("SIGINT"), timeoutSec * 1000));
      timers.push(setTimeout(() => child.kill("SIGKILL"), (timeoutSec + 10) * 1000));
    }
    // Ctrl-C reaches the CLI by itself; this process only must not die before it.
    const ignore = () => undefined;
    const terminate = () => child.kill("SIGINT");
    const kill = () => child.kill("SIGKILL");
    options.powerCut?.addEventListener("abort", kill);
    process.on("SIGINT", ignore);
    process.on("SIGTERM", terminate);
    const finish = () => {
      timers.forEach(clearTimeout);
      process.off("SIGINT", ignore);
      process.off("SIGTERM", terminate);
      options.powerCut?.removeEventListener("abort", kill);
    };
    child.on("error", (error) => {
      finish();
      reject(error);
    });
    child.on("close", (code) => {
      finish();
      const text = (parts: Buffer[]) => Buffer.concat(parts).toString("utf8");
      const wallMs = Math.round(performance.now() - started);
      resolve({ code: code ?? 1, stdout: text(chunks.stdout), stderr: text(chunks.stderr), wallMs });
    });
  });
}
