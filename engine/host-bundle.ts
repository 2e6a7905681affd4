import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { buildSync } from "esbuild";

const folder = __dirname;

/** The project's root. */
export const projectRoot = dirname(folder);

/** Answers the path of host.ts as plain JavaScript, bundled anew when a source changed: its name is the content. */
export function hostBundle(): string {
  const files = [
    "host.ts",
    "language.ts",
    ...readdirSync(join(folder, "standins")).map((file) => `standins/${file}`),
  ];
  const hash = createHash("sha256");
  for (const file of files.sort())
    hash
      .update(file)
      .update("\0")
      .update(readFileSync(join(folder, file)));
  const target = join(projectRoot, ".build", "engine", hash.digest("hex").slice(0, 16), "host.cjs");
  if (existsSync(target)) return target;

  const built = buildSync({
    entryPoints: [join(folder, "host.ts")],
    bundle: true,
    write: false,
    platform: "node",
    format: "cjs",
    target: "node22",
    packages: "external",
    sourcemap: "inline",
  });
  mkdirSync(dirname(target), { recursive: true });
  const staged = `${target}.${process.pid}`;
  writeFileSync(staged, built.outputFiles[0]?.text ?? "");
  renameSync(staged, target);
  return target;
}
