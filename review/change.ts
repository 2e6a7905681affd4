import { parseBundle, type BundleFile, type BundleText } from "./bundle-text";
import { unifiedDiff } from "./diff";
import { joinGenerations } from "./generations";
import { nameOf, typeOf, type Operation, type Preview, type Step } from "./preview";
import { kinds, risksOf, type Kind, type Risk } from "./risk";

/** One file on a host that would change. */
export interface FileChange {
  /** Absolute path on the host; undefined for what the component asks of the host beside files. */
  readonly path: string | undefined;
  /** Where the same file of the generation before lies, which goes when this one has taken over. */
  readonly formerPath: string | undefined;
  readonly operation: "added" | "changed" | "removed";
  /** Mode and owner as they were and as they will be, if they differ. */
  readonly attributes: string | undefined;
  /** Lines of a unified diff. */
  readonly diff: readonly string[];
}

/** A component on a host that would change. */
export interface ComponentChange {
  /** As in the program's resource names, `home-firewall`. */
  readonly name: string;
  readonly kind: Kind | undefined;
  readonly stack: string;
  readonly host: string;
  readonly operation: Operation;
  /** Whether the content is hidden: keys, or a resource that is no bundle. */
  readonly hidden: boolean;
  readonly files: readonly FileChange[];
  /** Inputs other than the bundle that differ, by their names. */
  readonly otherInputs: readonly string[];
  readonly risks: readonly Risk[];
}

/** The components that a stack's run would change, in the engine's order. */
export const changesOf = ({ stack, steps }: Preview): ComponentChange[] =>
  joinGenerations(steps)
    .filter((step) => isOnHost(step) && !isConfirmation(step))
    .map((step) => changeOf(stack, step));

/** Other resources that a stack's run would change: keys in the state and the like, `operation type name`. */
export const othersOf = ({ steps }: Preview): string[] =>
  joinGenerations(steps)
    .filter((step) => !isOnHost(step))
    .map(({ operation, urn }) => `${operation} ${typeOf(urn).split("$").at(-1) ?? ""} ${nameOf(urn)}`);

const isOnHost = ({ urn }: Step) => typeOf(urn).endsWith("$command:remote:Command");

/** It confirms what the others change, and changes nothing itself. */
const isConfirmation = ({ urn }: Step) => typeOf(urn).includes("ipv6home:components:HostGuard$");

function changeOf(stack: string, step: Step): ComponentChange {
  const name = nameOf(step.urn)
    .replace(/(-config|-base)?-converge$/, "")
    .replace(/^tunnel-\d+-/, "tunnel-");
  const kind = kindOf(name);
  const [before, after] = [step.old, step.new].map((side) =>
    side?.text === undefined ? undefined : parseBundle(side.text),
  );
  const { generations } = step;
  const files = [
    ...(generations === undefined ? fileChanges(before, after) : generationChanges(before, after)),
    ...directiveChanges(before, after),
  ];
  const otherInputs = step.inputs
    .map((input) => input.replace(/[.[].*/, ""))
    .filter((input) => input !== "stdin");
  return {
    name,
    kind,
    stack,
    host: hostOf(stack, step.urn, name),
    operation: step.operation,
    hidden: before === undefined && after === undefined,
    files,
    otherInputs: [...new Set(otherInputs)],
    risks: risksOf({
      kind,
      operation: step.operation,
      before,
      after,
      secretChanged: before === undefined && after === undefined && step.inputs.includes("stdin"),
      paths: files.flatMap(({ path }) => path ?? []),
      generations,
    }),
  };
}

const kindOf = (name: string): Kind | undefined =>
  kinds.find((kind) => name.endsWith(`-${kind}`)) ??
  kinds.find((kind) => /^(tunnel|names)$/.test(kind) && name.startsWith(`${kind}-`));

/** The colo belongs to every stack that has an end of a tunnel there; a gateway is called as its stack. */
function hostOf(stack: string, urn: string, name: string): string {
  const atColo = typeOf(urn).includes("ipv6home:components:ColoServer$") || /^(tunnel|names)-colo/.test(name);
  return atColo ? "colo" : stack;
}

function fileChanges(before: BundleText | undefined, after: BundleText | undefined): FileChange[] {
  const olds = new Map(before?.files.map((file) => [file.path, file]));
  const news = new Map(after?.files.map((file) => [file.path, file]));
  return [...new Set([...news.keys(), ...olds.keys()])].flatMap((path) =>
    fileChange(olds.get(path), news.get(path)),
  );
}

/** Two generations have the same files in the same order, under names that differ by interface and port. */
function generationChanges(before: BundleText | undefined, after: BundleText | undefined): FileChange[] {
  if (before?.files.length !== after?.files.length) return fileChanges(before, after);
  return (after?.files ?? []).flatMap((file, index) => fileChange(before?.files[index], file));
}

function fileChange(old: BundleFile | undefined, wanted: BundleFile | undefined): FileChange[] {
  const [was, willBe] = [old, wanted].map((file) => file && `${file.mode} ${file.owner}`);
  const diff = unifiedDiff(old?.content ?? "", wanted?.content ?? "");
  const moved = old !== undefined && wanted !== undefined && old.path !== wanted.path;
  if (was === willBe && diff.length === 0 && !moved) return [];
  return [
    {
      path: (wanted ?? old)?.path,
      formerPath: moved ? old.path : undefined,
      operation: old === undefined ? "added" : wanted === undefined ? "removed" : "changed",
      attributes:
        was === willBe || was === undefined || willBe === undefined ? undefined : `${was} → ${willBe}`,
      diff,
    },
  ];
}

/** Packages, checks, requirements and units: shown only beside what was there before, else they say nothing new. */
function directiveChanges(before: BundleText | undefined, after: BundleText | undefined): FileChange[] {
  if (before === undefined || after === undefined) return [];
  const text = ({ directives }: BundleText) => directives.map((line) => `${line}\n`).join("");
  const diff = unifiedDiff(text(before), text(after), 0);
  const none = { path: undefined, formerPath: undefined, attributes: undefined };
  return diff.length === 0 ? [] : [{ ...none, operation: "changed", diff }];
}
