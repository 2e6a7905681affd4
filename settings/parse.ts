import { maximumUnderlayMtu, minimumUnderlayMtu } from "../network/mtu-plan";
import { parseColo } from "./colo";
import { parseHome } from "./home";
import { all, andThen, type Result } from "./result";
import type { LoginSettings, Settings, WanSettings } from "./settings";
import { flattenSettings, type RawSettings } from "./raw";
import { SettingSource } from "./source";
import { hostKey, integer, interfaceName, listOf, loginAddress, oneOf, prefix } from "./values";

/**
 * Parses a stack's settings into a type that cannot be wrong, or answers one sentence for each mistake, all at once.
 * Never throws.
 */
export function parseSettings(raw: RawSettings): Result<Settings> {
  const flat = flattenSettings(raw);
  const source = new SettingSource(flat);
  return andThen(source.read("role", oneOf(["colo", "home"], "pulumi config set role colo, or home")), (role) => {
    const strangers = source.strangers(role);
    const settings: Result<Settings> = role === "colo" ? parseColo(source, common) : parseHome(source, common);
    const others = [...flat.problems, ...(strangers.ok ? [] : strangers.problems)];
    if (others.length === 0) return settings;
    return { ok: false, problems: [...others, ...(settings.ok ? [] : settings.problems)] };
  });
}

/** What both kinds of stack have. */
export interface Common {
  readonly login: LoginSettings;
  readonly wan: WanSettings;
}

function common(source: SettingSource): { readonly [K in keyof Common]: Result<Common[K]> } {
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
    wan: all<WanSettings>({
      interface: source.read("wan.interface", interfaceName),
      mtu: source.read(
        "wan.mtu",
        integer(minimumUnderlayMtu, maximumUnderlayMtu, "1500 for Ethernet or cable, 1492 for PPPoE; IPv6 needs 1280 in the tunnel"),
      ),
    }),
  };
}
