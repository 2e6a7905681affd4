import type { ColoAddresses, SiteAddresses } from "../network/address-plan";
import type { MtuPlan } from "../network/mtu-plan";
import { reverseZone } from "../network/reverse";
import type { Bundle } from "./bundle";
import { libraryFolder } from "./host";
import { prefixUnit } from "./routing";
import { renderForwardZone, renderReverseZone, type PublicHost, type PublicZones } from "./zone";
import { renderUnit, unitPath, verifyUnits } from "./unit";

const unit = "ipv6-home-names.service";
const configPath = "/etc/bind/ipv6-home-names.conf";
const sources = "/etc/bind/ipv6-home";
const keyPath = (name: KeyName) => `${sources}/keys/${name}.conf`;
const stateFolder = "bind/ipv6-home";
/** A zone as it is served: the program that makes it and BIND write there. */
const zonePath = (name: string) => `/var/lib/${stateFolder}/${name}.zone`;
const sourcePath = (name: string) => `${sources}/${name}.zone`;

/** What a key is for: transfers to the colo, or records for ACME. */
type KeyName = "transfer" | "acme";

/** The name of a TSIG key (RFC 8945), the same at both ends. It outlives the zone's name, as the files of keys do. */
export const tsigName = (use: KeyName, site: Pick<SiteAddresses, "number">): string =>
  `site${site.number}-${use}`;

/** The algorithm of all TSIG keys: mandatory to implement (RFC 8945, section 6). */
export const tsigAlgorithm = "hmac-sha256";

/** A key in BIND's grammar. `secret` is base64. */
export const renderTsigKey = (name: string, secret: string): string =>
  `key "${name}" {\n\talgorithm ${tsigAlgorithm};\n\tsecret "${secret}";\n};\n`;

/** A file that only the daemon reads: it gives up root before it reads its configuration. */
export const tsigFile = (path: string, content: string) => ({
  path,
  content,
  mode: "0600",
  owner: "bind:bind",
});

/** What the home's primary is made of. */
export interface NamesPlan {
  readonly zone: string;
  readonly site: SiteAddresses;
  readonly colo: Pick<ColoAddresses, "tunnel" | "nameServer">;
  readonly servers: PublicZones["servers"];
  readonly hosts: readonly PublicHost[];
  readonly mtu: MtuPlan;
  /** Whether machines on the LAN may write what ACME asks for (RFC 8555, section 8.4). */
  readonly acmeUpdate: boolean;
}

/** The keys of the home's primary: a secret bundle. `acme` is left out if nobody may update. */
export function namesKeyBundle(args: {
  readonly site: Pick<SiteAddresses, "number">;
  readonly transfer: string;
  readonly acme?: string;
}): Bundle {
  const file = (use: KeyName, secret: string) =>
    tsigFile(keyPath(use), renderTsigKey(tsigName(use, args.site), secret));
  const files = [
    file("transfer", args.transfer),
    ...(args.acme === undefined ? [] : [file("acme", args.acme)]),
  ];
  return {
    component: "names-key",
    files,
    exclusives: [`${sources}/keys`],
    checks: files.map(({ path }) => `named-checkconf {stage}${path}`),
    // Not by a restart: keys that come or go with a changed configuration fit only that one, which follows.
    notifies: [{ unit, action: "reload", paths: files.map(({ path }) => path) }],
  };
}

/** The hidden primary of a site's zones by BIND 9: nobody but the colo asks it, and the LAN for ACME. */
export function namesBundle(plan: NamesPlan): Bundle {
  const zones = zonesOf(plan);
  const paths = zones.map(({ source }) => source);
  return {
    component: "names",
    files: [
      { path: configPath, content: renderNamedConf(plan) },
      ...zones.map(({ source, content }) => ({ path: source, content })),
      { path: unitPath(unit), content: renderNamesUnit(plan) },
    ],
    checks: [
      `named-checkconf {stage}${configPath}`,
      ...zones.map(({ origin, source }) => `named-checkzone -q ${origin} {stage}${source}`),
      verifyUnits(unitPath(unit)),
    ],
    units: [{ unit, action: "restart", paths: [configPath, ...paths, unitPath(unit)] }],
  };
}

