import { maximumUnderlayMtu, minimumUnderlayMtu } from "../network/mtu-plan";
import { all, type Result } from "./result";
import {
  observeModes,
  packageFates,
  type LoginSettings,
  type ObserveMode,
  type PackageFate,
  type WanSettings,
} from "./settings";
import type { SettingSource } from "./source";
import { hostKey, integer, interfaceName, listOf, loginAddress, oneOf, prefix, yesOrNo } from "./values";

/** What both kinds of stack have. */
export interface Common {
  readonly login: Result<LoginSettings>;
  readonly observe: Result<ObserveMode>;
  readonly guardWindowSec: Result<number>;
  readonly driftKey: Result<boolean>;
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
        listOf(prefix("IPv4 and IPv6 prefixes", "name the networks you log in from, as 198.51.100.0/24")),
      ),
    }),
    observe: source.read("observe", oneOf(observeModes, "auto looks whenever a key is at hand")),
    guardWindowSec: source.read(
      "guard.windowSec",
      integer(30, 3600, "a new login must fit into it; the tunnel alone may take 20 s to come up"),
    ),
    driftKey: source.read("drift.readOnlyKey", yesOrNo("true makes a key that can only look at the host")),
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
