import { nameOf, typeOf, type Step } from "./preview";

/** A tunnel's resources carry its key epoch in their names: `tunnel-2-home-config-converge`. */
const parts = ({ urn }: Step) => /^tunnel-(\d+)-(.+)$/.exec(nameOf(urn));

/** What only says how a generation is taken away; the resource that it takes away is shown itself. */
const isRemoval = ({ urn }: Step) => typeOf(urn).includes("ipv6home:components:HostRemoval$");

/**
 * A rotation makes a generation of the tunnel and removes another one (docs/ROTATION.md). To
 * a reviewer that is one change of the same files under other names: the two steps become one that replaces.
 */
export function joinGenerations(steps: readonly Step[]): Step[] {
  const shown = steps.filter((step) => !isRemoval(step));
  const former = new Map(
    shown.flatMap((step) => {
      const rest = step.operation === "delete" ? parts(step)?.[2] : undefined;
      return rest === undefined ? [] : [[rest, step] as const];
    }),
  );
  const joined = new Set<Step>();
  const result = shown.map((step): Step => {
    const [, epoch, rest] = parts(step) ?? [];
    const old = step.operation === "create" && rest !== undefined ? former.get(rest) : undefined;
    const oldEpoch = old === undefined ? undefined : parts(old)?.[1];
    if (old === undefined || epoch === undefined || oldEpoch === undefined) return step;
    joined.add(old);
    return {
      urn: step.urn,
      operation: "replace",
      old: old.old ?? {},
      new: step.new ?? {},
      inputs: ["stdin"],
      generations: [oldEpoch, epoch],
    };
  });
  return result.filter((step) => !joined.has(step));
}
