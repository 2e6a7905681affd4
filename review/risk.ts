import type { BundleText } from "./bundle-text";
import type { Operation } from "./preview";

/** What kind of component a resource belongs to; its name ends in it, but for the tunnel's two ends. */
export const kinds = [
  "host",
  "firewall",
  "prefix",
  "uplinks",
  "lan",
  "clat",
  "delegation",
  "nat64",
  "dns64",
  "tunnel",
  "drift",
  "authoritative",
  "names",
  "health",
  "metrics",
  "monitoring",
  "status",
  "upgrades",
] as const;
export type Kind = (typeof kinds)[number];

/** What a change can do to those who use the network, the worst first. */
export const riskLabels = ["destroys", "can cut SSH", "rotates keys", "drops sessions", "reloads"] as const;
export type RiskLabel = (typeof riskLabels)[number];

/** A label and what it is about. */
export interface Risk {
  readonly label: RiskLabel;
  readonly about: string;
}

/** What the rules look at. */
export interface RiskFacts {
  readonly kind: Kind | undefined;
  readonly operation: Operation;
  /** The bundle that is on the host, and the one that is to come; undefined if there is none or it is secret. */
  readonly before: BundleText | undefined;
  readonly after: BundleText | undefined;
  /** Whether a secret bundle changes. */
  readonly secretChanged: boolean;
  /** Paths of the files that change. */
  readonly paths: readonly string[];
  /** Key epochs, if one generation of a tunnel takes the place of another. */
  readonly generations: readonly [before: string, after: string] | undefined;
}

/** The risks of one component's change, the worst first. A change without any is one that nobody notices. */
export function risksOf(facts: RiskFacts): Risk[] {
  const found = [destroys(facts), cutsSsh(facts), rotates(facts), ...unitRisks(facts)];
  return found
    .filter((risk) => risk !== undefined)
    .sort((a, b) => riskLabels.indexOf(a.label) - riskLabels.indexOf(b.label));
}

/** A generation is made beside the one before; whatever else is replaced goes first (components/host-config.ts). */
const goesFirst = ({ operation, generations }: RiskFacts) =>
  operation === "delete" || (operation === "replace" && generations === undefined);

function destroys(facts: RiskFacts): Risk | undefined {
  if (!goesFirst(facts)) return undefined;
  const about = facts.operation === "delete" ? "is removed from the host" : "is removed and made anew";
  return { label: "destroys", about };
}

/** Why each kind of component can stand between the operator and the host. */
const ways: Readonly<Partial<Record<Kind, string>>> = {
  host: "the programs and packages that all else is applied with",
  firewall: "the rules that let SSH in",
  prefix: "routes and sysctls",
  uplinks: "the way that the tunnel takes",
  // dnsmasq alone cuts nobody off.
  lan: "addresses of the LAN's interfaces",
  tunnel: "logins that come by the tunnel",
};

function cutsSsh(facts: RiskFacts): Risk | undefined {
  const { kind, paths } = facts;
  const about = kind === undefined ? undefined : ways[kind];
  const touched =
    kind === "lan"
      ? paths.some((path) => path.endsWith("-lan.service"))
      : paths.length > 0 || facts.secretChanged || goesFirst(facts);
  return about === undefined || !touched ? undefined : { label: "can cut SSH", about };
}

function rotates(facts: RiskFacts): Risk | undefined {
  if (facts.generations !== undefined)
    return { label: "rotates keys", about: `generation ${facts.generations.join(" to ")}` };
  return facts.secretChanged && facts.operation === "update"
    ? { label: "rotates keys", about: "the secret content changes" }
    : undefined;
}

/** By what the bundle itself says of its units: a restart ends what runs through the unit, a reload does not. */
function unitRisks(facts: RiskFacts): Risk[] {
  const { before, after, operation, paths } = facts;
  const about = (units: readonly string[]) => [...new Set(units)].join(", ");
  const names = (bundle: BundleText | undefined, action?: "reload" | "restart") =>
    (bundle?.units ?? [])
      .filter((rule) => action === undefined || rule.action === action)
      .filter((rule) => action === undefined || rule.paths.some((path) => paths.includes(path)))
      .map(({ unit }) => unit);
  // What is made beside the old one, or for the first time, ends nothing.
  const ended = goesFirst(facts)
    ? names(before)
    : operation === "update"
      ? [...names(after, "restart"), ...names(before).filter((unit) => !names(after).includes(unit))]
      : [];
  const reloaded = [
    ...names(after, "reload"),
    ...(after?.sysctls ?? []).filter((path) => paths.includes(path)),
  ];
  return [
    ...(ended.length === 0 ? [] : [{ label: "drops sessions" as const, about: about(ended) }]),
    ...(operation === "create" || reloaded.length === 0
      ? []
      : [{ label: "reloads" as const, about: about(reloaded) }]),
  ];
}
