import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openEngine, type Engine, type RunResult } from "../../../engine/run";

export interface ResourceSpec {
  readonly kind: "Command" | "LocalCommand" | "RandomBytes" | "RandomPassword" | "PrivateKey";
  readonly name: string;
  readonly args: Readonly<Record<string, unknown>>;
  readonly options?: Readonly<Record<string, unknown>>;
}

/** What support/program.cjs makes of it. */
export interface ProgramSpec {
  readonly resources: readonly ResourceSpec[];
  readonly outputs?: Readonly<Record<string, unknown>>;
  /** JavaScript that runs first. */
  readonly before?: string;
}

export interface StateResource {
  readonly urn: string;
  readonly id?: string;
  readonly type: string;
  readonly inputs?: Readonly<Record<string, unknown>>;
  readonly outputs?: Readonly<Record<string, unknown>>;
}

/** A Pulumi project in a temporary folder with a stack in a state folder of its own. */
export class Project {
  private constructor(
    readonly engine: Engine,
    readonly folder: string,
  ) {}

  static async create(): Promise<Project> {
    const folder = mkdtempSync(join(tmpdir(), "engine-project-"));
    mkdirSync(join(folder, "state"));
    writeFileSync(
      join(folder, "Pulumi.yaml"),
      "name: contract\nmain: main.cjs\nruntime:\n  name: nodejs\n  options:\n    typescript: false\n",
    );
    writeFileSync(join(folder, "package.json"), '{ "name": "contract", "main": "main.cjs" }\n');
    copyFileSync(join(__dirname, "program.cjs"), join(folder, "main.cjs"));
    symlinkSync(join(__dirname, "../../../node_modules"), join(folder, "node_modules"));
    const project = new Project(await openEngine(), folder);
    await project.ok(["stack", "init", "test"]);
    return project;
  }

  write(spec: ProgramSpec): void {
    writeFileSync(join(this.folder, "resources.json"), JSON.stringify(spec));
  }

  run(args: readonly string[], env: Record<string, string> = {}): Promise<RunResult> {
    return this.engine.run(args, {
      cwd: this.folder,
      timeoutSec: 90,
      env: {
        PULUMI_BACKEND_URL: `file://${this.folder}/state`,
        PULUMI_CONFIG_PASSPHRASE: "test",
        SSH_AUTH_SOCK: undefined,
        ...env,
      },
    });
  }

  /** Runs a command that must end well. */
  async ok(args: readonly string[]): Promise<RunResult> {
    const result = await this.run(args);
    if (result.code !== 0)
      throw new Error(`pulumi ${args.join(" ")}: exit code ${result.code}\n${result.stdout}${result.stderr}`);
    return result;
  }

  up(spec: ProgramSpec): Promise<RunResult> {
    this.write(spec);
    return this.run(["up", "--yes", "--skip-preview", "--color=never"]);
  }

  /** The state file as text, and the resources in it without the stack and the providers. */
  stateText(): string {
    const file = join(this.folder, "state/.pulumi/stacks/contract/test.json");
    return existsSync(file) ? readFileSync(file, "utf8") : "{}";
  }

  state(): StateResource[] {
    const state = JSON.parse(this.stateText()) as {
      checkpoint?: { latest?: { resources?: StateResource[] } };
    };
    return (state.checkpoint?.latest?.resources ?? []).filter(({ type }) => !type.startsWith("pulumi:"));
  }

  async close(): Promise<void> {
    await this.engine.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