function zonesOf(plan: NamesPlan) {
  const content = { ...plan, prefix: plan.site.prefix };
  const zone = (name: string, origin: string, text: string) => ({
    origin,
    source: sourcePath(name),
    served: zonePath(name),
    content: text,
  });
  return [
    { ...zone("forward", plan.zone, renderForwardZone(content)), dynamic: plan.acmeUpdate },
    { ...zone("reverse", reverseZone(plan.site.prefix), renderReverseZone(content)), dynamic: false },
  ];
}

function renderNamedConf(plan: NamesPlan): string {
  const { zone, site, colo, mtu, acmeUpdate, hosts } = plan;
  const transfer = `key "${tsigName("transfer", site)}"`;
  const grants = hosts.map(
    ({ name }) => `\t\tgrant "${tsigName("acme", site)}" name _acme-challenge.${name}.${zone}. TXT;`,
  );
  const update = ["\tserial-update-method unixtime;", "\tupdate-policy {", ...grants, "\t};"];
  return [
    `include "${keyPath("transfer")}";`,
    ...(acmeUpdate ? [`include "${keyPath("acme")}";`] : []),
    "",
    "options {",
    '\tdirectory "/var/cache/bind";',
    "\tpid-file none;",
    "\tsession-keyfile none;",
    "",
    "\tlisten-on { none; };",
    `\tlisten-on-v6 { ${site.gateway}; };`,
    `\tallow-query { ${colo.tunnel}; ${site.prefix}; };`,
    "\t// From the colo and with the key.",
    `\tallow-transfer { !{ !${colo.tunnel}; any; }; ${transfer}; };`,
    "\trecursion no;",
    "\tdnssec-validation no;",
    "\tempty-zones-enable no;",
    "\tversion none;",
    "",
    "\t// The name server of the zones is the colo, not who sends this.",
    "\tnotify explicit;",
    `\talso-notify { ${colo.nameServer} ${transfer}; };`,
    `\tnotify-source-v6 ${site.gateway};`,
    "\tnotify-delay 0;",
    `\tedns-udp-size ${mtu.edns};`,
    `\tmax-udp-size ${mtu.edns};`,
    "};",
    "",
    "controls { };",
    ...zonesOf(plan).flatMap(({ origin, served, dynamic }) => [
      "",
      `zone "${origin}" {`,
      "\ttype primary;",
      `\tfile "${served}";`,
      ...(dynamic && grants.length > 0 ? update : []),
      "};",
    ]),
    "",
  ].join("\n");
}

function renderNamesUnit(plan: NamesPlan): string {
  return renderUnit({
    Unit: {
      Description: `Primary of the public zone ${plan.zone} by BIND 9`,
      After: `network.target ${prefixUnit}`,
      Wants: prefixUnit,
    },
    Service: {
      // named(8) leaves the foreground once it answers.
      Type: "forking",
      User: "bind",
      AmbientCapabilities: "CAP_NET_BIND_SERVICE",
      StateDirectory: stateFolder,
      ExecStartPre: [
        `/usr/bin/named-checkconf ${configPath}`,
        ...zonesOf(plan).map(({ origin, source, served, dynamic }) =>
          [`${libraryFolder}/next-zone`, origin, source, served, ...(dynamic ? ["keep-acme"] : [])].join(" "),
        ),
      ],
      ExecStart: `/usr/sbin/named -c ${configPath}`,
      // For the keys alone. What does not fit together is left as it was.
      ExecReload: "/usr/bin/kill -HUP $MAINPID",
      Restart: "on-failure",
      RestartSec: 1,
      TimeoutStartSec: 60,
    },
    Install: { WantedBy: "multi-user.target" },
  });
}
