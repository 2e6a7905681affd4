import { spawn, spawnSync } from "node:child_process";
import { chmodSync, copyFileSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onPath } from "./providers";

/** The Go release that the module files of this project ask for, none of them a newer one. */
const goVersion = "1.25.11";

/** A Go program and the module file that pins it. */
export interface GoProgram {
  /** What people call it, with its version. */
  readonly title: string;
  /** Folder with go.mod, go.sum and a file that imports the package. */
  readonly moduleFolder: string;
  /** The command's package. */
  readonly package: string;
  /** Flags for the linker. */
  readonly ldflags?: string;
  /** Name of the built file. */
  readonly output: string;
  /** What to do on a machine where Go is missing and cannot be installed. */
  readonly otherwise: string;
}

/**
 * Builds the program into the folder from the Go module proxy. The module file pins every version and go.sum every
 * checksum, and Go compares both: what is built is what was committed.
 */
export async function buildGoProgram(
  program: GoProgram,
  folder: string,
  onProgress: (line: string) => void,
): Promise<void> {
  const work = mkdtempSync(join(tmpdir(), "go-build-"));
  const { moduleFolder, ldflags = "", output } = program;
  try {
    for (const file of readdirSync(moduleFolder)) copyFileSync(join(moduleFolder, file), join(work, file));
    const go = await findGo(program, work, onProgress);
    const flags = ["-trimpath", "-ldflags", `-s -w ${ldflags}`];
    await run(go, ["build", ...flags, "-o", join(folder, output), program.package], work);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** A Go that can build it: the machine's, Debian's, or the toolchain that one of these fetches. */
async function findGo(
  { title, otherwise }: GoProgram,
  work: string,
  onProgress: (line: string) => void,
): Promise<string> {
  let go = installedGo();
  if (go === undefined) {
    if (process.getuid?.() !== 0) {
      throw new Error(
        `building ${title} needs Go, and there is none on PATH: install Debian's golang-go, or ${otherwise}`,
      );
    }
    onProgress("engine: installing Debian's golang-go");
    // A machine that never looked has no list of packages.
    await run("apt-get", ["update", "-q"], work);
    await run("apt-get", ["install", "-y", "-q", "--no-install-recommends", "golang-go"], work);
    go = installedGo() ?? "go";
  }

  const text = spawnSync(go, ["env", "GOVERSION"], { encoding: "utf8", cwd: tmpdir() }).stdout.trim();
  const [, minor = 0] = text.replace(/^go/, "").split(".").map(Number);
  // From 1.21 on, Go fetches the toolchain that a module file asks for.
  if (minor >= 21) return go;
  return fetchToolchain(go, work, onProgress);
}

function installedGo(): string | undefined {
  return onPath("go") ?? onPath("go", "/usr/local/go/bin:/usr/lib/go/bin");
}

/** Newer toolchains are served as modules, so an old Go can fetch one; only the file modes are lost on the way. */
async function fetchToolchain(go: string, work: string, onProgress: (line: string) => void): Promise<string> {
  const machine = { x64: "amd64", arm64: "arm64" }[process.arch as "x64" | "arm64"];
  const version = `v0.0.1-go${goVersion}.linux-${machine}`;
  onProgress(`engine: fetching Go ${goVersion} with the Go that is installed`);
  const scratch = mkdtempSync(join(work, "toolchain-"));
  await run(go, ["mod", "init", "toolchain"], scratch);
  await run(go, ["mod", "download", `golang.org/toolchain@${version}`], scratch);
  const cache = spawnSync(go, ["env", "GOMODCACHE"], { encoding: "utf8" }).stdout.trim();
  const root = join(cache, "golang.org", `toolchain@${version}`);
  for (const folder of ["bin", `pkg/tool/linux_${machine}`]) {
    for (const file of readdirSync(join(root, folder))) chmodSync(join(root, folder, file), 0o755);
  }
  return join(root, "bin", "go");
}

/** Runs a step of the build; its output is shown only if it fails. */
function run(program: string, args: readonly string[], cwd: string): Promise<void> {
  const env = {
    ...process.env,
    GOFLAGS: "-mod=readonly -buildvcs=false",
    GOTOOLCHAIN: "auto",
    GOWORK: "off",
  };
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
    const output: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => output.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => output.push(chunk));
    child.on("error", reject);
    child.on("close", (code) => {
      const tail = Buffer.concat(output).toString("utf8").trim().split("\n").slice(-15).join("\n");
      if (code === 0) resolve();
      else
        reject(
          new Error(
            `${program} ${args.slice(0, 2).join(" ")} failed with exit code ${code ?? "?"}:\n${tail}`,
          ),
        );
    });
  });
}
