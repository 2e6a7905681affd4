/** A resource as a rule sees it. Secrets in `props` are marked as the engine marks them, see values.ts. */
export interface ResourceView {
  /** For instance `command:remote:Command`. */
  readonly type: string;
  readonly name: string;
  /** Holds the types of all parents too: `urn:pulumi:STACK::PROJECT::PARENT$…$TYPE::NAME`. */
  readonly urn: string;
  /** Inputs before an update; for a rule about a stack, outputs after it. */
  readonly props: Readonly<Record<string, unknown>>;
  readonly opts: {
    readonly deleteBeforeReplace?: boolean;
  };
}

interface Named {
  /** Lower case with hyphens, unique in the pack. */
  readonly name: string;
  /** What it demands, one sentence. */
  readonly description: string;
}

/** A rule about one resource, judged before anything is done with it. */
export interface ResourceRule extends Named {
  /** Sentences about what is wrong; none if all is well. */
  readonly check: (resource: ResourceView) => string[];
}

/** A rule about all resources of a stack that the program still asks for. */
export interface StackRule extends Named {
  /** Sentences about what is wrong; none if all is well. */
  readonly checkStack: (resources: readonly ResourceView[]) => string[];
}
