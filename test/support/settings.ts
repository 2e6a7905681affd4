import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { parseSettings } from "../../settings/parse";
import type { RawSettings } from "../../settings/raw";
import type { ColoSettings, HomeSettings } from "../../settings/settings";

export const projectFolder = join(__dirname, "..", "..");

/** Reads a file of the project. */
export const readProjectFile = (path: string): string => readFileSync(join(projectFolder, path), "utf8");

/** A setting as somebody writes it into a stack's file. */
export type Given = string | number | boolean | readonly unknown[] | Readonly<Record<string, unknown>>;

/** Settings as the engine hands them over: text stays, everything else becomes JSON. */
export function rawSettings(
  given: Readonly<Record<string, Given | undefined>>,
  secretKeys: string[] = [],
): RawSettings {
  const values = Object.entries(given).flatMap(([key, value]) =>
    value === undefined ? [] : [[key, typeof value === "string" ? value : JSON.stringify(value)] as const],
  );
  return { values: Object.fromEntries(values), secretKeys };
}

/** The settings of one of the project's example files, without the project's name. */
export function exampleFile(role: "colo" | "home"): Record<string, Given> {
  const { config } = parse(readProjectFile(`Pulumi.${role}.yaml`)) as { config: Record<string, Given> };
  return Object.fromEntries(
    Object.entries(config).map(([key, value]) => [key.replace(/^ipv6-home:/, ""), value]),
  );
}

type SettingsOf<R> = R extends "colo" ? ColoSettings : HomeSettings;

/** An example's settings, with changes, parsed. Throws if they have mistakes. */
export function exampleSettings<R extends "colo" | "home">(
  role: R,
  changes: Readonly<Record<string, Given | undefined>> = {},
  secretKeys: string[] = [],
): SettingsOf<R> {
  const result = parseSettings(rawSettings({ ...exampleFile(role), ...changes }, secretKeys));
  if (!result.ok) throw new Error(result.problems.join("\n"));
  return result.value as SettingsOf<R>;
}

/** An example's colo whose translator is Jool, with a way in for those who have IPv4 only. */
export const joolSettings = {
  "nat64.translator": "jool",
  "nat64.forwards": [
    { name: "laptop-ssh", protocol: "tcp", port: 2222, to: "2001:db8:beef:101:0:ff:fe00:101", toPort: 22 },
    { name: "laptop-game", protocol: "udp", port: 27015, to: "2001:db8:beef:101:0:ff:fe00:101" },
  ],
} as const satisfies Record<string, Given>;

/** Settings that use what the examples leave at its default. */
export const variants = {
  colo: {
    "ssh.port": 2222,
    "drift.readOnlyKey": true,
    "health.enabled": true,
    "metrics.enabled": true,
    "metrics.from": ["2001:db8:cafe:701::/64", "2001:db8:cafe:701::42/128", "2001:db8:cafe:720::/60"],
    "monitoring.enabled": true,
    "monitoring.intervalSec": 30,
    "monitoring.retentionDays": 90,
    "monitoring.retentionMb": 4096,
    "monitoring.mailTo": "ops@example.net",
    "monitoring.mailFrom": "colo@example.net",
    "monitoring.smarthost": "mail.example.net:587",
    "upgrades.enabled": true,
    "upgrades.at": "23:45",
    "upgrades.reboot": "when-needed",
    "ssh.address": "colo.example.net",
    "ssh.managementPrefixes": [
      "203.0.113.0/24",
      "203.0.113.7/32",
      "2001:db8:feed::/48",
      "2001:db8:feed:1::/64",
    ],
    "wan.interface": "bond0.7",
    "wan.mtu": 1500,
    "wan.acceptRa": "yes",
    "colo.address4": "203.0.113.65",
    "colo.prefix": "2001:db8:cafe::/48",
    "tunnel.prefix": "fd12:3456:789a:1::/64",
    "tunnel.basePort": 40000,
    "nat64.pool4": "100.64.0.0/10",
    "dns.authoritative": true,
    "dns64.trustAnchors": [
      '. static-ds 20326 8 2 "E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D"',
      'example.com. initial-key 257 3 13 "dGhpcyBpcyBub3QgYSBrZXk="',
    ],
  },
  home: {
    "ssh.port": 2222,
    "drift.readOnlyKey": true,
    "health.enabled": true,
    "metrics.enabled": true,
    "metrics.from": ["2001:db8:cafe:701::/64"],
    "status.enabled": true,
    "upgrades.enabled": true,
    "wan.interface": "ppp0",
    "wan.mtu": 1492,
    uplinks: [
      { name: "fibre", interface: "ppp0" },
      { name: "lte", interface: "wwan0", metered: true, mtu: 1428, probe: "198.51.100.1", answers: 20 },
    ],
    "site.number": 7,
    "tunnel.keyEpoch": 2,
    "lan.domain": "cabin.example.org",
    "ra.daemon": "dnsmasq",
    "lan.segments": [
      { name: "lan", subnet: 1, interface: "br0", mode: "v6mostly" },
      { name: "guests", subnet: 255, interface: "br0", vlan: 20, mode: "guest" },
      {
        name: "things",
        subnet: 16,
        interface: "eno2",
        mode: "iot",
        allow: ["2001:db8:46::/64", "198.51.100.0/24", "example.net", "time.example.net"],
      },
      { name: "old", subnet: 3, interface: "eno3", mode: "legacy" },
    ],
    "boot.classes": [
      { name: "debian", firmware: "debian/grubnetx64.efi", firmwareArm64: "debian/grubnetaa64.efi" },
      { name: "menu", script: "menu.ipxe", tftp: false },
    ],
    "boot.default": "menu",
    "lan.hosts": [
      {
        name: "nas",
        segment: "lan",
        mac: "02:00:5E:10:00:01",
        suffix: "::42",
        pinholes: [
          { protocol: "tcp", port: 445, from: ["2001:db8:48::/64"] },
          { protocol: "udp", port: "5000-5001" },
        ],
        public: true,
      },
      { name: "board", segment: "old", mac: "02:00:5e:10:00:02", boot: "debian" },
      {
        name: "kiosk",
        segment: "things",
        duid: "00:03:00:01:02:00:5e:10:00:03",
        suffix: "::80",
        slaac: "none",
      },
    ],
    "dns.publicZone": "cabin.example.net",
    "dns.acmeUpdate": true,
    "dns.keyEpoch": 3,
    "lan.delegations": [
      { host: "nas", subnet: 32 },
      { host: "kiosk", subnet: 5, length: 64 },
    ],
    "lan.pinholes": [
      { name: "web", segment: "things", host: "::80", protocol: "tcp", port: "80" },
      { name: "web-tls", segment: "things", host: "::80", protocol: "tcp", port: 443, from: [] },
      { name: "game", segment: "lan", host: "::2:3:4:5", protocol: "udp", port: "27000-27100" },
      {
        name: "backup",
        segment: "lan",
        host: "::42",
        protocol: "tcp",
        port: "8000-8010",
        from: ["2001:db8:46::/64", "2001:db8:47::1/128"],
      },
    ],
  },
} as const satisfies Record<string, Record<string, Given>>;
