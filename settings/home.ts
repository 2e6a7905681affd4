import { siteNumbers } from "../network/address-plan";
import { rfc1918 } from "../network/well-known";
import { conflictsOfBoot, parseBoot } from "./boot";
import { parseCommon } from "./common";
import { conflictsOfDns, parseDns } from "./dns";
import { conflictsOfDelegations, delegation } from "./lan-delegations";
import { conflictsAmongHosts, host, pinholesOfHosts } from "./lan-hosts";
import { overlapsAmong, pinhole, strangersAmong } from "./lan-pinholes";
import { conflictsAmong, guestsAmong, insidersAmong, segment } from "./lan-segments";
import { parseRa } from "./ra";
import { all, andThen, valid, type Result } from "./result";
import type { HomeSettings } from "./settings";
import type { SettingSource } from "./source";
import { conflictsOfStatus, parseStatus } from "./status";
import { conflictsOfUplinks, uplink, uplinksOf } from "./uplinks";
import { domainName, integer, interfaceName, listOf, matching, prefix } from "./values";

/** Parses the settings of a home stack. */
export function parseHome(source: SettingSource): Result<HomeSettings> {
  const { login, observe, guardWindowSec, driftKey, health, metrics, upgrades, packagesAtRemoval, wan } =
    parseCommon(source);
  const segments = source.read("lan.segments", listOf(segment));
  const pinholes = source.read("lan.pinholes", listOf(pinhole));
  const hosts = source.read("lan.hosts", listOf(host));
  const boot = parseBoot(source);
  const dns = parseDns(source);
  const domain = source.read("lan.domain", domainName);
  const status = parseStatus(source);
  const delegations = source.read("lan.delegations", listOf(delegation));
  const ipv4Prefix = source.read(
    "lan.ipv4Prefix",
    prefix("a private IPv4 /16 (RFC 1918)", "segment n gets its /24 number n", (given) =>
      given.length !== 16
        ? `a /${given.length}`
        : rfc1918.some((each) => each.contains(given))
          ? undefined
          : "not private",
    ),
  );
  const uplinks = source.read("uplinks", listOf(uplink));
  const settings = all<HomeSettings>({
    role: valid("home" as const),
    login,
    observe,
    guardWindowSec,
    driftKey,
    health,
    metrics,
    upgrades,
    status,
    packagesAtRemoval,
    wan,
    coloStack: source.optional(
      "colo.stack",
      matching(
        /^[\w.-]+(\/[\w.-]+){2}$/,
        "organization/project/stack",
        "see `pulumi stack ls --all`; leave it out for colo beside this one",
      ),
    ),
    siteNumber: source.read(
      "site.number",
      integer(siteNumbers.first, siteNumbers.last, "a /48 has 256 sites; number 0 is the colo"),
    ),
    keyEpoch: source.read(
      "tunnel.keyEpoch",
      integer(1, Number.MAX_SAFE_INTEGER, "add one to rotate the keys"),
    ),
    domain,
    ra: parseRa(source),
    segments,
    ipv4Prefix,
    hosts,
    boot,
    delegations,
    uplinks: andThen(uplinks, (given) => valid(wan.ok ? uplinksOf(given, wan.value) : [])),
    pinholes: andThen(pinholes, (list) =>
      valid(list.map(({ host, port, ...rest }) => ({ ...rest, interfaceId: host, ports: port }))),
    ),
    dns,
  });

  // Read on its own, so that a wrong MTU does not hide a conflict.
  const wanInterface = source.read("wan.interface", interfaceName);
  const problems = [
    ...(segments.ok ? conflictsAmong(segments.value, wanInterface.ok ? wanInterface.value : undefined) : []),
    ...(segments.ok && ipv4Prefix.ok && login.ok
      ? guestsAmong(login.value.managementPrefixes, segments.value, ipv4Prefix.value)
      : []),
    ...(segments.ok && domain.ok ? insidersAmong(segments.value, domain.value) : []),
    ...(segments.ok && pinholes.ok ? strangersAmong(pinholes.value, namesOf(segments.value)) : []),
    ...(segments.ok && hosts.ok ? conflictsAmongHosts(hosts.value, namesOf(segments.value)) : []),
    ...(segments.ok && hosts.ok && delegations.ok
      ? conflictsOfDelegations(delegations.value, hosts.value, segments.value)
      : []),
    ...(uplinks.ok
      ? conflictsOfUplinks(
          uplinks.value,
          wanInterface.ok ? wanInterface.value : undefined,
          segments.ok ? segments.value : [],
        )
      : []),
    ...conflictsOfBoot(source, hosts.ok ? hosts.value : [], segments.ok ? segments.value : []),
    ...conflictsOfStatus(status, health, hosts.ok ? hosts.value : []),
    ...(dns.ok && hosts.ok
      ? conflictsOfDns(dns.value, domain.ok ? domain.value : undefined, hosts.value)
      : []),
    ...overlapsAmong([
      ...(pinholes.ok
        ? pinholes.value.map((each, index) => ({ ...each, where: `lan.pinholes[${index}]` }))
        : []),
      ...(hosts.ok ? pinholesOfHosts(hosts.value) : []),
    ]),
  ];
  return problems.length === 0
    ? settings
    : { ok: false, problems: [...(settings.ok ? [] : settings.problems), ...problems] };
}

const namesOf = (list: readonly { readonly name: string }[]): string[] => list.map(({ name }) => name);
