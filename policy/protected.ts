import { componentOf, isRemoteCommand } from "./command";
import { isUnknown } from "./values";
import type { ResourceView, StackRule } from "./view";

const component = (name: string) => `ipv6home:components:${name}`;

/**
 * What a stack must have while it has anything: without the host's baseline nothing converges, without the firewall the
 * host is open, without its tunnel a home is offline. A policy is shown only what the program still asks for, never a
 * deletion; so this sees a part that is missing from a stack, and not the end of the whole stack.
 */
export const stackStaysWhole: StackRule = {
  name: "stack-stays-whole",
  description:
    "A stack that has any component keeps its host, its firewall and, at a home, both ends of the tunnel.",
  checkStack: (resources) => {
    if (!resources.some(({ type }) => type.startsWith("ipv6home:"))) return [];
    const isHome = !resources.some(({ type }) => type === component("ColoServer"));
    const wanted = isHome ? ["Host", "Firewall", "Tunnel"] : ["Host", "Firewall"];
    return [
      ...wanted
        .filter((name) => !converges(resources, name))
        .map((name) => gone(`no ${name} that converges`)),
      ...(isHome && converges(resources, "Tunnel") ? missingEnds(resources) : []),
    ];
  },
};

/** Whether there is a component of that name with a command under it; a URN tells the types of all parents. */
const converges = (resources: readonly ResourceView[], name: string): boolean =>
  resources.some((resource) => isRemoteCommand(resource) && parents(resource).includes(component(name)));

const parents = ({ urn }: ResourceView): string[] => (urn.split("::")[2] ?? "").split("$").slice(0, -1);

/** The home's end is the component `tunnel-…` on its host, the colo's end `site-…` there. */
function missingEnds(resources: readonly ResourceView[]): string[] {
  const commands = resources.filter(isRemoteCommand);
  if (commands.some(({ props }) => isUnknown(props["delete"]))) return [];
  const components = commands.map((resource) => componentOf(resource) ?? "");
  return [["home", "tunnel-"] as const, ["colo", "site-vpn"] as const]
    .filter(([, prefix]) => !components.some((each) => each.startsWith(prefix)))
    .map(([end]) => gone(`no end of the tunnel at the ${end}`));
}

const gone = (what: string) =>
  `stack: given ${what} among other components; allowed is a stack with its host, its firewall and, at a home, both ` +
  "of the tunnel's ends; put the part back, or take the whole stack away with pulumi destroy";
