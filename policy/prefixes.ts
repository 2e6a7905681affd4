import { judgePlan, type Found, type FoundPlan } from "./address-rules";
import { bundleFiles, type BundleFile } from "./command";
import { rulesetPath } from "./firewall";
import { elementsOf } from "./nftables";
import { fieldsOf, textOf } from "./values";
import type { ResourceRule, ResourceView, StackRule } from "./view";

/** What a host is given: its routes, the sources its firewall lets through, the addresses of its tunnels. */
export const bundlesKeepThePlan: ResourceRule = {
  name: "bundles-keep-the-address-plan",
  description: "In the files of a host the site lies in the colo's /48, its segments in the site, apart.",
  check: (resource: ResourceView) =>
    (bundleFiles(resource) ?? []).flatMap((file) => [
      ...judgePlan(routedBy(file)),
      ...judgePlan(allowedBy(file)),
      ...judgePlan(registeredBy(file)),
    ]),
};

/** What the stack tells others, and what it was told by its colo. */
export const outputsKeepThePlan: StackRule = {
  name: "outputs-keep-the-address-plan",
  description:
    "In a stack's outputs the site lies in the colo's /48, its segments in the site, apart; tunnels are ULA.",
  checkStack: (resources) => {
    const outputs = resources.find(({ type }) => type === "pulumi:pulumi:Stack")?.props ?? {};
    const reference = resources.find(({ type }) => type === "pulumi:pulumi:StackReference")?.props ?? {};
    const own = fieldsOf(outputs["facts"]);
    const told = fieldsOf(fieldsOf(reference["outputs"])["facts"]);
    const segments = Object.entries(fieldsOf(outputs["segments"]));
    return judgePlan({
      colo: found("facts.prefix", own["prefix"] ?? told["prefix"]),
      site: segments.length === 0 ? undefined : found("output prefix", outputs["prefix"]),
      segments: segments.flatMap(([name, value]) => some(found(`output segments.${name}`, value))),
      tunnel: [
        ...some(found("facts.tunnelPrefix", own["tunnelPrefix"] ?? told["tunnelPrefix"])),
        ...Object.entries(fieldsOf(outputs["tunnelAddresses"])).flatMap(([end, value]) =>
          some(found(`output tunnelAddresses.${end}`, value)),
        ),
      ],
    });
  },
};

const some = (each: Found | undefined): Found[] => (each === undefined ? [] : [each]);

function found(where: string, value: unknown): Found | undefined {
  const text = textOf(value);
  return text === undefined ? undefined : { where, text };
}

/** The home's policy rules: from the site, and to the colo, by the tunnel. */
function routedBy({ path, content }: BundleFile): FoundPlan {
  const rule = (word: string) => new RegExp(`rule add ${word} (\\S+) table vpn`).exec(content)?.[1];
  return { colo: found(`${path}, rule to`, rule("to")), site: found(`${path}, rule from`, rule("from")) };
}

/** The home's firewall: what each segment may send from, and what nobody may send from through the tunnel. */
function allowedBy({ path, content }: BundleFile): FoundPlan {
  if (path !== rulesetPath) return {};
  const site = /^\s*iifname "vpn\*" ip6 saddr (\S+) counter drop$/m.exec(content)?.[1];
  return {
    site: found(`${path}, source validation`, site),
    segments: interfacePrefixes(elementsOf(content, "lan_sources"))
      // What every link has: link-local addresses, and none at all.
      .filter(({ prefix }) => prefix !== "fe80::/10" && prefix !== "::/128")
      .map(({ name, prefix }) => ({
        where: `${path}, lan_sources of ${name}`,
        text: prefix,
        lengths: [64, 60],
      })),
  };
}

/** The site's registration at the colo: its /56, and the address of its end of the tunnel. */
function registeredBy({ path, content }: BundleFile): FoundPlan {
  const list = /^add element \S+ \S+ site_sources \{ (.*) \}$/m.exec(content)?.[1];
  if (list === undefined) return {};
  const given = interfacePrefixes(list.split(", ")).map(({ name, prefix }) => ({
    where: `${path}, site_sources of ${name}`,
    text: prefix,
  }));
  const isEnd = ({ text }: Found) => text.endsWith("/128");
  return { site: given.find((each) => !isEnd(each)), tunnel: given.filter(isEnd) };
}

/** The elements `"enp1s0" . 2001:db8::/64` of a set, taken apart. */
const interfacePrefixes = (elements: readonly string[]) =>
  elements.flatMap((element) => {
    const [, name, prefix] = /^"([^"]+)" \. (\S+)$/.exec(element) ?? [];
    return name === undefined || prefix === undefined ? [] : [{ name, prefix }];
  });
