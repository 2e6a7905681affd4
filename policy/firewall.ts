import { bundleFiles, componentOf, sshPortOf } from "./command";
import { chainsOf, elementsOf, type Chain } from "./nftables";
import type { ResourceRule, ResourceView } from "./view";

/** The ruleset of a host. */
export const rulesetPath = "/etc/ipv6-home/firewall.nft";

/** A host drops what nobody has allowed, and lets its operator in. */
export const firewallKeepsItsFloor: ResourceRule = {
  name: "firewall-keeps-its-floor",
  description: "A firewall drops by default what comes in and what passes, and lets the operator log in.",
  check: (resource: ResourceView) => {
    const files = bundleFiles(resource);
    const ruleset = files?.find(({ path }) => path === rulesetPath)?.content;
    if (ruleset !== undefined) return judge(ruleset, sshPortOf(resource));
    if (files === undefined || componentOf(resource) !== "firewall") return [];
    return [
      `bundle: given no ${rulesetPath}; allowed is a firewall that has one; keep the file in the bundle`,
    ];
  },
};

function judge(ruleset: string, sshPort: number | undefined): string[] {
  const chains = chainsOf(ruleset);
  const at = (hook: string) => chains.filter((chain) => chain.hook === hook);
  return [
    ...["input", "forward"].flatMap((hook) => openings(hook, at(hook))),
    ...(sshPort === undefined ? [] : lockOuts(ruleset, at("input"), sshPort)),
  ];
}

/** What makes the default something else than a drop. */
function openings(hook: string, chains: readonly Chain[]): string[] {
  const repair = `allowed is "policy drop;" in every chain of hook ${hook}, and only rules that name what they accept`;
  if (chains.length === 0) {
    return [`${rulesetPath}: given no chain of hook ${hook}, so everything passes; ${repair}; add the chain`];
  }
  return chains.flatMap(({ name, policy, rules }) => [
    ...(policy === "drop"
      ? []
      : [`${rulesetPath}, chain ${name}: given policy ${policy}; ${repair}; write policy drop`]),
    ...rules
      .filter((rule) => /^(?:counter )?accept(?: comment ".*")?$/.test(rule))
      .map((rule) => `${rulesetPath}, chain ${name}: given the rule "${rule}"; ${repair}; take it away`),
  ]);
}

/** What keeps the operator out. */
function lockOuts(ruleset: string, chains: readonly Chain[], sshPort: number): string[] {
  const wanted = [4, 6].map(
    (family) => `tcp dport ${sshPort} ${family === 4 ? "ip" : "ip6"} saddr @management${family} accept`,
  );
  const where = `${rulesetPath}, hook input`;
  const missing = wanted
    .filter((rule) => !chains.some(({ rules }) => rules.includes(rule)))
    .map(
      (rule) =>
        `${where}: given no rule "${rule}"; allowed is a firewall that lets the operator log in at port ${sshPort}; ` +
        "keep managementRules (render/firewall.ts)",
    );
  // An invalid packet belongs to no login; all else that is dropped before could.
  const early = chains.flatMap(({ rules }) =>
    rules
      .slice(0, Math.max(...wanted.map((rule) => rules.indexOf(rule)), 0))
      .filter((rule) => /\b(?:drop|reject)\b/.test(rule) && !rule.startsWith("ct state "))
      .map(
        (rule) =>
          `${where}: given "${rule}" before the rules for logins; allowed is a drop after them; move it down`,
      ),
  );
  const nobody = [4, 6].every((family) => elementsOf(ruleset, `management${family}`).length === 0);
  return [
    ...missing,
    ...early,
    ...(nobody
      ? [
          `${rulesetPath}, sets management4 and management6: given no element; allowed is one prefix at least; ` +
            "set ssh.managementPrefixes",
        ]
      : []),
  ];
}
