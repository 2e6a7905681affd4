import { bundleOfHealth } from "../components/health";
import { bundleOfMetrics } from "../components/metrics";
import { bundleOfHost } from "../components/host";
import { bundleOfNat64 } from "../components/nat64";
import { bundleOfStatus } from "../components/status";
import { bundleOfUpgrades } from "../components/upgrades";
import { bundleOfUplinks } from "../components/uplinks";
import {
  coloAddresses,
  siteAddresses,
  type ColoAddresses,
  type SiteAddresses,
} from "../network/address-plan";
import type { LanHost } from "../network/lan-host";
import { mtuPlan, type MtuPlan } from "../network/mtu-plan";
import { Prefix } from "../network/prefix";
import { tunnelGeneration } from "../network/tunnel-plan";
import { publicKeyOf } from "../network/wireguard-key";
import { delegationBundle } from "../render/delegation";
import { dns64Bundle } from "../render/bind";
import { authoritativeBundle, siteNamesBundle, siteNamesKeyBundle } from "../render/authoritative";
import { bootBundle } from "../render/boot-server";
import { manifestHash, renderBundle, type Bundle } from "../render/bundle";
import { clatBundle } from "../render/clat";
import { coloFirewallBundle } from "../render/colo-firewall";
import { lanBundle } from "../render/dnsmasq";
import { driftLoginBundle } from "../render/drift-login";
import { homeFirewallBundle } from "../render/home-firewall";
import { alertsKeyBundle, monitoringBundle } from "../render/monitoring";
import { namesBundle, namesKeyBundle } from "../render/names";
import { coloPrefixBundle, homePrefixBundle } from "../render/routing";
import { coloTunnelBundle, homeTunnelBundle, keyBundle } from "../render/wireguard";
import type { ColoSettings, HomeSettings } from "../settings/settings";
import { delegationsOf, machinesOf } from "../stacks/machines";
import { exampleSettings, type Given } from "../test/support/settings";
import { atMost, median, type Target } from "./figures";

/** How long it takes to make the text of every file of both stacks out of their settings. */
export interface Rendering {
  readonly targets: readonly Target[];
}

const key = Buffer.alloc(32, "k").toString("base64");
/** The form of a login key; every one is as long. */
const driftPublicKey = `ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI${"A".repeat(43)}`;

const anywhere = Prefix.of("::/0");

/**
 * Everything that both stacks send, by the same functions as in their components but without the engine's SDK, whose
 * time would hide theirs. test/bench holds it to what the stacks register.
 */
