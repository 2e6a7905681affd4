import { spawn, spawnSync } from "node:child_process";
import { chmodSync, copyFileSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pulumiVersion } from "./cache";
import { onPath } from "./providers";

/** The Go release that the module file in pulumi-module/ asks for. */
const goVersion = "1.25.11";
const moduleFolder = join(__dirname, "pulumi-module");
const cliPackage = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi";
// Without it the CLI calls itself a development build, and the SDK refuses it.
const versionVariable = "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version";

/**
 * Builds the CLI into the folder from the Go module proxy. The module file pins every version and go.sum every
 * checksum, and Go compares both: what is built is what was committed.
 */
export async function buildWithGo(folder: string, onProgress: (line: string) => void): Promise<void> {
  const work = mkdtempSync(join(tmpdir(), "pulumi-build-"));
  try {
    for (const file of readdirSync(moduleFolder)) copyFileSync(join(moduleFolder, file), join(work, file));
    const go = await findGo(work, onProgress);
    const flags = `-s -w -X ${versionVariable}=v${pulumiVersion}`;
    await run(go, ["build", "-trimpath", "-ldflags", flags, "-o", join(folder, "pulumi"), cliPackage], work);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** A Go that can build the CLI: the machine's, Debian's, or the toolchain that one of these fetches. */
async function findGo(work: string, onProgress: (line: string) => void): Promise<string> {
  let go = installedGo();
  if (go === undefined) {
    if (process.getuid?.() !== 0) {
      throw new Error(
        `building Pulumi ${pulumiVersion} needs Go, and there is none on PATH: install Debian's golang-go, or put a ` +
          `Pulumi CLI of at least ${pulumiVersion} on PATH`,
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
