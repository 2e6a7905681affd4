import { maximumUnderlayMtu, minimumUnderlayMtu } from "../network/mtu-plan";
import type { MetricsPlan } from "../network/monitoring-plan";
import { Prefix } from "../network/prefix";
import { rebootPolicies, type UpgradePlan } from "../network/upgrade-plan";
import { ipv4MappedPrefix } from "../network/well-known";
import { parseMetrics } from "./metrics";
import { all, andThen, valid, type Result } from "./result";
import {
  observeModes,
  packageFates,
  type LoginSettings,
  type ObserveMode,
  type PackageFate,
  type WanSettings,
} from "./settings";
import type { SettingSource } from "./source";
import {
  hostKey,
  integer,
  interfaceName,
  listOf,
  loginAddress,
  matching,
  oneOf,
  prefix,
  yesOrNo,
} from "./values";

/** No source of a connection to a host: unspecified, loopback, multicast, reserved, IPv4-mapped (RFC 6890, RFC 4291). */
const nobodys = [
  ...["0.0.0.0/8", "127.0.0.0/8", "224.0.0.0/3", "::/127", "ff00::/8"].map((text) => Prefix.of(text)),
  ipv4MappedPrefix,
];

/** What both kinds of stack have. */
export interface Common {
  readonly login: Result<LoginSettings>;
  readonly observe: Result<ObserveMode>;
  readonly guardWindowSec: Result<number>;
  readonly driftKey: Result<boolean>;
  readonly health: Result<boolean>;
  readonly metrics: Result<MetricsPlan | undefined>;
  readonly upgrades: Result<UpgradePlan | undefined>;
  readonly packagesAtRemoval: Result<PackageFate>;
  readonly wan: Result<WanSettings>;
}

/** Parses what both kinds of stack have. */
export function parseCommon(source: SettingSource): Common {
  return {
    login: all<LoginSettings>({
      address: source.read("ssh.address", loginAddress),
      port: source.read("ssh.port", integer(1, 65535, "name the port of sshd, mostly 22")),
      hostKey: source.read("ssh.hostKey", hostKey),
      privateKey: source.secret(
        "ssh.privateKey",
        (text) => /^-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----\s/.test(text),
        "a private key in PEM or OpenSSH form",
      ),
      managementPrefixes: source.read(
        "ssh.managementPrefixes",
        listOf(
          prefix(
            "IPv4 and IPv6 prefixes",
            "name the networks you log in from, as 198.51.100.0/24",
            (given) =>
              nobodys.some((each) => each.contains(given)) ? "where nobody logs in from" : undefined,
          ),
        ),
      ),
    }),
    observe: source.read("observe", oneOf(observeModes, "auto looks whenever a key is at hand")),
    guardWindowSec: source.read(
      "guard.windowSec",
      integer(30, 3600, "a new login must fit into it; the tunnel alone may take 20 s to come up"),
    ),
    driftKey: source.read("drift.readOnlyKey", yesOrNo("true makes a key that can only look at the host")),
    health: source.read("health.enabled", yesOrNo("true starts what has died on the host")),
    metrics: parseMetrics(source),
    upgrades: parseUpgrades(source),
    packagesAtRemoval: source.read(
      "destroy.packages",
      oneOf(packageFates, "purge takes away what was not there before"),
    ),
    wan: all<WanSettings>({
      interface: source.read("wan.interface", interfaceName),
      mtu: source.read(
        "wan.mtu",
        integer(
          minimumUnderlayMtu,
          maximumUnderlayMtu,
          "1500 for Ethernet or cable, 1492 for PPPoE; IPv6 needs 1280 in the tunnel",
        ),
      ),
    }),
  };
}

const parseUpgrades = (source: SettingSource): Result<UpgradePlan | undefined> =>
  andThen(
    all<UpgradePlan & { readonly enabled: boolean }>({
      enabled: source.read(
        "upgrades.enabled",
        yesOrNo("true installs security upgrades of Debian by itself"),
      ),
      at: source.read(
        "upgrades.at",
        matching(
          /^([01]\d|2[0-3]):[0-5]\d$/,
          "an hour and a minute from 00:00 to 23:59",
          "choose an hour in which nobody needs the network, as 04:00",
        ),
      ),
      reboot: source.read(
        "upgrades.reboot",
        oneOf(rebootPolicies, "when-needed reboots the host in the hour after upgrades.at"),
      ),
    }),
    ({ enabled, ...plan }) => valid(enabled ? plan : undefined),
  );
