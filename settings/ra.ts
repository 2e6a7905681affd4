import { raDaemons, type RaPlan } from "../network/ra-plan";
import { all, andThen, mistaken, quote, valid, type Result } from "./result";
import type { SettingSource } from "./source";
import { integer, oneOf } from "./values";

/** Longer than a rotation of keys, a roaming endpoint or a restart takes, and shorter than anybody's patience. */
const usualUplinkLossSec = 60;

/** Parses how the gateway advertises itself on the LAN. */
export function parseRa(source: SettingSource): Result<RaPlan> {
  const settings = all<{ daemon: RaPlan["daemon"]; uplinkLossSec: number | undefined }>({
    daemon: source.read("ra.daemon", oneOf(raDaemons, "dnsmasq on Debian 12, whose radvd has no PREF64")),
    uplinkLossSec: source.optional(
      "ra.uplinkLossSec",
      integer(5, 3600, "shorter ones would take each lost packet for a loss; 0 is the usual time"),
    ),
  });
  return andThen(settings, ({ daemon, uplinkLossSec }): Result<RaPlan> => {
    if (daemon === "radvd") return valid({ daemon, uplinkLossSec: uplinkLossSec ?? usualUplinkLossSec });
    return uplinkLossSec === undefined
      ? valid({ daemon })
      : mistaken({
          where: "ra.uplinkLossSec",
          given: `${quote(String(uplinkLossSec))} with ra.daemon dnsmasq, which cannot change what it advertises while it runs`,
          allowed: "a time with ra.daemon radvd only",
          todo: "remove it, or set ra.daemon to radvd",
        });
  });
}
