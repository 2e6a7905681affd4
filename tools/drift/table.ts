import { driftOf, type ObservedHost } from "../../observe/report";

/** What one stack has on one host: components with the hash of their manifest, undefined for those with keys. */
export type Wanted = Readonly<Record<string, string | undefined>>;

/** What differs, by host and component, a line each; nothing for a component that is as it should be. */
export type Drift = Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;

/** Whether a component of the colo was put there by a home's stack. */
const isSite = (component: string) => component.startsWith("site-");

/**
 * Compares what a host says with what a stack exported when it was converged. A home owns its sites at the colo, the
 * colo's stack all else there.
 */
export function compare(role: "colo" | "home", host: "colo" | "home", seen: ObservedHost, wanted: Wanted) {
  const own = (component: string) => host !== "colo" || isSite(component) === (role === "home");
  // Of keys nothing is exported; a second home's site is that home's business.
  const sites = Object.keys(wanted).filter(isSite);
  const mine = (component: string) =>
    own(component) && (!isSite(component) || sites.some((site) => component.startsWith(site)));
  const components = new Set([...Object.keys(wanted), ...[...seen.components.keys()].filter(mine)]);
  return Object.fromEntries(
    [...components].sort().flatMap((component) => {
      const generation = seen.components.get(component)?.generation;
      const lines = driftOf(seen, { component, generation, manifest: wanted[component] });
      return lines.length === 0 ? [] : [[component, lines] as const];
    }),
  );
}

/** The whole as a table for people. */
export function renderDrift(stack: string, drift: Drift): string {
  const rows = Object.entries(drift).flatMap(([host, components]) =>
    Object.entries(components).flatMap(([component, lines]) => [
      `${host.padEnd(6)}${component}`,
      ...lines.map((line) => `      ${line}`),
    ]),
  );
  return rows.length === 0
    ? `${stack}: no drift on ${Object.keys(drift).join(" and ")}\n`
    : [
        ...rows,
        "",
        `${stack}: drift; pulumi preview -s ${stack} --diff shows it, pulumi up repairs it`,
        "",
      ].join("\n");
}
