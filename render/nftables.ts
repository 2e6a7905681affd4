/** The one table of this project; other tables on a host are not touched. */
export const table = "inet ipv6_home";

/** A set of nft(8). */
export interface NftSet {
  readonly name: string;
  readonly type: string;
  /** Ranges and prefixes as elements. */
  readonly interval?: boolean;
  /** Filled by packets or by a daemon, not by this file. */
  readonly dynamic?: {
    /** How many elements it takes at most. */
    readonly size: number;
    /** How long an element stays; for ever if left out. */
    readonly timeoutSec?: number;
  };
  readonly elements?: readonly string[];
  /** Why it is there, for somebody who reads the ruleset on the host. */
  readonly comment?: string;
}

/** A chain of nft(8). Without a hook it is only jumped to. */
export interface NftChain {
  readonly name: string;
  /** For instance `type filter hook input priority filter; policy drop;`. */
  readonly hook?: string;
  /** Rules and `# comments`, a line each. */
  readonly rules: readonly string[];
}

/** Joins set elements, or none. */
export const elements = (list: readonly { toString(): string }[]): string[] => list.map(String);

function renderSet({ name, type, interval, dynamic, elements: list = [], comment }: NftSet): string[] {
  const timeout = dynamic?.timeoutSec;
  return [
    ...(comment === undefined ? [] : [`\t# ${comment}`]),
    `\tset ${name} {`,
    `\t\ttype ${type}`,
    ...(interval === true ? ["\t\tflags interval"] : []),
    ...(dynamic === undefined ? [] : [`\t\tsize ${dynamic.size}`]),
    ...(dynamic === undefined ? [] : [`\t\tflags dynamic${timeout === undefined ? "" : ",timeout"}`]),
    ...(timeout === undefined ? [] : [`\t\ttimeout ${timeout}s`]),
    ...(list.length > 0 ? ["\t\telements = {", ...list.map((each) => `\t\t\t${each},`), "\t\t}"] : []),
    "\t}",
    "",
  ];
}

function renderChain({ name, hook, rules }: NftChain): string[] {
  return [
    `\tchain ${name} {`,
    ...(hook === undefined ? [] : [`\t\t${hook}`]),
    ...rules.map((rule) => `\t\t${rule}`),
    "\t}",
  ];
}

/**
 * A ruleset file that replaces the table in one transaction: declared so that it exists, deleted, made anew. Other
 * tables stay, and there is no moment without rules (nft(8), "nft -f").
 */
export function renderTable(args: {
  readonly sets: readonly NftSet[];
  readonly chains: readonly NftChain[];
  /** Glob of files with further set elements, loaded in the same transaction. */
  readonly include?: string;
}): string {
  return [
    "#!/usr/sbin/nft -f",
    `table ${table}`,
    `delete table ${table}`,
    "",
    `table ${table} {`,
    ...args.sets.flatMap(renderSet),
    ...args.chains.flatMap((chain, index) => [...(index > 0 ? [""] : []), ...renderChain(chain)]),
    "}",
    ...(args.include === undefined ? [] : ["", `include "${args.include}"`]),
    "",
  ].join("\n");
}

/** Statements, a line each, that add elements to sets of the table or delete them. */
export function renderElements(
  verb: "add" | "delete",
  list: readonly { readonly set: string; readonly elements: readonly string[] }[],
): string {
  return list
    .map(({ set, elements: each }) => `${verb} element ${table} ${set} { ${each.join(", ")} }\n`)
    .join("");
}
