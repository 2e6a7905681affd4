import type { SegmentAddresses, SiteAddresses } from "../network/address-plan";
import type { Delegation } from "../network/delegation";
import type { Bundle } from "./bundle";
import { renderUnit, unitPath, verifyUnits } from "./unit";

/** Kea's unit for routers behind the gateway. */
export const delegationUnit = "ipv6-home-delegation.service";

// Debian's AppArmor profile lets Kea read below /etc/kea, and derives the name of its PID file from this one's.
const configPath = "/etc/kea/ipv6-home/kea-dhcp6.conf";

/** As those of router advertisements: RFC 9096, section 3.2. */
const lifetimesSec = { preferred: 2700, valid: 5400 } as const;

/**
 * A link may be without a carrier for long: Kea looks again every five seconds, and after an hour begins anew. Without
 * that it gives such a link up at its start, and is deaf there for good.
 */
const sockets = {
  "service-sockets-require-all": true,
  "service-sockets-max-retries": 720,
  "service-sockets-retry-wait-time": 5000,
} as const;

/** IANA's number of Internet Systems Consortium, which makes Kea; with the site's prefix it names this server. */
const enterprise = 2495;

/**
 * Prefix delegation (RFC 8415) by Kea, because dnsmasq cannot. Both listen on the segment: Kea answers the routers that
 * are named, and them alone; dnsmasq answers all others. Kea remembers no lease: each is reserved and comes again.
 */
export function delegationBundle(args: {
  readonly site: SiteAddresses;
  readonly delegations: readonly Delegation[];
}): Bundle {
  return {
    component: "delegation",
    directories: [{ path: "/etc/kea/ipv6-home", mode: "0755" }],
    files: [
      { path: configPath, content: `${JSON.stringify(config(args), undefined, 2)}\n` },
      { path: unitPath(delegationUnit), content: renderDelegationUnit() },
    ],
    checks: [verifyUnits(unitPath(delegationUnit))],
    units: [{ unit: delegationUnit, action: "restart", paths: [configPath, unitPath(delegationUnit)] }],
  };
}

function config({
  site,
  delegations,
}: {
  readonly site: SiteAddresses;
  readonly delegations: readonly Delegation[];
}) {
  const names = new Set(delegations.map(({ host }) => host.segment.name));
  const segments = site.segments.filter(({ name }) => names.has(name));
  return {
    Dhcp6: {
      "interfaces-config": { interfaces: segments.map((segment) => segment.interface), ...sockets },
      "server-id": {
        type: "EN",
        "enterprise-id": enterprise,
        identifier: site.prefix.base.value.toString(16).slice(0, 16).toUpperCase(),
        persist: false,
      },
      "lease-database": { type: "memfile", persist: false },
      "multi-threading": { "enable-multi-threading": false },
      "preferred-lifetime": lifetimesSec.preferred,
      "valid-lifetime": lifetimesSec.valid,
      // RFC 8415, section 21.4: 0.5 and 0.8 of the preferred lifetime.
      "renew-timer": lifetimesSec.preferred * 0.5,
      "rebind-timer": lifetimesSec.preferred * 0.8,
      "host-reservation-identifiers": ["hw-address", "duid"],
      // That of the interface which asks, as dnsmasq has it; a DUID may be made of another one's. From an address Kea takes
      // a manufacturer's MAC only.
      "mac-sources": ["ipv6-link-local", "duid"],
      // Who is not named is not answered.
      "early-global-reservations-lookup": true,
      "reservations-global": true,
      "reservations-in-subnet": false,
      "client-classes": [{ name: "DROP", test: "not member('KNOWN')" }],
      reservations: delegations.map(({ host, prefix }) => ({
        ...(host.mac === undefined ? { duid: host.duid } : { "hw-address": host.mac }),
        hostname: host.name,
        "ip-addresses": [host.reserved.toString()],
        prefixes: [prefix.toString()],
      })),
      subnet6: segments.map((segment) => ({
        id: segment.subnet,
        subnet: segment.prefix.toString(),
        interface: segment.interface,
        "option-data": [{ name: "dns-servers", data: segment.gateway.toString() }],
      })),
      loggers: [{ name: "kea-dhcp6", severity: "INFO", output_options: [{ output: "stdout" }] }],
    },
  };
}

/** As Debian's kea-dhcp6-server.service, with a file of its own, and without the folder of leases, which is Debian's. */
function renderDelegationUnit(): string {
  return renderUnit({
    Unit: {
      Description: "DHCPv6 prefix delegation to routers behind this one, by Kea",
      After: "network.target ipv6-home-lan.service",
      Wants: "ipv6-home-lan.service",
      // Its sockets are on links of that unit, which makes VLANs anew.
      PartOf: "ipv6-home-lan.service",
      // An interface that is not there yet ends it; it is started again until it is.
      StartLimitIntervalSec: 0,
    },
    Service: {
      User: "_kea",
      AmbientCapabilities: "CAP_NET_BIND_SERVICE",
      Environment: "KEA_LOCKFILE_DIR=/run/lock/kea",
      RuntimeDirectory: "kea lock/kea",
      RuntimeDirectoryMode: "0750",
      RuntimeDirectoryPreserve: "yes",
      ExecStart: `/usr/sbin/kea-dhcp6 -c ${configPath}`,
      Restart: "on-failure",
      RestartSec: 2,
    },
    Install: { WantedBy: "multi-user.target" },
  });
}

/** The routes to what is delegated from a segment: words of assets/lan/lan-links.sh. */
export const delegatedRoutes = (
  segment: SegmentAddresses,
  delegations: readonly Delegation[],
): readonly { readonly prefix: string; readonly via: string }[] =>
  delegations
    .filter(({ host }) => host.segment.name === segment.name)
    .map(({ host, prefix }) => ({ prefix: prefix.toString(), via: host.reserved.toString() }));
