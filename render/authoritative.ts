import type { Address } from "../network/address";
import type { ColoAddresses, SiteAddresses } from "../network/address-plan";
import type { MtuPlan } from "../network/mtu-plan";
import { reverseZone } from "../network/reverse";
import type { Bundle } from "./bundle";
import { addressState } from "./live";
import { renderTsigKey, tsigFile, tsigName } from "./names";
import { renderUnit, unitPath, verifyUnits } from "./unit";

const unit = "ipv6-home-authoritative.service";
const configPath = "/etc/bind/ipv6-home-authoritative.conf";
/** Where sites register their zones, and nobody else writes. */
const sitesFolder = "/etc/bind/ipv6-home/sites";
const keyPath = (site: number) => `/etc/bind/ipv6-home/keys/site${site}.conf`;
const sitePath = (site: number) => `${sitesFolder}/site${site}.conf`;
const siteUnit = (site: number) => `ipv6-home-site${site}-names.service`;
const siteFolder = (site: number) => `bind/ipv6-home-site${site}`;

/** What the components of sites that have zones at a colo begin with; see assets/host/preflight.sh. */
export const siteNames = "site-names";

/** The component of a site's zones at the colo; that of its key has `-key` behind it. */
export const siteNamesComponent = (site: number): string => `${siteNames}${site}-zones`;
const keyComponent = (site: number) => `${siteNames}${site}-key`;
const owned = (site: number, owner: string) => `owner ${siteNames}${site} ${owner}`;

/** The name server of all sites' public zones by BIND 9, apart from the resolver: it asks nobody and caches nothing. */
export function authoritativeBundle(args: {
  readonly addresses: ColoAddresses;
  readonly mtu: MtuPlan;
}): Bundle {
  const nobody = `${sitesFolder}/nobody.conf`;
  return {
    component: "authoritative",
    files: [
      { path: configPath, content: renderNamedConf(args) },
      // BIND refuses a pattern that no file fits.
      { path: nobody, content: "// Each site has its zones in a file beside this one.\n" },
      { path: unitPath(unit), content: renderAuthoritativeUnit(args.addresses.nameServer) },
    ],
    exclusives: [sitesFolder],
    checks: [
      `grep -v '^include ' {stage}${configPath} | named-checkconf /dev/stdin`,
      verifyUnits(unitPath(unit)),
    ],
    states: [addressState("lo", args.addresses.nameServer)],
    units: [{ unit, action: "restart", paths: [configPath, unitPath(unit)] }],
  };
}

function renderNamedConf(args: { readonly addresses: ColoAddresses; readonly mtu: MtuPlan }): string {
  const { addresses, mtu } = args;
  return `\
options {
	directory "/var/cache/bind";
	pid-file none;
	session-keyfile none;

	// By IPv4 on whatever the WAN has: behind a provider's NAT that is not the address that the world knows.
	listen-on { !127.0.0.0/8; any; };
	listen-on-v6 { ${addresses.nameServer}; };
	allow-query { any; };
	allow-transfer { none; };
	recursion no;
	dnssec-validation no;
	empty-zones-enable no;
	minimal-responses yes;
	notify no;
	version none;
	hostname none;

	// Whoever writes a victim's address as his own gets few answers sent there.
	rate-limit {
		responses-per-second 20;
		exempt-clients { ${addresses.prefix}; };
	};

	transfer-source-v6 ${addresses.tunnel};
	edns-udp-size ${mtu.edns};
	max-udp-size ${mtu.edns};
};

controls { };

include "${sitesFolder}/*.conf";
`;
}

function renderAuthoritativeUnit(nameServer: Address): string {
  const address = `${nameServer}/128 dev lo`;
  const check = `/usr/bin/named-checkconf ${configPath}`;
  return renderUnit({
    Unit: { Description: "Name server of the public zones by BIND 9", After: "network.target" },
    Service: {
      // named(8) leaves the foreground once it answers.
      Type: "forking",
      User: "bind",
      AmbientCapabilities: "CAP_NET_BIND_SERVICE",
      // BIND 9.18 locks /run/named against a second one beside the resolver; 9.20 has no setting for it any more.
      RuntimeDirectory: "ipv6-home-authoritative",
      BindPaths: "/run/ipv6-home-authoritative:/run/named",
      ExecStartPre: [
        check,
        // The service's own address: it is there when the service is.
        `+/usr/sbin/ip -6 address replace ${address}`,
      ],
      ExecStart: `/usr/sbin/named -c ${configPath}`,
      ExecReload: [check, `+/usr/sbin/ip -6 address replace ${address}`, "/usr/bin/kill -HUP $MAINPID"],
      ExecStopPost: `-+/usr/sbin/ip -6 address delete ${address}`,
      Restart: "on-failure",
      RestartSec: 1,
      TimeoutStartSec: 60,
    },
    Install: { WantedBy: "multi-user.target" },
  });
}

/** The key of a site's transfers, at the colo: a secret bundle. */
export function siteNamesKeyBundle(args: {
  readonly site: SiteAddresses;
  readonly owner: string;
  readonly transfer: string;
}): Bundle {
  const path = keyPath(args.site.number);
  return {
    component: keyComponent(args.site.number),
    requires: [owned(args.site.number, args.owner)],
    files: [tsigFile(path, renderTsigKey(tsigName("transfer", args.site), args.transfer))],
    checks: [`named-checkconf {stage}${path}`],
    notifies: [{ unit, action: "reload", paths: [path] }],
  };
}

/** A site's zones at the colo, which answers for them as their secondary. */
export function siteNamesBundle(args: {
  readonly site: SiteAddresses;
  readonly zone: string;
  readonly owner: string;
}): Bundle {
  const { site, zone, owner } = args;
  const path = sitePath(site.number);
  const folder = unitPath(siteUnit(site.number));
  return {
    component: siteNamesComponent(site.number),
    requires: [owned(site.number, owner), `unserved ${zone} ${path}`],
    files: [
      { path, content: renderSite(site, zone) },
      { path: folder, content: renderSiteUnit(site.number) },
    ],
    checks: [`named-checkconf {stage}${path}`, verifyUnits(folder)],
    units: [{ unit: siteUnit(site.number), action: "restart", paths: [folder] }],
    notifies: [{ unit, action: "reload", paths: [path] }],
  };
}

function renderSite(site: SiteAddresses, zone: string): string {
  const clause = (name: string) =>
    [
      "",
      `zone "${name}" {`,
      "\ttype secondary;",
      `\tprimaries { ${site.gateway} key "${tsigName("transfer", site)}"; };`,
      `\tfile "/var/lib/${siteFolder(site.number)}/${name}.zone";`,
      "\tmasterfile-format text;",
      "};",
    ] as const;
  return [
    `include "${keyPath(site.number)}";`,
    ...clause(zone),
    ...clause(reverseZone(site.prefix)),
    "",
  ].join("\n");
}

/** BIND makes no folders. This one is made by a unit, because systemd takes it away with all that came into it. */
function renderSiteUnit(site: number): string {
  return renderUnit({
    Unit: { Description: `Folder of the public zones of site ${site}`, Before: unit },
    Service: {
      Type: "oneshot",
      RemainAfterExit: "yes",
      User: "bind",
      StateDirectory: siteFolder(site),
      ExecStart: "/bin/true",
    },
    Install: { WantedBy: "multi-user.target" },
  });
}
