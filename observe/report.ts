/** What a host says of one component; see assets/host/observe.sh. */
export interface ObservedComponent {
  /** Key epoch, for components that have generations. */
  readonly generation: number | undefined;
  /** SHA-256, hex, of the manifest; undefined if a run did not end. */
  readonly manifest: string | undefined;
  /** When it was converged last, ISO 8601 in UTC. */
  readonly convergedAt: string | undefined;
  /** The stack that registered the site, for components of one. */
  readonly owner?: string;
  /** What differs, a line each: `-` what should be, `+` what is, `!` anything else. */
  readonly differences: readonly string[];
}

/** What a host says of itself. */
export interface ObservedHost {
  /** Another one after a boot, a reinstallation, or when components came or went; at each look if there are none. */
  readonly id: string;
  readonly components: ReadonlyMap<string, ObservedComponent>;
}

const known = (word: string | undefined) => (word === undefined || word === "-" ? undefined : word);

/** Reads a report. Throws a sentence if it is none, or one of another version. */
export function parseReport(text: string): ObservedHost {
  const [head = "", ...lines] = text.trimEnd().split("\n");
  const id = /^ipv6-home observed 1 (\S+)$/.exec(head)?.[1];
  if (id === undefined)
    throw new Error(
      `the report begins with "${head.slice(0, 80)}"; allowed is "ipv6-home observed 1"; run pulumi up with this program first`,
    );
  const components = new Map<string, ObservedComponent>();
  let differences: string[] = [];
  for (const line of lines) {
    if (line.startsWith("    ")) {
      differences.push(line.slice(4));
      continue;
    }
    const [word, name, generation, manifest, convergedAt, owner] = line.split(" ");
    if (word !== "component" || name === undefined)
      throw new Error(
        `the report has a line "${line.slice(0, 80)}"; allowed are component lines and indented ones`,
      );
    differences = [];
    const epoch = known(generation);
    components.set(name, {
      generation: epoch === undefined ? undefined : Number(epoch),
      manifest: known(manifest),
      convergedAt: known(convergedAt),
      ...(owner === undefined ? {} : { owner }),
      differences,
    });
  }
  return { id, components };
}

/** What a component should be, as far as it can be compared. */
export interface Expected {
  readonly component: string;
  readonly generation: number | undefined;
  /** Undefined if it holds keys. */
  readonly manifest: string | undefined;
  /** The stack that registers the site, for components of one. */
  readonly owner?: string | undefined;
}

/**
 * Why a component must be converged again although its settings may be the same, a line each; nothing if the host has
 * it as it should be. The first line changes with each convergence, so that the same damage twice is found twice.
 */
export function driftOf(host: ObservedHost, { component, generation, manifest, owner }: Expected): string[] {
  const found = host.components.get(component);
  if (found === undefined) return [`host ${host.id} does not have it`];
  // Of another stack's site nothing is ours to put right, and converge refuses to.
  if (owner !== undefined && found.owner !== undefined && found.owner !== owner)
    return [`host ${host.id} has it from stack ${found.owner}`];
  const lines = [...found.differences];
  if (found.generation !== generation)
    lines.push(`- generation ${generation ?? "none"}`, `+ generation ${found.generation ?? "none"}`);
  if (manifest !== undefined && found.manifest !== manifest && found.differences.length === 0)
    lines.push("! the host has another version of it");
  return lines.length === 0
    ? []
    : [`converged ${found.convergedAt ?? `never on host ${host.id}`}, and now:`, ...lines];
}
