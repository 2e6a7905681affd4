import { connectionTo, type HostAccess } from "../components/host-access";
import { HostGuard } from "../components/host-guard";
import { HomeGateway } from "../components/home-gateway";
import { HostLeave } from "../components/host-leave";
import { Tunnel } from "../components/tunnel";
import { siteAddresses } from "../network/address-plan";
import { mtuPlan } from "../network/mtu-plan";
import { tunnelGeneration } from "../network/tunnel-plan";
import { nat64Prefix } from "../network/well-known";
import type { ObservedHost } from "../observe/report";
import type { HomeSettings } from "../settings/settings";
import { driftKeyOf, manifestsOf } from "./colo";
import type { ColoFacts } from "./colo-facts";
import type { HostRole } from "./dead-hosts";
import { mustBeOpen } from "./forwards";
import { delegationsOf, machinesOf } from "./machines";
import { mustAskFromInside } from "./metrics";
import { bundlesAt, mustAnswer, namesOutputs, publicNames } from "./names";
import { verifyFacts } from "./verify-facts";

/**
 * The home stack: one site, and both ends of its tunnel. `owner` is its own full name, under which the site registers.
 * Answers the stack's outputs.
 */
export function homeStack(
  settings: HomeSettings,
  coloFacts: ColoFacts,
  owner: string,
  observed: { readonly home?: ObservedHost | undefined; readonly colo?: ObservedHost | undefined } = {},
  dead: readonly HostRole[] = [],
) {
  const { login, domain, guardWindowSec, packagesAtRemoval } = settings;
  const { addresses: colo, endpoint } = coloFacts;
  const site = siteAddresses(colo, settings.siteNumber, settings.segments, settings.ipv4Prefix);
  const machines = machinesOf(settings, site.segments);
  const mtu = mtuPlan(Math.min(...settings.uplinks.map((uplink) => uplink.mtu), coloFacts.wanMtu));
  const generation = tunnelGeneration(settings.siteNumber, settings.keyEpoch, coloFacts.basePort);
  mustAnswer(settings.dns, coloFacts);
  mustBeOpen(coloFacts.forwards, site, machines.pinholes);
  mustAskFromInside(settings.metrics, site);

  const delegations = delegationsOf(settings, site, machines.hosts);
  const gateway = new HomeGateway("home", {
    login,
    observed: observed.home,
    guardWindowSec,
    driftKey: settings.driftKey,
    health: settings.health,
    metrics: settings.metrics,
    upgrades: settings.upgrades,
    status: settings.status,
    dead: dead.includes("home"),
    packagesAtRemoval,
    managementPrefixes: login.managementPrefixes,
    uplinks: settings.uplinks,
    endpoint,
    colo,
    site,
    mtu,
    domain,
    ra: settings.ra,
    ...machines,
    boot: settings.boot,
    hasNames: settings.dns.publicZone !== undefined,
    delegations,
  });
  const onColo: HostAccess = {
    connection: connectionTo({ ...coloFacts.login, privateKey: login.privateKey }),
    observed: observed.colo,
    guardWindowSec,
    dead: dead.includes("colo"),
    ready: [],
  };
  const tunnel = new Tunnel(`tunnel-${settings.keyEpoch}`, {
    home: gateway.host,
    colo: onColo,
    generation,
    coloAddresses: colo,
    site,
    mtu,
    endpoint,
    metrics: settings.metrics !== undefined,
    severalUplinks: settings.uplinks.length > 1,
    owner,
    after: [gateway.firewall, gateway.prefix],
  });
  const names = publicNames(settings.dns, coloFacts, {
    ...{ gateway, tunnel, onColo, site, mtu, owner },
    hosts: machines.hosts,
  });
  const atHome = new HostGuard("home-guard", {
    host: gateway.host,
    guarded: [gateway.host.base, ...gateway.guarded.map(({ config }) => config), ...tunnel.ends.home],
    others: [
      ...[...gateway.harmless, ...(gateway.driftLogin === undefined ? [] : [gateway.driftLogin])].map(
        ({ config }) => config,
      ),
      ...(names?.ends.home ?? []),
    ],
  });
  // Last, so that both ends go back if one does.
  const atColo = new HostGuard("colo-guard", {
    host: onColo,
    guarded: tunnel.ends.colo,
    others: names?.ends.colo ?? [],
    after: [atHome.confirmed],
  });
  new HostLeave("home-leave", {
    host: gateway.host,
    after: [
      ...gateway.harmless.map((each) => each.converged),
      tunnel.ends.home[1].converged,
      atHome.confirmed,
      atColo.confirmed,
    ],
  });

  return {
    publicKeys: { home: tunnel.keys.home.publicKey, colo: tunnel.keys.colo.publicKey },
    privateKeys: { home: tunnel.keys.home.privateKey, colo: tunnel.keys.colo.privateKey },
    endpoint: `${endpoint.toString()}:${generation.port}`,
    tunnelInterfaces: { home: generation.homeInterface, colo: generation.coloInterface },
    tunnelAddresses: { home: site.tunnel.toString(), colo: colo.tunnel.toString() },
    prefix: site.prefix.toString(),
    segments: Object.fromEntries(site.segments.map(({ name, prefix }) => [name, prefix.toString()])),
    hosts: Object.fromEntries(machines.hosts.map(({ name, addresses }) => [name, addresses.map(String)])),
    resolver: colo.resolver.toString(),
    nat64Prefix: nat64Prefix.toString(),
    mtu,
    verify: verifyFacts({
      site,
      colo,
      mtu,
      domain,
      endpoint: `${endpoint.toString()}:${generation.port}`,
      hosts: machines.hosts,
      delegations,
      ra: settings.ra,
    }),
    ...namesOutputs(settings.dns, names),
    ...driftKeyOf(gateway.driftLogin),
    manifests: {
      home: {
        ...manifestsOf([...gateway.bundles, tunnel.bundles.home, ...bundlesAt("home", names)]),
        ...gateway.driftLogin?.manifests,
      },
      colo: manifestsOf([tunnel.bundles.colo, ...bundlesAt("colo", names)]),
    },
  };
}
