import * as pulumi from "@pulumi/pulumi";
import type { HostAccess } from "../components/host-access";
import type { HomeGateway } from "../components/home-gateway";
import { PublicNames } from "../components/public-names";
import type { Tunnel } from "../components/tunnel";
import type { SiteAddresses } from "../network/address-plan";
import type { LanHost } from "../network/lan-host";
import type { MtuPlan } from "../network/mtu-plan";
import type { Bundle } from "../render/bundle";
import { sentence } from "../settings/result";
import type { DnsSettings } from "../settings/settings";
import type { ColoFacts } from "./colo-facts";

/** What the public names of a site depend on. */
export interface SiteOfNames {
  readonly gateway: HomeGateway;
  readonly tunnel: Tunnel;
  readonly onColo: HostAccess;
  readonly site: SiteAddresses;
  readonly mtu: MtuPlan;
  readonly hosts: readonly LanHost[];
  readonly owner: string;
}

/** Throws a sentence for people if a site has a public zone and its colo answers for none. */
export function mustAnswer({ publicZone }: DnsSettings, { authoritative }: ColoFacts): void {
  if (publicZone === undefined || authoritative) return;
  throw new pulumi.RunError(
    sentence({
      where: "dns.publicZone",
      given: `"${publicZone}"`,
      allowed: "a public zone only with a colo that answers for it",
      todo: "set dns.authoritative to true in the colo's stack and run pulumi up for it first",
    }),
  );
}

/** The public names of a site, if it has any. */
export function publicNames(
  { publicZone: zone, acmeUpdate, keyEpoch }: DnsSettings,
  { addresses, endpoint }: ColoFacts,
  { gateway, tunnel, hosts, ...site }: SiteOfNames,
): PublicNames | undefined {
  if (zone === undefined) return undefined;
  return new PublicNames("names", {
    ...site,
    zone,
    acmeUpdate,
    keyEpoch,
    colo: addresses,
    servers: [endpoint, addresses.nameServer],
    hosts: hosts.filter((host) => host.public),
    home: gateway.host,
    after: [gateway.firewall, gateway.prefix],
    afterAtColo: tunnel.ends.colo,
  });
}

/** What it puts on a host. */
export const bundlesAt = (end: "home" | "colo", names: PublicNames | undefined): readonly Bundle[] =>
  names === undefined ? [] : [names.bundles[end]];

/** The stack's outputs: what is to be delegated, and with what ACME may write. */
export const namesOutputs = ({ publicZone }: DnsSettings, names: PublicNames | undefined) =>
  names === undefined
    ? {}
    : {
        publicZone,
        delegations: names.delegations,
        ...(names.acmeKey === undefined ? {} : { acmeKey: names.acmeKey }),
      };
