import { ColoServer } from "../components/colo-server";
import type { DriftLogin } from "../components/drift-login";
import { coloAddresses } from "../network/address-plan";
import { alertmanagerPort, prometheusPort } from "../network/monitoring-plan";
import { mtuPlan } from "../network/mtu-plan";
import { nat64Prefix } from "../network/well-known";
import type { ObservedHost } from "../observe/report";
import { manifestHash } from "../render/bundle";
import type { ColoSettings } from "../settings/settings";
import { exportFacts } from "./colo-facts";
import type { HostRole } from "./dead-hosts";

/** The colo stack: one server. Answers the stack's outputs. */
export function coloStack(settings: ColoSettings, observed?: ObservedHost, dead: readonly HostRole[] = []) {
  const { login, wan, basePort, packagesAtRemoval } = settings;
  const addresses = coloAddresses(settings.prefix, settings.tunnelPrefix);
  const mtu = mtuPlan(wan.mtu);

  const colo = new ColoServer("colo", {
    login,
    observed,
    guardWindowSec: settings.guardWindowSec,
    driftKey: settings.driftKey,
    health: settings.health,
    metrics: settings.metrics,
    monitoring: settings.monitoring,
    upgrades: settings.upgrades,
    dead: dead.includes("colo"),
    packagesAtRemoval,
    managementPrefixes: login.managementPrefixes,
    wanInterface: wan.interface,
    acceptRa: wan.acceptRa,
    addresses,
    address4: settings.address4,
    mtu,
    pool4: settings.pool4,
    translator: settings.translator,
    trustAnchors: settings.trustAnchors,
    authoritative: settings.authoritative,
  });

  return {
    facts: exportFacts({
      login,
      endpoint: settings.address4,
      addresses,
      basePort,
      wanMtu: wan.mtu,
      authoritative: settings.authoritative,
      forwards: settings.translator.program === "jool" ? settings.translator.jool.forwards : [],
    }),
    endpoint: settings.address4.toString(),
    prefix: addresses.prefix.toString(),
    tunnelAddress: addresses.tunnel.toString(),
    resolver: addresses.resolver.toString(),
    ...(settings.authoritative ? { nameServers: [settings.address4, addresses.nameServer].map(String) } : {}),
    nat64Prefix: nat64Prefix.toString(),
    ...(settings.monitoring === undefined
      ? {}
      : {
          monitoring: {
            prometheus: `http://[${addresses.monitor}]:${prometheusPort}/`,
            alertmanager: `http://[${addresses.monitor}]:${alertmanagerPort}/`,
          },
        }),
    mtu,
    ...driftKeyOf(colo.driftLogin),
    manifests: { colo: { ...manifestsOf(colo.bundles), ...colo.driftLogin?.manifests } },
  };
}

/** The output that `npm run drift` can log in with; none without the setting. */
export const driftKeyOf = (login: DriftLogin | undefined) =>
  login === undefined ? {} : { driftKey: login.privateKey };

/** SHA-256 of the manifest of each component on a host, as the host itself records it. */
export const manifestsOf = (bundles: readonly Parameters<typeof manifestHash>[0][]) =>
  Object.fromEntries(bundles.map((bundle) => [bundle.component, manifestHash(bundle)]));
