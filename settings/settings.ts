import type { Address } from "../network/address";
import type { BootPlan } from "../network/boot-plan";
import type { Segment } from "../network/address-plan";
import type { DelegatedLength } from "../network/delegation";
import type { MetricsPlan, MonitoringPlan } from "../network/monitoring-plan";
import type { Pinhole } from "../network/pinhole";
import type { Prefix } from "../network/prefix";
import type { RaPlan } from "../network/ra-plan";
import type { Translator } from "../network/translator";
import type { UpgradePlan } from "../network/upgrade-plan";
import type { Uplink } from "../network/uplink";

/** How to log in to a stack's own host. */
export interface LoginSettings {
  /** Address or host name of the sshd. */
  readonly address: string;
  readonly port: number;
  /** Public host key, `type base64`. */
  readonly hostKey: string;
  /** Private key, secret; the agent is asked if there is none. */
  readonly privateKey: string | undefined;
  /** From where the host's sshd can be reached. */
  readonly managementPrefixes: readonly Prefix[];
}

/** When hosts are looked at before a run: whenever a key is at hand, always, or never. */
export const observeModes = ["auto", "always", "never"] as const;
export type ObserveMode = (typeof observeModes)[number];

/** What becomes of packages that came with this project when the host is given back. */
export const packageFates = ["keep", "purge"] as const;
export type PackageFate = (typeof packageFates)[number];

/** The interface towards the provider. */
export interface WanSettings {
  readonly interface: string;
  /** MTU of the IPv4 path to the other end, in bytes. */
  readonly mtu: number;
}

/** Settings of a colo stack. */
export interface ColoSettings {
  readonly role: "colo";
  readonly login: LoginSettings;
  readonly observe: ObserveMode;
  /** How long a change that can cut the operator off waits for its confirmation. */
  readonly guardWindowSec: number;
  /** Whether there is a key that can only look at the host. */
  readonly driftKey: boolean;
  /** Whether what has died on the host is started by itself. */
  readonly health: boolean;
  /** Whom the host tells how it is; nobody if there is none. */
  readonly metrics: MetricsPlan | undefined;
  /** What it watches itself and the homes with. */
  readonly monitoring: MonitoringPlan | undefined;
  /** Security upgrades that the host installs by itself, if it does. */
  readonly upgrades: UpgradePlan | undefined;
  readonly packagesAtRemoval: PackageFate;
  readonly wan: WanSettings & { readonly acceptRa: boolean };
  /** What homes dial. */
  readonly address4: Address;
  /** The colo's /48. */
  readonly prefix: Prefix;
  /** ULA /64 of all tunnels. */
  readonly tunnelPrefix: Prefix;
  /** First UDP port of the tunnels. */
  readonly basePort: number;
  /** IPv4 that Tayga maps sources to. */
  readonly pool4: Prefix;
  /** Which program translates. */
  readonly translator: Translator;
  /** Trust anchors in BIND's form; the root's built-in ones if empty. */
  readonly trustAnchors: readonly string[];
  /** Whether it answers for the public zones of sites. */
  readonly authoritative: boolean;
}

/** A pinhole before the site's addresses are known: the machine is a segment and an interface identifier. */
export interface PinholeSettings extends Omit<Pinhole, "address"> {
  /** Name of a segment in the same settings. */
  readonly segment: string;
  /** The last 64 bits of the machine's address. */
  readonly interfaceId: bigint;
}

/** A machine of the LAN before the site's addresses are known. */
export interface HostSettings {
  readonly name: string;
  /** Name of a segment in the same settings. */
  readonly segment: string;
  /** One of the two. */
  readonly mac?: string;
  readonly duid?: string;
  /** The last 64 bits of what DHCPv6 gives it. */
  readonly reservedId: bigint;
  /** Those of all addresses that its name stands for, the reserved one first. */
  readonly interfaceIds: readonly bigint[];
  readonly pinholes: readonly {
    readonly protocol: Pinhole["protocol"];
    readonly port: Pinhole["ports"];
    readonly from: Pinhole["from"];
  }[];
  /** The class of its boot files. */
  readonly boot: string | undefined;
  /** Whether its name is known on the internet. */
  readonly public: boolean;
}

/** What of a home's names the internet sees. */
export interface DnsSettings {
  /** Zone that is delegated to the colo; none if nobody outside sees a name. */
  readonly publicZone: string | undefined;
  /** Whether machines may write what ACME asks for. */
  readonly acmeUpdate: boolean;
  /** Generation of the zone's keys. */
  readonly keyEpoch: number;
}

/** A prefix for a router behind the gateway, before the site's addresses are known. */
export interface DelegationSettings {
  /** Name of a machine in the same settings. */
  readonly host: string;
  /** Number of the prefix's first /64 within the site's /56. */
  readonly subnet: number;
  readonly length: DelegatedLength;
}

/** Settings of a home stack. */
export interface HomeSettings {
  readonly role: "home";
  readonly login: LoginSettings;
  readonly observe: ObserveMode;
  /** How long a change that can cut the operator off waits for its confirmation. */
  readonly guardWindowSec: number;
  /** Whether there is a key that can only look at the host. */
  readonly driftKey: boolean;
  /** Whether what has died on the host is started by itself. */
  readonly health: boolean;
  /** Whom the host tells how it is; nobody if there is none. */
  readonly metrics: MetricsPlan | undefined;
  /** Whether the LAN sees how the gateway is. */
  readonly status: boolean;
  /** Security upgrades that the host installs by itself, if it does. */
  readonly upgrades: UpgradePlan | undefined;
  readonly packagesAtRemoval: PackageFate;
  readonly wan: WanSettings;
  /** The colo's stack; the one named colo beside this one if left out. */
  readonly coloStack: string | undefined;
  readonly siteNumber: number;
  readonly keyEpoch: number;
  readonly domain: string;
  readonly ra: RaPlan;
  readonly segments: readonly Segment[];
  /** Private IPv4 /16; segment n gets its /24 number n where its mode has IPv4. */
  readonly ipv4Prefix: Prefix;
  readonly hosts: readonly HostSettings[];
  readonly delegations: readonly DelegationSettings[];
  /** Ways to the internet, the preferred one first; mostly one. */
  readonly uplinks: readonly Uplink[];
  readonly boot: BootPlan;
  readonly pinholes: readonly PinholeSettings[];
  readonly dns: DnsSettings;
}

export type Settings = ColoSettings | HomeSettings;