export function bundlesOfBoth(settings: ColoSettings, home: HomeSettings): Bundle[] {
  const colo = coloAddresses(settings.prefix, settings.tunnelPrefix);
  const site = siteAddresses(colo, home.siteNumber, home.segments, home.ipv4Prefix);
  const generation = tunnelGeneration(home.siteNumber, home.keyEpoch, settings.basePort);
  const mtu = mtuPlan(Math.min(settings.wan.mtu, ...home.uplinks.map((uplink) => uplink.mtu)));
  const common = (role: ColoSettings | HomeSettings, plan: MtuPlan) => ({
    managementPrefixes: role.login.managementPrefixes,
    sshPort: role.login.port,
    wanInterface: role.wan.interface,
    mtu: plan,
  });
  const atColo = {
    ...common(settings, mtuPlan(settings.wan.mtu)),
    addresses: colo,
    pool4: settings.pool4,
    translator: settings.translator,
    acceptRa: settings.wan.acceptRa,
    trustAnchors: settings.trustAnchors,
    health: settings.health,
    metrics: settings.metrics,
    monitoring: settings.monitoring,
    address4: settings.address4,
    authoritative: settings.authoritative,
  };
  const machines = machinesOf(home, site.segments);
  const atHome = {
    ...common(home, mtu),
    uplinks: home.uplinks,
    site,
    colo,
    resolver: colo.resolver,
    domain: home.domain,
    ...machines,
    metrics: home.metrics,
    ra: home.ra,
    beacon: colo.tunnel,
    boot: home.boot,
    status: home.status,
    secondary: home.dns.publicZone === undefined ? undefined : colo.tunnel,
    delegations: delegationsOf(home, site, machines.hosts),
  };
  const tunnel = { generation, site, mtu: mtu.tunnel, colo };
  const keys = (name: string) =>
    keyBundle({
      component: "key",
      interface: name,
      privateKey: key,
      presharedKey: key,
      peerPublicKey: publicKeyOf(key),
    });
  const needs = { interfaces: [], packages: [], masks: [], requires: [], packagesAtRemoval: "keep" as const };
  return [
    bundleOfHost(needs),
    coloFirewallBundle(atColo),
    coloPrefixBundle(atColo),
    bundleOfNat64(atColo),
    dns64Bundle(atColo),
    bundleOfHost(needs),
    homeFirewallBundle(atHome),
    homePrefixBundle(atHome),
    ...(home.uplinks.length === 1 ? [] : [bundleOfUplinks({ ...atHome, endpoint: settings.address4 })]),
    lanBundle(atHome),
    ...(site.clat === undefined ? [] : [clatBundle({ clat: site.clat, segments: site.segments, mtu })]),
    ...(atHome.delegations.length === 0 ? [] : [delegationBundle(atHome)]),
    ...(home.boot.classes.length === 0 ? [] : [bootBundle(home.boot)]),
    ...(home.status ? [bundleOfStatus(atHome)] : []),
    keys(generation.homeInterface),
    keys(generation.coloInterface),
    homeTunnelBundle({
      ...tunnel,
      component: `tunnel-${generation.homeInterface}`,
      endpoint: settings.address4,
      early: home.uplinks.length > 1,
      anywhere,
    }),
    coloTunnelBundle({
      ...tunnel,
      component: `site-${generation.coloInterface}`,
      owner: "organization/ipv6-home/home",
      metrics: home.metrics !== undefined,
      siteTunnel: Prefix.around(site.tunnel, 128),
    }),
    ...(settings.metrics === undefined ? [] : [bundleOfMetrics({ ...atColo, end: "colo" })]),
    ...(home.metrics === undefined ? [] : [bundleOfMetrics({ ...atHome, end: "home" })]),
    ...(settings.monitoring === undefined
      ? []
      : [
          alertsKeyBundle(settings.monitoring.receiver),
          monitoringBundle({ address: colo.monitor, plan: settings.monitoring }),
        ]),
    ...(settings.health ? [bundleOfHealth({ ...atColo, upgrades: settings.upgrades, end: "colo" })] : []),
    ...(home.health
      ? [bundleOfHealth({ ...atHome, upgrades: home.upgrades, end: "home", endpoint: settings.address4 })]
      : []),
    ...[settings, home].flatMap(({ upgrades }) =>
      upgrades === undefined ? [] : [bundleOfUpgrades(upgrades)],
    ),
    ...(settings.authoritative ? [authoritativeBundle(atColo)] : []),
    ...namesOfBoth(atHome, settings, home),
    ...[settings, home].flatMap(({ driftKey }) => (driftKey ? [driftLoginBundle(driftPublicKey)] : [])),
  ];
}

/** Names for the internet: keys and zones at either end. */
function namesOfBoth(
  {
    site,
    colo,
    hosts,
    mtu,
  }: {
    readonly site: SiteAddresses;
    readonly colo: ColoAddresses;
    readonly hosts: readonly LanHost[];
    readonly mtu: MtuPlan;
  },
  { address4 }: ColoSettings,
  { dns: { publicZone: zone, acmeUpdate } }: HomeSettings,
): Bundle[] {
  if (zone === undefined) return [];
  const servers = [address4, colo.nameServer] as const;
  const named = hosts.filter((host) => host.public);
  const owner = "organization/ipv6-home/home";
  return [
    namesKeyBundle({ site, transfer: key, ...(acmeUpdate ? { acme: key } : {}) }),
    namesBundle({ zone, site, colo, servers, hosts: named, mtu, acmeUpdate }),
    siteNamesKeyBundle({ site, owner, transfer: key }),
    siteNamesBundle({ site, zone, owner }),
  ];
}

const render = (bundles: readonly Bundle[]): number =>
  bundles.reduce((size, bundle) => size + renderBundle(bundle).length + manifestHash(bundle).length, 0);

/** Measures the rendering of the examples, the home's with changes, from the settings' text on. */
export function measureRendering(what: string, changes: Readonly<Record<string, Given>> = {}): Rendering {
  const times = Array.from({ length: 11 }, () => {
    const started = performance.now();
    render(bundlesOfBoth(exampleSettings("colo"), exampleSettings("home", changes)));
    return performance.now() - started;
  });
  const [first = Number.NaN, ...later] = times;
  return {
    targets: [
      atMost(`rendering of both stacks${what}, first time in a process`, 200, first, "ms"),
      atMost(`rendering of both stacks${what}, median of ${later.length} more`, 200, median(later), "ms"),
    ],
  };
}
