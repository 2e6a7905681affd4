import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { VerifyFacts } from "../../stacks/verify-facts";

/** Where the program's parts lie. */
export const partsFolder = join(__dirname, "..", "..", "assets", "verify");

/** Its parts, each after those that it imports. No two of them give one name to two things. */
export const parts = [
  "wire",
  "plan",
  "machine",
  "probes",
  "solicit",
  "observe",
  "signs",
  "verdicts",
  "near",
  "far",
  "advertised",
  "causes",
  "diagnose",
  "checks",
  "main",
] as const;

/** The internet that is asked; without it servers that most know (assets/verify/main.py). */
export interface VerifyTargets {
  /** Hosts with IPv4 only, with IPv6 only, with both. */
  readonly name4: string;
  readonly name6: string;
  readonly name46: string;
  /** Addresses that answer echo and TCP. */
  readonly internet6: readonly string[];
  readonly internet4: readonly string[];
  readonly port: number;
  /** A page whose last word is the address that it was asked from. */
  readonly echo: string;
  /** The same on a server that has IPv4. */
  readonly echo4: string;
  readonly download: string;
  readonly upload: string;
  /** Whether `internet6` answers echo requests of 1500 bytes. */
  readonly answersLarge: boolean;
}

const header = `#!/usr/bin/env python3
# Verifies an IPv6-only home from the chair of one of its machines; made for one site. Run it with --help.
# Linux with Python 3.8 or newer and ip(8), nothing else. With sudo it also reads router advertisements and DHCPv6.
# What it knows of the site is in SITE at the end; no secret is among it.`;

const future = "from __future__ import annotations";

/** Splits a part into what it imports from the library, and all else but its imports of other parts. */
function split(text: string): { readonly imports: readonly string[]; readonly body: string } {
  const imported = /^(?:import|from) ([\w.]+)(?: import (?:\([^)]*\)|.*))?\n/gm;
  const own = new Set<string>(parts);
  const imports = [...text.matchAll(imported)].flatMap(([line, name = ""]) =>
    own.has(name) ? [] : [line.trim()],
  );
  return { imports, body: text.replace(imported, "").trim() };
}

/** The program in one file, for one site: what `--export` writes, and what runs in the lab. */
export function verifyProgram(site: VerifyFacts, targets?: VerifyTargets): string {
  const read = parts.map((part) => ({
    part,
    ...split(readFileSync(join(partsFolder, `${part}.py`), "utf8")),
  }));
  const imports = new Set(read.flatMap((each) => each.imports));
  imports.delete(future);
  return [
    header,
    "",
    future,
    "",
    ...[...imports].sort(),
    "",
    ...read.map(({ part, body }) => `\n# ---- ${part}\n\n${body}\n`),
    "",
    `SITE = json.loads(r"""${JSON.stringify({ ...site, ...(targets === undefined ? {} : { targets }) }, null, 1)}""")`,
    "",
    'if __name__ == "__main__":',
    "    sys.exit(main(SITE, sys.argv[1:]))",
    "",
  ].join("\n");
}
