/** What one side of a change, the host's or the wanted one, has of a resource. */
export interface Side {
  /** The bundle as text (render/bundle.ts); absent if it is secret, not known yet, or no bundle. */
  readonly text?: string;
  /** Hash of the commands that put it there and take it away. */
  readonly commands?: string;
}

export const operations = ["create", "update", "replace", "delete"] as const;
export type Operation = (typeof operations)[number];

/** One resource that a run would change. */
export interface Step {
  /** The engine's name of it. */
  readonly urn: string;
  readonly operation: Operation;
  readonly old?: Side;
  readonly new?: Side;
  /** Names of the inputs that differ. */
  readonly inputs: readonly string[];
  /** Key epochs, if one generation of a tunnel takes the place of another; see joinGenerations. */
  readonly generations?: readonly [before: string, after: string];
}

/** A rule that the plan breaks. */
export interface Violation {
  readonly urn?: string;
  /** `pack/policy`. */
  readonly policy: string;
  /** `mandatory` stops a run; `warning` and others do not. */
  readonly level: string;
  readonly message: string;
}

export const comparisons = ["state", "branch", "nothing"] as const;

/** What a run of one stack would do: the part of the engine's events that a reviewer needs. Holds no secret. */
export interface Preview {
  readonly stack: string;
  /** What it was compared with: the stack's state, the branch that the change goes into, or nothing, so all is new. */
  readonly against: (typeof comparisons)[number];
  /** Whether the preview came to its end. */
  readonly complete: boolean;
  readonly steps: readonly Step[];
  readonly violations: readonly Violation[];
  /** Names of the policies that were asked, `pack/policy`; empty if none were, or the engine does not tell. */
  readonly policies: readonly string[];
  /** What the engine or the program complained of. */
  readonly errors: readonly string[];
}

/** The last part of a URN: the name that the program gave the resource. */
export const nameOf = (urn: string): string => urn.split("::").slice(3).join("::");

/** The resource's own type, and those of all that it is part of before it, joined by `$`. */
export const typeOf = (urn: string): string => urn.split("::")[2] ?? "";
