import type { UnitRule } from "../render/bundle";

/** A file as a bundle's text has it. */
export interface BundleFile {
  readonly path: string;
  /** Octal, four digits. */
  readonly mode: string;
  /** `user:group`. */
  readonly owner: string;
  readonly content: string;
}

/** A bundle read back out of its text (render/bundle.ts). */
export interface BundleText {
  /** Every line but those of files, in order. */
  readonly directives: readonly string[];
  readonly files: readonly BundleFile[];
  /** What hears of which files: the component's own units, then those of others. */
  readonly units: readonly UnitRule[];
  /** Paths of those files that hold sysctls. */
  readonly sysctls: readonly string[];
}

/** Reads a bundle's text by the rules of assets/host/converge.sh. Undefined if it is not one that this version knows. */
export function parseBundle(text: string): BundleText | undefined {
  const [version, ...lines] = text.split("\n");
  if (version !== "ipv6-home bundle 1" || lines.pop() !== "") return undefined;
  const directives: string[] = [];
  const files: { path: string; mode: string; owner: string; lines: string[] }[] = [];
  for (const line of lines) {
    const file = files.at(-1);
    if (line === "" || line.startsWith("    ")) {
      if (file === undefined) return undefined;
      file.lines.push(line.slice(4));
      continue;
    }
    const [word, mode = "", owner = "", path = ""] = line.split(" ");
    if (word === "file") files.push({ path, mode, owner, lines: [] });
    else directives.push(line);
  }
  return {
    directives,
    files: files.map(({ lines: content, ...file }) => ({
      ...file,
      content: content.map((line) => `${line}\n`).join(""),
    })),
    units: directives.flatMap(unitRule),
    sysctls: directives.filter((line) => line.startsWith("sysctl ")).map((line) => line.slice(7)),
  };
}

function unitRule(line: string): UnitRule[] {
  const [word = "", unit = "", action, ...paths] = line.split(" ");
  if (!["unit", "notify"].includes(word)) return [];
  return [{ unit, action: action === "reload" ? "reload" : "restart", paths }];
}
