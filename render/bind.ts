import type { ColoAddresses } from "../network/address-plan";
import type { MtuPlan } from "../network/mtu-plan";
import type { Prefix } from "../network/prefix";
import { ipv4MappedPrefix, nat64Prefix, nonPublicIpv4 } from "../network/well-known";
import type { Bundle } from "./bundle";
import { addressState } from "./live";
import { translatorStatePath } from "./tayga";
import { renderUnit, unitPath, verifyUnits } from "./unit";

/** The resolver's unit. */
export const dns64Unit = "ipv6-home-dns64.service";

// AppArmor lets named read /etc/bind and write /var/cache/bind and /run/named only.
const configPath = "/etc/bind/ipv6-home.conf";
/** The same without DNS64, for the time in which the translator is dead. */
const plainConfigPath = "/etc/bind/ipv6-home-plain.conf";

const folder = "ipv6-home-dns64";
/** A link to the configuration that is in force. */
const linkPath = `/run/${folder}/named.conf`;

/** A list in BIND's grammar. */
const list = (items: readonly { toString(): string }[]) =>
  items.map((item) => `${item.toString()};`).join(" ");

/** What the resolver depends on. */
interface Resolver {
  readonly addresses: ColoAddresses;
  readonly mtu: MtuPlan;
  readonly trustAnchors: readonly string[];
  /** Whether somebody tells it when the translator is dead, see {@link translatorStatePath}. */
  readonly health: boolean;
}

/** DNS64 (RFC 6147) by BIND 9: full recursion with DNSSEC validation, for the colo's own prefixes only. */
export function dns64Bundle(args: Resolver): Bundle {
  const unit = unitPath(dns64Unit);
  const configs = [
    { path: configPath, content: renderNamedConf(args, renderDns64) },
    ...(args.health ? [{ path: plainConfigPath, content: renderNamedConf(args, "") }] : []),
  ];
  const paths = configs.map(({ path }) => path);
  return {
    component: "dns64",
    files: [...configs, { path: unit, content: renderNamedUnit(args) }],
    checks: [...paths.map((path) => `named-checkconf {stage}${path}`), verifyUnits(unit)],
    states: [addressState("lo", args.addresses.resolver)],
    units: [{ unit: dns64Unit, action: "restart", paths: [...paths, unit] }],
  };
}

const renderDns64 = `
	dns64 ${nat64Prefix} {
		clients { clients; };
		// Private machines are not reachable by the translator, so their names must not seem to be. The two addresses
		// of ipv4only.arpa stand for the prefix itself (RFC 7050, section 8.2).
		mapped { 192.0.0.170; 192.0.0.171; !nonpublic4; any; };
		exclude { ${list([nat64Prefix, ipv4MappedPrefix])} };
		break-dnssec no;
	};
`;

function renderNamedConf(args: Resolver, dns64: string): string {
  const { addresses, mtu, trustAnchors } = args;
  const clients: readonly Prefix[] = [addresses.prefix, addresses.tunnelPrefix];
  return `\
acl clients { ${list(clients)} };
acl nonpublic4 { ${list(nonPublicIpv4)} };

options {
	directory "/var/cache/bind";
	pid-file none;
	session-keyfile none;

	listen-on { none; };
	listen-on-v6 { ${list([addresses.resolver])} };
	allow-query { clients; };
	allow-recursion { clients; };
	allow-query-cache { clients; };
	allow-transfer { none; };
	recursion yes;
	version none;

	// A validating client asks with DO and gets no synthesis for signed names, because it would call it bogus
	// (docs/NETWORK.md, "DNS64 and DNSSEC"); everybody else gets validated answers with synthesis.
	dnssec-validation ${trustAnchors.length > 0 ? "yes" : "auto"};
${dns64}
	// No answer needs a fragment on any path.
	edns-udp-size ${mtu.edns};
	max-udp-size ${mtu.edns};
};
${trustAnchors.length > 0 ? `\ntrust-anchors {\n${trustAnchors.map((anchor) => `\t${anchor};\n`).join("")}};\n` : ""}
controls { };

zone "." {
	type hint;
	file "/usr/share/dns/root.hints";
};
`;
}

/** Makes the link. AppArmor judges where it leads, not the link itself. */
const choose = `/bin/sh -c 'if grep -qsx dead ${translatorStatePath}; then ln -sfn ${plainConfigPath} ${linkPath}; else ln -sfn ${configPath} ${linkPath}; fi'`;

function renderNamedUnit({ addresses, health }: Resolver): string {
  const address = `${addresses.resolver}/128 dev lo`;
  const choice = health ? [choose] : [];
  return renderUnit({
    Unit: { Description: "Resolver with DNS64 by BIND 9", After: "network.target" },
    Service: {
      // named(8) leaves the foreground once it answers.
      Type: "forking",
      ...(health ? { RuntimeDirectory: folder } : {}),
      ExecStartPre: [
        ...choice,
        `/usr/bin/named-checkconf ${configPath}`,
        // The service's own address: it is there when the service is.
        `/usr/sbin/ip -6 address replace ${address}`,
      ],
      ExecStart: `/usr/sbin/named -u bind -c ${health ? linkPath : configPath}`,
      ExecReload: [...choice, `/usr/sbin/ip -6 address replace ${address}`, "/usr/bin/kill -HUP $MAINPID"],
      ExecStopPost: `-/usr/sbin/ip -6 address delete ${address}`,
      Restart: "on-failure",
      RestartSec: 1,
      TimeoutStartSec: 60,
    },
    Install: { WantedBy: "multi-user.target" },
  });
}
