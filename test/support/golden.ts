import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

const goldenFolder = join(__dirname, "..", "golden");

/**
 * Compares files with those under test/golden/<name>: the content of each, and that there are no others. With
 * UPDATE_GOLDEN=1 it writes them instead; then read the diff.
 */
export function expectGolden(name: string, files: ReadonlyMap<string, string>): void {
  const folder = join(goldenFolder, name);
  if (process.env["UPDATE_GOLDEN"] === "1") {
    rmSync(folder, { recursive: true, force: true });
    for (const [path, content] of files) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), content);
    }
  }
  const paths = existsSync(folder) ? filesUnder(folder) : [];
  expect([...files.keys()].map((path) => path.replace(/^\//, "")).sort()).toEqual(paths);
  for (const [path, content] of files) {
    // The path is part of what is compared, so that a failure names it.
    expect(`${path}\n${content}`).toBe(`${path}\n${readFileSync(join(folder, path), "utf8")}`);
  }
}

/** The folders right under test/golden. */
export const goldenNames = (): string[] => readdirSync(goldenFolder).sort();

const filesUnder = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
