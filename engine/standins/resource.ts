import type { DiffKind } from "./diff";
import type { PropertyMap } from "./property";

/** Where a stand-in reports progress: the live line of its resource, which the engine does not keep. */
export interface ResourceLog {
  status(line: string): void;
  warning(line: string): void;
  error(line: string): void;
}

/** What every operation knows about its caller. */
export interface OperationContext {
  readonly name: string;
  readonly log: ResourceLog;
  /** Ends when the engine cancels or the resource's own timeout is over. */
  readonly signal: AbortSignal;
}

export interface CheckAnswer {
  readonly inputs: PropertyMap;
  readonly failures?: readonly { readonly property: string; readonly reason: string }[];
}

export interface DiffAnswer {
  readonly changes: ReadonlyMap<string, DiffKind>;
  /** Changed paths that make a new resource necessary. */
  readonly replaces: readonly string[];
  /** False where the real provider names only top-level properties and leaves the details to the engine. */
  readonly detailed?: boolean;
}

/** One resource type: the operations of Pulumi's provider protocol on plain values. */
export interface ResourceType {
  check(news: PropertyMap, olds: PropertyMap): CheckAnswer;
  diff(request: { olds: PropertyMap; oldInputs: PropertyMap; news: PropertyMap }): DiffAnswer;
  create(
    inputs: PropertyMap,
    context: OperationContext,
    preview: boolean,
  ): Promise<{ id: string; outputs: PropertyMap }>;
  update(
    request: { olds: PropertyMap; news: PropertyMap; preview: boolean },
    context: OperationContext,
  ): Promise<PropertyMap>;
  delete(olds: PropertyMap, context: OperationContext): Promise<void>;
}

/** The resource types of one package, by type token. */
export type Package = ReadonlyMap<string, ResourceType>;
