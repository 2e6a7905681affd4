import { buildSync } from "esbuild";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { RunResult } from "../../../engine/run";
import { describe as describeLab } from "../../../lab/lab";
import { patience } from "../../../lab/machines";
import { management } from "../../../lab/topology";
import type { Bundle } from "../../../render/bundle";
import type { ObserveMode } from "../../../settings/settings";
import { projectFolder } from "../../support/settings";
import { theEngine } from "../support";
import type { LockoutPlan } from "./plan";

/** A project of its own on the host `home`, in which a test says what is put there. */
export class LockoutProject {
  private constructor(private readonly folder: string) {}

  static async create(): Promise<LockoutProject> {
    const folder = mkdtempSync(join(tmpdir(), "ipv6-home-lockout-"));
    symlinkSync(join(projectFolder, "node_modules"), join(folder, "node_modules"));
    mkdirSync(join(folder, "backend"));
    writeFileSync(join(folder, "Pulumi.yaml"), "name: lockout\nruntime: nodejs\nmain: main.cjs\n");
    buildSync({
      entryPoints: [join(__dirname, "program.ts")],
      outfile: join(folder, "main.cjs"),
      bundle: true,
      platform: "node",
      format: "cjs",
      target: "node22",
      packages: "external",
    });
    const project = new LockoutProject(folder);
    await project.must(["stack", "init", "lockout"]);
    return project;
  }

  /**
   * Puts `bundles`, which can cut the operator off, on the host, and then `others`; answers how the run ended.
   */
  async up(
    guardWindowSec: number,
    bundles: readonly Bundle[],
    others: readonly Bundle[] = [],
    observe: ObserveMode = "auto",
  ): Promise<RunResult> {
    const lab = describeLab();
    const plan: LockoutPlan = {
      address: management.hosts.home,
      hostKey: lab.hosts.home.hostKey,
      privateKey: readFileSync(lab.ssh.privateKeyPath, "utf8"),
      guardWindowSec,
      observe,
      bundles: [
        ...bundles.map((bundle) => ({ ...bundle, guarded: true })),
        ...others.map((bundle) => ({ ...bundle, guarded: false })),
      ],
    };
    writeFileSync(join(this.folder, "plan.json"), JSON.stringify(plan), { mode: 0o600 });
    return this.run(["up", "--yes", "--skip-preview", "-s", "lockout"], 600);
  }

  destroy(): Promise<RunResult> {
    return this.must(["destroy", "--yes", "--skip-preview", "-s", "lockout"]);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async must(args: readonly string[]): Promise<RunResult> {
    const result = await this.run(args, 120);
    if (result.code !== 0) throw new Error(`pulumi ${args.join(" ")}\n${result.stdout}\n${result.stderr}`);
    return result;
  }

  private async run(args: readonly string[], timeoutSec: number): Promise<RunResult> {
    return (await theEngine()).run(args, {
      cwd: this.folder,
      timeoutSec: timeoutSec * patience(),
      env: {
        PULUMI_BACKEND_URL: `file://${join(this.folder, "backend")}`,
        PULUMI_CONFIG_PASSPHRASE: "lockout",
      },
    });
  }
}
