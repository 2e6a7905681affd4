import { resourceRules, stackRules } from "../../policy/rules";
import type { ResourceView } from "../../policy/view";
import type { Recorded, Recording } from "../support/record";
import { commandType } from "../support/stacks";

/** A resource as a rule sees it, a remote command unless told otherwise. */
export function view(given: Partial<ResourceView> & { readonly parents?: readonly string[] }): ResourceView {
  const { type = commandType, name = "some", parents = [], ...rest } = given;
  const urn = `urn:pulumi:home::ipv6-home::${[...parents, type].join("$")}::${name}`;
  return { type, name, urn, props: {}, opts: {}, ...rest };
}

/** Everything that the rules say about a stack: `rule: resource: sentence`. */
export const judge = (resources: readonly ResourceView[]): string[] => [
  ...resources.flatMap((resource) =>
    resourceRules.flatMap(({ name, check }) =>
      check(resource).map((sentence) => `${name}: ${resource.name}: ${sentence}`),
    ),
  ),
  ...stackRules.flatMap(({ name, checkStack }) =>
    checkStack(resources).map((sentence) => `${name}: ${sentence}`),
  ),
];

/** A recorded stack as the rules see it, with `change` made to what crossed the wire. */
export function viewsOf(
  recording: Recording,
  change: (value: unknown) => unknown = (value) => value,
): ResourceView[] {
  const typesTo = ({ type, parent }: Recorded): string[] =>
    parent === "" ? [type] : [...typesTo(recording.get(parent)), type];
  const views = recording.resources.map((resource) =>
    view({
      type: resource.type,
      name: resource.name,
      parents: typesTo(resource).slice(0, -1),
      props: change(resource.inputs) as ResourceView["props"],
      opts: { deleteBeforeReplace: resource.deleteBeforeReplace },
    }),
  );
  const outputs = change(recording.outputs) as ResourceView["props"];
  return [...views, view({ type: "pulumi:pulumi:Stack", name: "ipv6-home-home", props: outputs })];
}

/** A call of converge as a command of the project ends with. */
export const converge = (verb: string, rest: string) =>
  `exec /usr/local/lib/ipv6-home/converge ${verb} ${rest}`;

/** Two secrets: a WireGuard key, and the text that one is made of. */
export const key = Buffer.alloc(32, 7).toString("base64");
export const random = "aB3".repeat(22).slice(0, 64);
