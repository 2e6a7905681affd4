import { Prefix } from "../network/prefix";
import { reverseZone } from "../network/reverse";
import { nameServers, prefixes } from "./topology";

/** A zone of the lab's internet. */
export interface Zone {
  /** Without the final dot; the root is ".". */
  readonly name: string;
  readonly text: string;
  /** "broken" is signed, and then its addresses are changed. */
  readonly signing: "none" | "good" | "broken";
}

const ttl = 60;

/** The thirteen root servers, as in the hints file of the package dns-root-data. */
export function rootServers(hints: string): { readonly name: string; readonly address: string }[] {
  return hints.split("\n").flatMap((line) => {
    const [, name, address] = /^(\S+)\s+\d+\s+(?:IN\s+)?(?:A|AAAA)\s+(\S+)/i.exec(line) ?? [];
    return name === undefined || address === undefined ? [] : [{ name: name.toLowerCase(), address }];
  });
}

const address = (name: string, value: string): string =>
  `${name} ${value.includes(":") ? "AAAA" : "A"} ${value}`;

function zone(
  name: string,
  signing: Zone["signing"],
  records: readonly string[],
  server = `ns.${name}.`,
): Zone {
  const own =
    name === "."
      ? []
      : [
          `@ NS ${server}`,
          ...nameServers.authority.flatMap((each) => (server === `ns.${name}.` ? [address("ns", each)] : [])),
        ];
  const soa = `@ SOA ${server} hostmaster.example. 1 3600 600 864000 ${ttl}`;
  return {
    name,
    signing,
    text: [`$TTL ${ttl}`, `$ORIGIN ${name === "." ? "." : `${name}.`}`, soa, ...own, ...records, ""].join(
      "\n",
    ),
  };
}

/** The delegation of a child zone with its own name server, and the glue. */
const delegation = (child: string, servers: readonly string[] = nameServers.authority): string[] => [
  `${child} NS ns.${child}`,
  ...servers.map((each) => address(`ns.${child}`, each)),
];

/** What is delegated to the colo: names of homes, forward and reverse. Nobody answers there unless the colo is told to. */
export const homeZones = [
  { forward: "home", reverse: "1.0" },
  { forward: "cabin", reverse: "2.0" },
] as const;
const colo = ["11.0.1.2", "2001:db8:beef::a53"];

const web4 = "web4 A 11.0.3.2";
const web46 = ["web46 A 11.0.4.2", "web46 AAAA 2001:db8:46::2"];
const web6 = "web6 AAAA 2001:db8:6::2";

/** The reverse zone of the prefix that the internet routes to the colo. */
const sitePrefixZone = reverseZone(Prefix.of(prefixes.site));

/** All zones, children before their parents, as signing needs them. */
export function labZones(hints: string): readonly Zone[] {
  const roots = rootServers(hints);
  const names = [...new Set(roots.map(({ name }) => name))];
  return [
    zone("lab.example", "none", [
      web4,
      ...web46,
      web6,
      "private A 192.168.1.1",
      "private A 10.1.2.3",
      "loop A 127.0.0.1",
      "attacker A 11.0.5.2",
      "attacker AAAA 2001:db8:bad::2",
      "colo A 11.0.1.2",
      "colo AAAA 2001:db8:c010::2",
    ]),
    zone(
      "11.in-addr.arpa",
      "none",
      ["2.3.0 PTR web4.lab.example.", "2.4.0 PTR web46.lab.example.", "2.1.0 PTR colo.lab.example."],
      "ns.example.",
    ),
    zone("bogus.example", "broken", [web4, ...web46]),
    zone("signed.example", "good", [web4, ...web46]),
    zone("example", "good", [
      ...["lab", "signed", "bogus"].flatMap((child) => delegation(child)),
      ...homeZones.flatMap(({ forward }) => delegation(forward, colo)),
    ]),
    zone(
      sitePrefixZone,
      "none",
      homeZones.map(({ forward, reverse }) => `${reverse} NS ns.${forward}.example.`),
      "ns.example.",
    ),
    zone(
      ".",
      "good",
      [
        ...names.map((name) => `@ NS ${name}`),
        ...roots.map((each) => address(each.name, each.address)),
        ...delegation("example"),
        "11.in-addr.arpa NS ns.example.",
        `${sitePrefixZone} NS ns.example.`,
      ],
      "a.root-servers.net.",
    ),
  ];
}

/** The configuration of the one name server that answers for all zones, and for all names to those who ask the recursor. */
export function namedConf(zones: readonly Zone[]): string {
  const clauses = zones.map(
    ({ name, signing }) =>
      `zone "${name}" { type primary; file "${zoneFile(name)}${signing === "none" ? "" : ".signed"}"; };`,
  );
  return [
    "options {",
    '  directory "/srv/lab";',
    "  pid-file none;",
    "  session-keyfile none;",
    "  recursion no;",
    "  allow-query { any; };",
    "  listen-on { any; };",
    "  listen-on-v6 { any; };",
    "  dnssec-validation no;",
    "  empty-zones-enable no;",
    "  notify no;",
    "};",
    "controls {};",
    'view "recursor" {',
    `  match-destinations { ${nameServers.recursor.join("; ")}; };`,
    "  recursion yes;",
    "  allow-recursion { any; };",
    "  allow-query-cache { any; };",
    "  // What a test has changed shall show at once.",
    "  max-cache-ttl 1;",
    "  max-ncache-ttl 1;",
    '  zone "." { type hint; file "/usr/share/dns/root.hints"; };',
    "};",
    'view "authority" {',
    ...clauses,
    "};",
    "",
  ].join("\n");
}

/** The file name of a zone. */
export function zoneFile(name: string): string {
  return name === "." ? "root" : name;
}
