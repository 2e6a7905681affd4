import type { Address } from "../network/address";
import type { ColoAddresses, SiteAddresses } from "../network/address-plan";
import type { Prefix } from "../network/prefix";
import type { TunnelGeneration } from "../network/tunnel-plan";
import { siteElements, siteSets } from "./colo-firewall";
import { siteElementsFolder } from "./firewall";
import { libraryFolder } from "./host";
import { addressState, mtuState, routeState, wireguardState } from "./live";
import { renderElements } from "./nftables";
import { vpnTable } from "./routing";
import { peerMetric, quoted, renderTunnelUnit } from "./tunnel-unit";
import { unitPath, verifyUnits } from "./unit";
import { siteTarget } from "./monitoring";
import type { Bundle } from "./bundle";

/** Unit of one tunnel interface. */
export const tunnelUnit = (interfaceName: string): string => `ipv6-home-${interfaceName}.service`;

const keyFolder = (interfaceName: string) => `/etc/ipv6-home/keys/${interfaceName}`;

/** Refuses a site that another stack has registered, in whatever generation; see assets/host/preflight.sh. */
const owned = (site: number, owner: string) => `owner site-vpn${site} ${owner}`;

/** The key files of one end of a tunnel: a secret bundle, apart from everything that a reviewer should read. */
export function keyBundle(args: {
  readonly component: string;
  readonly interface: string;
  /** This end's private key, base64. */
  readonly privateKey: string;
  readonly presharedKey: string;
  /** The other end's public key. */
  readonly peerPublicKey: string;
  /** At the colo: the site, and the stack that registers it. */
  readonly registration?: { readonly site: number; readonly owner: string };
}): Bundle {
  const folder = keyFolder(args.interface);
  const file = (name: string, key: string) => ({
    path: `${folder}/${name}`,
    content: `${key}\n`,
    mode: "0600",
  });
  const files = [
    file("private.key", args.privateKey),
    file("preshared.key", args.presharedKey),
    file("peer.pub", args.peerPublicKey),
  ];
  return {
    component: args.component,
    requires: [
      ...(args.registration === undefined ? [] : [owned(args.registration.site, args.registration.owner)]),
      `vacant ${args.interface}`,
    ],
    directories: [{ path: folder, mode: "0700" }],
    exclusives: [folder],
    files,
    notifies: [{ unit: tunnelUnit(args.interface), action: "restart", paths: files.map(({ path }) => path) }],
  };
}

/** What lasts of a tunnel's interface. Its routes are apart: they move to the next generation. */
const deviceStates = (device: string) => [
  ...wireguardState(device),
  addressState(device, "::/0 scope global"),
  mtuState(device),
];

/** A route by whichever generation carries it. */
const anyGeneration = (state: string) => `${state} | sed 's/ dev vpn[^ ]*//'`;

/** The home's end: dials the colo, and everything of the site goes through it. */
export function homeTunnelBundle(args: {
  readonly component: string;
  readonly generation: TunnelGeneration;
  readonly mtu: number;
  readonly colo: Pick<ColoAddresses, "tunnel">;
  readonly endpoint: Address;
  readonly site: SiteAddresses;
  readonly anywhere: Prefix;
  /** Whether it starts before the network is up, see {@link TunnelEnd}. */
  readonly early: boolean;
}): Bundle {
  const device = args.generation.homeInterface;
  const path = unitPath(tunnelUnit(device));
  const { gateway } = args.site;
  const routes = [
    `default table ${vpnTable.name} src ${gateway} metric 1024`,
    // The gateway's own IPv6, its ICMPv6 errors to the internet among it.
    `default src ${gateway} metric 4096`,
    `${args.colo.tunnel} metric ${peerMetric}`,
  ];
  return {
    component: args.component,
    files: [
      {
        path,
        content: renderTunnelUnit({
          interface: device,
          description: `Tunnel ${device} to the colo`,
          port: args.generation.port,
          mtu: args.mtu,
          early: args.early,
          local: args.site.tunnel,
          peer: args.colo.tunnel,
          allowedIps: [args.anywhere],
          endpoint: `${args.endpoint}:${args.generation.port}`,
          routes,
          takeOver: "wait",
        }),
      },
    ],
    standBy: `${libraryFolder}/wireguard-routes stand-by ${device} ${quoted(routes)}`,
    releases: [
      `${libraryFolder}/wireguard-routes leave ${device} ${gateway} ${args.colo.tunnel} ${quoted(routes)}`,
    ],
    checks: [verifyUnits(path)],
    states: [
      ...deviceStates(device),
      `wg show ${device} endpoints`,
      ...[`default table ${vpnTable.name}`, "default"].map((route) =>
        anyGeneration(routeState(`${route} proto boot`)),
      ),
    ],
    units: [{ unit: tunnelUnit(device), action: "restart", paths: [path] }],
  };
}

/** The colo's end: the site's registration. Routes and firewall elements live and die with it. */
export function coloTunnelBundle(args: {
  readonly component: string;
  readonly generation: TunnelGeneration;
  readonly mtu: number;
  readonly colo: Pick<ColoAddresses, "tunnel">;
  readonly site: SiteAddresses;
  /** The site's tunnel address as a prefix of one. */
  readonly siteTunnel: Prefix;
  /** The stack that registers the site; another one with the same number is refused. */
  readonly owner: string;
  /** Whether the home tells how it is. */
  readonly metrics: boolean;
}): Bundle {
  const device = args.generation.coloInterface;
  const path = unitPath(tunnelUnit(device));
  const elementsPath = `${siteElementsFolder}/${args.component}.nft`;
  const routes = [`${args.site.prefix} metric 1024`, `${args.site.tunnel} metric ${peerMetric}`];
  const elements = [
    { set: siteSets.tunnelPorts, elements: [String(args.generation.port)] },
    { set: siteSets.sources, elements: siteElements(device, [args.site.prefix, args.siteTunnel]) },
    { set: siteSets.destinations, elements: siteElements(device, [args.site.prefix]) },
  ];
  return {
    component: args.component,
    requires: [
      owned(args.site.number, args.owner),
      `free-port udp ${args.generation.port} ${tunnelUnit(device)}`,
    ],
    files: [
      {
        path: elementsPath,
        content: renderElements("add", elements),
      },
      ...(args.metrics ? [siteTarget(args.component, args.site)] : []),
      {
        path,
        content: renderTunnelUnit({
          interface: device,
          description: `Tunnel ${device} to site ${args.site.number}`,
          port: args.generation.port,
          mtu: args.mtu,
          local: args.colo.tunnel,
          peer: args.site.tunnel,
          allowedIps: [args.site.prefix, args.siteTunnel],
          routes,
          takeOver: "follow",
          // Not by a reload of the ruleset: while a table takes another one's place, a packet may find the sets of
          // neither. The ruleset includes the file as well, for its own reloads; without the table there is nothing to do.
          also: {
            start: [`/usr/sbin/nft --file ${elementsPath}`],
            stop: renderElements("delete", elements)
              .trimEnd()
              .split("\n")
              .map((line) => `/usr/sbin/nft '${line}'`),
          },
        }),
      },
    ],
    standBy: `${libraryFolder}/wireguard-routes stand-by ${device} ${quoted(routes)}`,
    releases: [`${libraryFolder}/wireguard-routes yield ${device} ${quoted(routes)}`],
    checks: [`nft --check --file {stage}${elementsPath}`, verifyUnits(path)],
    states: [...deviceStates(device), anyGeneration(routeState(`exact ${args.site.prefix} proto boot`))],
    units: [{ unit: tunnelUnit(device), action: "restart", paths: [path, elementsPath] }],
  };
}
