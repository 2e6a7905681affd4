import { defined } from "./json";
import type { Preview, Side, Step } from "./preview";

/**
 * What changes between two plans of the same stack from nothing: that of the branch that a change goes into, and that
 * of the change. For previews without a state. Hidden content cannot be compared and counts as equal.
 */
export function compareWithBranch(branch: Preview, change: Preview): Preview {
  const olds = new Map(branch.steps.map((step) => [step.urn, step.new]));
  const news = new Map(change.steps.map((step) => [step.urn, step.new]));
  const steps = [...new Set([...news.keys(), ...olds.keys()])].flatMap((urn) =>
    stepBetween(urn, olds.get(urn), news.get(urn)),
  );
  return { ...change, against: "branch", steps };
}

function stepBetween(urn: string, old: Side | undefined, wanted: Side | undefined): Step[] {
  const both = old !== undefined && wanted !== undefined;
  const inputs = [
    ...(old?.text === wanted?.text ? [] : ["stdin"]),
    ...(old?.commands === wanted?.commands ? [] : ["create"]),
  ];
  if (both && inputs.length === 0) return [];
  const operation = both ? "update" : old === undefined ? "create" : "delete";
  return [defined<Step>({ urn, operation, old, new: wanted, inputs: both ? inputs : [] })];
}
