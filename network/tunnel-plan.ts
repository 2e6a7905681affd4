import { siteNumbers } from "./address-plan";

/** How many UDP ports the sites of one colo may use from the base port on: two generations each. */
export const tunnelPortCount = 2 * siteNumbers.last;

/**
 * One generation of a site's tunnel. Two generations can live side by side, so interface, port and paths alternate by
 * the parity of the key epoch.
 */
export interface TunnelGeneration {
  /** Number of the generation; keys are new in each. */
  readonly keyEpoch: number;
  /** Interface at the home. */
  readonly homeInterface: string;
  /** Interface at the colo, where every site has its own. */
  readonly coloInterface: string;
  /** UDP port at both ends. A fixed one at the home keeps the ISP's NAT44 mapping over a restart. */
  readonly port: number;
}

/** Every tunnel interface of either host, as a wildcard for firewall rules that outlive a generation. */
export const tunnelInterfaces = "vpn*";

const homeInterface = (parity: number): string => `vpn${parity}`;

/** Interfaces that a home's tunnel can have: one, or two while it changes its keys. */
export const homeInterfaces: readonly string[] = [0, 1].map(homeInterface);

/** Names the generation of a site. */
export function tunnelGeneration(site: number, keyEpoch: number, basePort: number): TunnelGeneration {
  // The first generation is vpn0, as in the article.
  const parity = (keyEpoch + 1) % 2;
  return {
    keyEpoch,
    homeInterface: homeInterface(parity),
    coloInterface: `vpn${site}-${parity}`,
    port: basePort + 2 * (site - siteNumbers.first) + parity,
  };
}
