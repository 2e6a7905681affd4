// Runs one of the project's TypeScript commands on a machine that has only Node 20 and npm: installs the locked
// packages when the lock file changed, then hands over to the Node 22 that they bring. Plain JavaScript without
// imports of ours, because nothing is installed yet when it starts.
//
//   node tools/run.mjs FILE.ts [ARG…]
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const modules = join(root, "node_modules");

/** Installs the packages of package-lock.json unless exactly these were installed before. */
function installPackages() {
  const stamp = join(modules, ".ipv6-home-lock");
  const lock = join(root, "package-lock.json");
  const wanted = createHash("sha256").update(readFileSync(lock)).digest("hex");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return;
  // Somebody's own `npm ci` is as good; npm notes in this file what it installed.
  const noted = join(modules, ".package-lock.json");
  if (!existsSync(stamp) && existsSync(noted) && statSync(noted).mtimeMs >= statSync(lock).mtimeMs) {
    writeFileSync(stamp, wanted);
    return;
  }
  console.error("setup: npm ci (the packages of package-lock.json are not installed yet)");
  const started = Date.now();
  // The child must not inherit the settings of the npm that started this script (its command, its lifecycle).
  const env = Object.fromEntries(Object.entries(process.env).filter(([key]) => !key.startsWith("npm_")));
  const result = spawnSync("npm", ["ci", "--loglevel=error"], {
    cwd: root,
    env,
    stdio: ["ignore", "inherit", "inherit"],
  });
  if (result.status !== 0) {
    console.error("setup: npm ci failed; its own message is above. Is the npm registry reachable?");
    process.exit(1);
  }
  writeFileSync(stamp, wanted);
  console.error(`setup: npm ci done in ${((Date.now() - started) / 1000).toFixed(1)} s`);
}

const [file, ...args] = process.argv.slice(2);
if (file === undefined) {
  console.error("usage: node tools/run.mjs FILE.ts [ARG…]");
  process.exit(2);
}
installPackages();
const bin = join(modules, ".bin");
const brought = join(bin, "node");
const child = spawn(
  existsSync(brought) ? brought : process.execPath,
  file.endsWith(".ts") ? ["--import", "tsx", join(root, file), ...args] : [join(root, file), ...args],
  { stdio: "inherit", env: { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH ?? ""}` } },
);
// The terminal sends Ctrl-C to the whole group; a signal sent to this process alone is passed on.
for (const signal of ["SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
process.on("SIGINT", () => undefined);
child.on("exit", (code, signal) => process.exit(signal === null ? (code ?? 1) : 1));
