import { bitsOf } from "../network/address";
import { tunnelPortCount } from "../network/tunnel-plan";
import { Prefix } from "../network/prefix";
import { globalUnicast, privateIpv4 } from "../network/well-known";
import { parseCommon } from "./common";
import { outsidersAmong, parseMonitoring } from "./metrics";
import { all, andThen, quote, sentence, valid, type Result } from "./result";
import type { ColoSettings } from "./settings";
import type { SettingSource } from "./source";
import { collisionsOf, parseTranslator } from "./translator";
import { address, integer, listOf, matching, oneOf, prefix, yesOrNo } from "./values";

/** RFC 4193, section 3.1: locally assigned ones have the L bit set. */
const locallyAssigned = Prefix.of("fd00::/8");

/** Nothing can be dialled there, not even behind somebody's NAT. */
const undialable = ["0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/3"].map((text) =>
  Prefix.of(text),
);

/** Parses the settings of a colo stack. */
export function parseColo(source: SettingSource): Result<ColoSettings> {
  const { login, observe, guardWindowSec, driftKey, health, metrics, upgrades, packagesAtRemoval, wan } =
    parseCommon(source);
  const acceptRa = source.read(
    "wan.acceptRa",
    oneOf(["yes", "no"], "yes if the host's IPv6 comes by router advertisements"),
  );
  const settings = all<ColoSettings>({
    role: valid("colo" as const),
    login,
    observe,
    guardWindowSec,
    driftKey,
    health,
    metrics,
    monitoring: parseMonitoring(source, metrics),
    upgrades,
    packagesAtRemoval,
    wan: andThen(all({ wan, acceptRa }), (both) => valid({ ...both.wan, acceptRa: both.acceptRa === "yes" })),
    address4: source.read(
      "colo.address4",
      address(
        "a unicast IPv4 address",
        "name the address that homes can reach",
        (given) => given.family === 4 && !undialable.some((each) => each.contains(given)),
      ),
    ),
    prefix: source.read(
      "colo.prefix",
      prefix("a global /48", "name the prefix that the provider routes to the colo", (given) => {
        if (given.family !== 6 || !globalUnicast.contains(given)) return "not global unicast IPv6";
        return given.length === 48 ? undefined : `a /${given.length}`;
      }),
    ),
    tunnelPrefix: source.read(
      "tunnel.prefix",
      prefix("a /64 in fd00::/8", "take one with 40 random bits (RFC 4193, section 3.2.2)", (given) => {
        if (!locallyAssigned.contains(given)) return "no ULA";
        return given.length === 64 ? undefined : `a /${given.length}`;
      }),
    ),
    basePort: source.read(
      "tunnel.basePort",
      integer(1024, 65535 - tunnelPortCount + 1, `leave room for ${tunnelPortCount} ports; 51820 is usual`),
    ),
    pool4: source.read(
      "nat64.pool4",
      prefix(
        "a private IPv4 prefix from /8 to /29",
        "take one that the colo does not use otherwise",
        (given) => {
          if (given.family !== 4) return "not IPv4";
          if (given.length < 8 || given.length > bitsOf(4) - 3) return `a /${given.length}`;
          return privateIpv4.some((each) => each.contains(given)) ? undefined : "not private";
        },
      ),
    ),
    translator: parseTranslator(source),
    trustAnchors: source.read(
      "dns64.trustAnchors",
      listOf(
        matching(
          /^[A-Za-z0-9._-]+ (static|initial)-(key|ds) \d+ \d+ \d+ "[A-Za-z0-9+/= ]+"$/,
          'an anchor as `. static-ds 20326 8 2 "E06D…"`',
          "see trust-anchors in BIND's reference manual",
        ),
      ),
    ),
    authoritative: source.read(
      "dns.authoritative",
      yesOrNo("true opens port 53 to the internet for the public zones of sites"),
    ),
  });
  return andThen(settings, (value) => {
    const problems = [
      ...(value.translator.program === "jool" ? collisionsOf(value) : overlapsOfPool(value)),
      ...outsidersAmong(value.metrics?.from ?? [], value.prefix),
    ];
    return problems.length === 0 ? settings : { ok: false, problems };
  });
}

/** The firewall drops what comes from outside with an address of the translator's pool: nobody else may have one. */
function overlapsOfPool({ pool4, address4, login }: ColoSettings): string[] {
  const others = [
    ...login.managementPrefixes
      .filter((prefix) => prefix.overlaps(pool4))
      .map((prefix) => `ssh.managementPrefixes ${prefix}`),
    ...(pool4.contains(address4) ? [`colo.address4 ${address4}`] : []),
  ];
  return others.map((other) =>
    sentence({
      where: "nat64.pool4",
      given: `${quote(pool4.toString())}, which overlaps ${other}`,
      allowed: "a prefix that nobody else uses",
      todo: "choose another private prefix",
    }),
  );
}
