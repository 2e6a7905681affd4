/** A chain of a ruleset. */
export interface Chain {
  readonly name: string;
  /** `input`, `forward` and so on, if packets come here without a jump. */
  readonly hook: string | undefined;
  /** Of a chain with a hook; nft(8) takes `accept` if nothing is said. */
  readonly policy: string;
  /** Without comments. */
  readonly rules: readonly string[];
}

/** The lines between `KIND NAME {` and the brace that ends it, for all of a kind. */
function blocks(ruleset: string, kind: "chain" | "set"): { name: string; lines: string[] }[] {
  const found: { name: string; lines: string[] }[] = [];
  let open: { lines: string[]; depth: number } | undefined;
  for (const line of ruleset.split("\n").map((each) => each.trim())) {
    const name = new RegExp(`^${kind} (\\S+) \\{$`).exec(line)?.[1];
    if (open === undefined) {
      if (name === undefined) continue;
      const lines: string[] = [];
      found.push({ name, lines });
      open = { lines, depth: 1 };
    } else if (!line.startsWith("#")) {
      open.depth += line.split("{").length - line.split("}").length;
      if (open.depth === 0) open = undefined;
      else if (line !== "") open.lines.push(line);
    }
  }
  return found;
}

/** The chains of a ruleset as render/nftables.ts writes it: a rule a line. */
export const chainsOf = (ruleset: string): Chain[] =>
  blocks(ruleset, "chain").map(({ name, lines }) => {
    const [, hook] = /\bhook (\w+)/.exec(lines[0] ?? "") ?? [];
    const [, policy = "accept"] = /\bpolicy (\w+);/.exec(lines[0] ?? "") ?? [];
    return { name, hook, policy, rules: hook === undefined ? lines : lines.slice(1) };
  });

/** The elements of a set; none if there is no such set. */
export const elementsOf = (ruleset: string, set: string): string[] =>
  blocks(ruleset, "set")
    .filter(({ name }) => name === set)
    .flatMap(({ lines }) => /elements = \{([^}]*)\}/.exec(lines.join("\n"))?.[1]?.split(",") ?? [])
    .map((element) => element.trim())
    .filter((element) => element !== "");
