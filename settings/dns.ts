import { nameServerLabel } from "../network/well-known";
import { all, mistaken, quote, sentence, valid, type Result } from "./result";
import type { DnsSettings, HostSettings } from "./settings";
import type { SettingSource } from "./source";
import { integer, isDomainName, yesOrNo, type Parser } from "./values";

/** A name has 253 characters at most (RFC 1035, section 2.3.4), with `_acme-challenge`, a label of 63 and two dots. */
const longest = 253 - "_acme-challenge".length - 63 - 2;

const publicZone: Parser<string> = (given, where) =>
  typeof given === "string" &&
  isDomainName(given) &&
  given.includes(".") &&
  given.length <= longest &&
  !given.endsWith(".arpa")
    ? valid(given)
    : mistaken({
        where,
        given: quote(given),
        allowed: `a lower-case domain name of two labels or more and at most ${longest} characters, without a dot at its end and not under arpa`,
        todo: "name a domain that you can delegate, as home.example.net",
      });

/** Parses what of a home's names the internet sees. */
export const parseDns = (source: SettingSource): Result<DnsSettings> =>
  all<DnsSettings>({
    publicZone: source.optional("dns.publicZone", publicZone),
    acmeUpdate: source.read(
      "dns.acmeUpdate",
      yesOrNo("true lets machines with a key prove to a CA that a name is theirs"),
    ),
    keyEpoch: source.read("dns.keyEpoch", integer(1, Number.MAX_SAFE_INTEGER, "add one for new keys")),
  });

/** What contradicts the other settings of a home. */
export function conflictsOfDns(
  { publicZone: zone, acmeUpdate }: DnsSettings,
  domain: string | undefined,
  hosts: readonly HostSettings[],
): string[] {
  const inside = zone !== undefined && domain !== undefined && `.${zone}`.endsWith(`.${domain}`);
  return [
    ...(zone === undefined && acmeUpdate
      ? [
          sentence({
            where: "dns.acmeUpdate",
            given: "true",
            allowed: "true beside a dns.publicZone only",
            todo: "set that, or take this away",
          }),
        ]
      : []),
    ...(zone !== undefined && acmeUpdate && !hosts.some((host) => host.public)
      ? [
          sentence({
            where: "dns.acmeUpdate",
            given: "true without a machine that is public",
            allowed: "true beside one, because the key is for the names of such machines alone",
            todo: "set public at a machine of lan.hosts, or take this away",
          }),
        ]
      : []),
    ...(inside
      ? [
          sentence({
            where: "dns.publicZone",
            given: `${quote(zone)}, which lies in lan.domain ${domain}`,
            allowed: "a domain outside of it, because the gateway answers for that one by itself",
            todo: "choose another one of the two",
          }),
        ]
      : []),
    ...hosts.flatMap((host, index) => (host.public ? conflictsOfHost(host, index, zone, domain) : [])),
  ];
}

function conflictsOfHost(
  { name }: HostSettings,
  index: number,
  zone: string | undefined,
  domain: string | undefined,
): string[] {
  const where = `lan.hosts[${index}]`;
  if (zone === undefined)
    return [
      sentence({
        where: `${where}.public`,
        given: "true",
        allowed: "true beside a dns.publicZone only",
        todo: "set that, or take this away",
      }),
    ];
  if (domain !== undefined && `.${domain}`.endsWith(`.${name}.${zone}`))
    return [
      sentence({
        where: `${where}.name`,
        given: `${quote(name)}, whose public name ${name}.${zone} the gateway takes for a part of lan.domain ${domain}`,
        allowed: "a public machine outside of that domain",
        todo: "choose another name, or another lan.domain",
      }),
    ];
  return name === nameServerLabel
    ? [
        sentence({
          where: `${where}.name`,
          given: `${quote(name)}, which the name server of ${zone} has already`,
          allowed: "another name for a public machine",
          todo: "choose another name",
        }),
      ]
    : [];
}
