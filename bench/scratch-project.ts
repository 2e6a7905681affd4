import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { openEngine, type Engine, type RunResult } from "../engine/run";
import { observeVariable } from "../observe/observe";
import type { StackName } from "../lab/stacks";
import { exampleFile, projectFolder, type Given } from "../test/support/settings";
import type { FakeHost } from "./fake-host";

interface State {
  readonly checkpoint: { readonly latest: { readonly resources: readonly { readonly type: string }[] } };
}

/** The project with a backend of its own, against a host that only says yes. */
export class ScratchProject {
  private constructor(
    private readonly engine: Engine,
    private readonly host: FakeHost,
    private readonly folder: string,
  ) {}

  /** Makes both stacks of the examples, converged. */
  static async create(host: FakeHost): Promise<ScratchProject> {
    const folder = mkdtempSync(join(tmpdir(), "bench-growth-"));
    for (const name of ["Pulumi.yaml", "main.cjs", "package.json", "node_modules"])
      symlinkSync(join(projectFolder, name), join(folder, name));
    mkdirSync(join(folder, "backend"));
    const project = new ScratchProject(await openEngine(), host, folder);
    try {
      for (const stack of ["colo", "home"] as const) {
        await project.run(["stack", "init", stack]);
        await project.run(["config", "set", "--secret", "-s", stack, "ssh.privateKey"], host.privateKey);
        project.set(stack, {});
        await project.up(stack);
      }
    } catch (error) {
      await project.close();
      throw error;
    }
    return project;
  }

  /** Sets a stack's settings: the example's with changes. */
  set(stack: StackName, changes: Readonly<Record<string, Given>>): void {
    const path = join(this.folder, `Pulumi.${stack}.yaml`);
    const before = parse(readFileSync(path, "utf8")) as {
      readonly encryptionsalt: string;
      readonly config: Readonly<Record<string, unknown>>;
    };
    const settings = {
      ...exampleFile(stack),
      "ssh.address": "127.0.0.1",
      "ssh.port": this.host.port,
      "ssh.hostKey": this.host.hostKey,
      ...changes,
    };
    const config = Object.fromEntries(
      Object.entries(settings).map(([name, value]) => [`ipv6-home:${name}`, value]),
    );
    const secret = { "ipv6-home:ssh.privateKey": before.config["ipv6-home:ssh.privateKey"] };
    writeFileSync(
      path,
      stringify({ encryptionsalt: before.encryptionsalt, config: { ...config, ...secret } }),
    );
  }

  async up(stack: StackName): Promise<void> {
    await this.run(["up", "-s", stack, "--yes", "--skip-preview", "--suppress-outputs"]);
  }

  /** Milliseconds of one preview in which nothing has changed. */
  async preview(stack: StackName): Promise<number> {
    const { wallMs, stdout } = await this.run(["preview", "-s", stack]);
    if (!/\d+ unchanged/.test(stdout) || /to (create|update|delete|replace)/.test(stdout))
      throw new Error(`preview: something has changed\n${stdout}`);
    return wallMs;
  }

  /** Bytes of a stack's state, and the number of resources in it. */
  state(stack: StackName): { readonly bytes: number; readonly resources: number } {
    const path = this.statePath(stack);
    const state = JSON.parse(readFileSync(path, "utf8")) as State;
    const resources = state.checkpoint.latest.resources.filter(({ type }) => !type.startsWith("pulumi:"));
    return { bytes: statSync(path).size, resources: resources.length };
  }

  /** Gives the backend the stacks of more sites: copies of the home's state under other names. */
  addSites(from: number, to: number): void {
    const text = readFileSync(this.statePath("home"), "utf8");
    for (let site = from; site <= to; site++) {
      const name = `home-${site}`;
      writeFileSync(
        this.statePath(name),
        text
          .replaceAll("urn:pulumi:home::", `urn:pulumi:${name}::`)
          .replace("ipv6-home/home", `ipv6-home/${name}`),
      );
    }
  }

  async close(): Promise<void> {
    await this.engine.close();
    this.host.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  private statePath(stack: string): string {
    return join(this.folder, "backend", ".pulumi", "stacks", "ipv6-home", `${stack}.json`);
  }

  private async run(args: readonly string[], input?: string): Promise<RunResult> {
    const result = await this.engine.run(args, {
      cwd: this.folder,
      timeoutSec: 120,
      env: {
        // The fake host has no report.
        [observeVariable]: "never",
        PULUMI_BACKEND_URL: `file://${join(this.folder, "backend")}`,
        PULUMI_CONFIG_PASSPHRASE: "bench",
      },
      ...(input === undefined ? {} : { input }),
    });
    if (result.code !== 0)
      throw new Error(
        `pulumi ${args.join(" ")}: exit code ${result.code}\n${result.stdout}\n${result.stderr}`,
      );
    return result;
  }
}
