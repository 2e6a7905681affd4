/** Which of the two kinds of stack reads a setting. */
export type Role = "colo" | "home";

/** A setting as Pulumi.yaml declares it and as the reference in docs/SETTINGS.md shows it. */
export interface SettingDeclaration {
  readonly type: "string" | "integer" | "boolean" | "array";
  /** What the items of an array are. */
  readonly items?: "string" | "object";
  readonly role: Role | "both";
  /**
   * Pulumi demands a value of every declared setting in every stack. An empty one (`""`, `0`, `[]`) says "not set":
   * an error where {@link required}, else the behaviour that the description names.
   */
  readonly default: string | number | boolean | readonly never[];
  readonly required?: true;
  readonly description: string;
}

/** Every setting, in the order of the reference. Keys are flat, so `pulumi config set tunnel.keyEpoch 2` works. */
export const declarations = {
  role: {
    type: "string",
    role: "both",
    default: "",
    required: true,
    description: "What this stack builds: colo (the server everybody shares) or home (one site).",
  },
  "ssh.address": {
    type: "string",
    role: "both",
    default: "",
    required: true,
    description: "Where Pulumi logs in to this stack's host: an address or a host name.",
  },
  "ssh.port": { type: "integer", role: "both", default: 22, description: "TCP port of that host's sshd." },
  "ssh.hostKey": {
    type: "string",
    role: "both",
    default: "",
    required: true,
    description: "Public host key of that sshd, one line as ssh-keyscan prints it without the host's name.",
  },
  "ssh.privateKey": {
    type: "string",
    role: "both",
    default: "",
    description:
      "Private key for root's login on both hosts, set with --secret. If empty the agent of SSH_AUTH_SOCK is asked, and no key is in the state.",
  },
  "ssh.managementPrefixes": {
    type: "array",
    items: "string",
    role: "both",
    default: [],
    required: true,
    description: "Prefixes, IPv4 or IPv6, from which the host's sshd can be reached; nothing else can.",
  },
  observe: {
    type: "string",
    role: "both",
    default: "auto",
    description:
      "Whether a run first looks at the hosts, so that drift shows in its preview: always, never, or auto, which is whenever a key is at hand.",
  },
  "guard.windowSec": {
    type: "integer",
    role: "both",
    default: 60,
    description:
      "Seconds, 30 to 3600, that a change which can cut you off waits for a new login to confirm it; without one the host goes back to what it was.",
  },
  "drift.readOnlyKey": {
    type: "boolean",
    role: "both",
    default: false,
    description:
      "Whether the stack makes a key, its output driftKey, with which root's login on this stack's host can do one thing: tell what npm run drift asks for.",
  },
  "health.enabled": {
    type: "boolean",
    role: "both",
    default: false,
    description:
      "Whether a service on this stack's host looks every few seconds at what the host does, starts what has died, and tells machines while the translator is dead; see HEALTH.md. It is to become the default.",
  },
  "metrics.enabled": {
    type: "boolean",
    role: "both",
    default: false,
    description:
      "Whether this stack's host tells how it is in the form of Prometheus, at an inside address and port 9100, to the colo and metrics.from; see MONITORING.md.",
  },
  "metrics.from": {
    type: "array",
    items: "string",
    role: "both",
    default: [],
    description:
      "IPv6 prefixes at home that may ask as well, and look at Prometheus and the Alertmanager of a colo that has them. If empty, nobody but the colo itself.",
  },
  "monitoring.enabled": {
    type: "boolean",
    role: "colo",
    default: false,
    description:
      "Whether the colo runs Prometheus and an Alertmanager, which watch it and all homes with metrics.enabled; nobody outside reaches them. Needs metrics.enabled.",
  },
  "monitoring.intervalSec": {
    type: "integer",
    role: "colo",
    default: 15,
    description: "Seconds, 5 to 300, between two looks at a host.",
  },
  "monitoring.retentionDays": {
    type: "integer",
    role: "colo",
    default: 30,
    description: "Days, 1 to 3650, that Prometheus remembers.",
  },
  "monitoring.retentionMb": {
    type: "integer",
    role: "colo",
    default: 1024,
    description: "Megabytes, from 128 on, that what it remembers takes on the disk; the oldest goes first.",
  },
  "monitoring.webhook": {
    type: "string",
    role: "colo",
    default: "",
    description:
      "Address that the Alertmanager sends alerts to as JSON, set with --secret. If nobody is told, alerts only show.",
  },
  "monitoring.mailTo": {
    type: "string",
    role: "colo",
    default: "",
    description: "Mail address that is told of alerts; needs mailFrom and smarthost.",
  },
  "monitoring.mailFrom": {
    type: "string",
    role: "colo",
    default: "",
    description: "Mail address that such mail comes from.",
  },
  "monitoring.smarthost": {
    type: "string",
    role: "colo",
    default: "",
    description: "Server that takes that mail, as mail.example.net:587.",
  },
  "monitoring.smtpUser": {
    type: "string",
    role: "colo",
    default: "",
    description: "Name that the Alertmanager logs in to it with. If empty, it does not.",
  },
  "monitoring.smtpPassword": {
    type: "string",
    role: "colo",
    default: "",
    description: "Password for that, set with --secret.",
  },
  "status.enabled": {
    type: "boolean",
    role: "home",
    default: false,
    description:
      "Whether the gateway shows machines of the LAN, but not of guest and iot segments, a page of what works, since when, by which uplink, and who is there; needs health.enabled. See STATUS.md.",
  },
  "upgrades.enabled": {
    type: "boolean",
    role: "both",
    default: false,
    description:
      "Whether this stack's host installs security upgrades of Debian by itself, once a day, and nothing else; see UPGRADES.md.",
  },
  "upgrades.at": {
    type: "string",
    role: "both",
    default: "04:00",
    description:
      "When that begins, by the host's clock, as 04:00; up to half an hour later, so that not all hosts ask at once.",
  },
  "upgrades.reboot": {
    type: "string",
    role: "both",
    default: "never",
    description:
      "Whether the host reboots in the hour after upgrades.at if an upgrade needs that: never (health tells) or when-needed.",
  },
  "destroy.packages": {
    type: "string",
    role: "both",
    default: "keep",
    description:
      "What becomes of the Debian packages that came with this project when the host is given back: keep or purge. Set it, then `pulumi up`, then destroy.",
  },
  "wan.interface": {
    type: "string",
    role: "both",
    default: "",
    required: true,
    description: "Interface towards the provider.",
  },
  "wan.mtu": {
    type: "integer",
    role: "both",
    default: 1500,
    description:
      "MTU of the IPv4 path to the other end in bytes, 1340 to 9000 (PPPoE: 1492). Every other MTU and MSS follows from it.",
  },
  uplinks: {
    type: "array",
    items: "object",
    role: "home",
    default: [],
    description:
      "Ways to the internet, two or more, the preferred one first: name, interface (of the first that of wan.interface), metered (true if its bytes cost; false if left out), mtu (wan.mtu if left out), probe (an IPv4 address that is asked for an answer out of it; the colo if left out), answers (how many bring it back, 250 ms apart; 12 if left out). The tunnel goes by the first that works, see UPLINKS.md. If empty, by wan.interface.",
  },
  "wan.acceptRa": {
    type: "string",
    role: "colo",
    default: "yes",
    description:
      "Whether the colo's own IPv6 on the WAN comes by router advertisements (yes or no); forwarding would switch them off.",
  },
  "colo.address4": {
    type: "string",
    role: "colo",
    default: "",
    required: true,
    description: "IPv4 address of the colo that homes dial.",
  },
  "colo.prefix": {
    type: "string",
    role: "colo",
    default: "",
    required: true,
    description:
      "The /48 that the provider routes to the colo. Site n gets its /56 number n, the colo keeps number 0.",
  },
  "tunnel.prefix": {
    type: "string",
    role: "colo",
    default: "",
    required: true,
    description: "A ULA /64 (RFC 4193) for the ends of all tunnels: the colo is ::1, site n is ::n+1.",
  },
  "tunnel.basePort": {
    type: "integer",
    role: "colo",
    default: 51820,
    description: "First UDP port of the tunnels; site n uses two from 2(n-1) above it on.",
  },
  "nat64.pool4": {
    type: "string",
    role: "colo",
    default: "192.168.240.0/20",
    description:
      "Private IPv4 prefix, /8 to /29, that Tayga maps IPv6 sources to, one address per active source. Never seen outside.",
  },
  "nat64.translator": {
    type: "string",
    role: "colo",
    default: "tayga",
    description:
      "Which program translates: tayga, or jool, which is faster, translates once where Tayga needs a second NAT, and needs a module that is built for the colo's kernel; see NAT64.md.",
  },
  "nat64.address4": {
    type: "string",
    role: "colo",
    default: "",
    description:
      "IPv4 address that Jool translates to, which the provider brings to the colo and no interface of it has. If empty, it shares colo.address4 with the colo itself.",
  },
  "nat64.ports": {
    type: "string",
    role: "colo",
    default: "",
    description:
      "Ports that Jool translates to, as 10000-32767. If empty, these where the address is shared, and 1024-65535 of a nat64.address4.",
  },
  "nat64.forwards": {
    type: "array",
    items: "object",
    role: "colo",
    default: [],
    description:
      "IPv4 ports of the colo that lead to a machine without IPv4, with Jool only: name, protocol, port (of the address that Jool translates to), to (the machine's address, in the /56 of a site), toPort (the same port if left out). The home needs a pinhole for each, see NAT64.md.",
  },
  "dns64.trustAnchors": {
    type: "array",
    items: "string",
    role: "colo",
    default: [],
    description:
      "DNSSEC trust anchors as in BIND's trust-anchors statement. If empty, the root's built-in ones.",
  },
  "dns.authoritative": {
    type: "boolean",
    role: "colo",
    default: false,
    description:
      "Whether the colo answers the internet for the public zones of its sites, see NAMES.md. Without it nothing is open at port 53.",
  },
  "colo.stack": {
    type: "string",
    role: "home",
    default: "",
    description:
      "Stack that built the colo, as organization/project/stack. If empty, colo of the same organization and project.",
  },
  "site.number": {
    type: "integer",
    role: "home",
    default: 0,
    required: true,
    description:
      "Number of this site, 1 to 255, unique at its colo. It gives the /56, the tunnel address and the ports.",
  },
  "tunnel.keyEpoch": {
    type: "integer",
    role: "home",
    default: 1,
    description:
      "Generation of the tunnel's keys. Another number, odd after even and even after odd, and both ends get new key pairs and a new preshared key, on a second interface beside the first, which goes last.",
  },
  "lan.domain": {
    type: "string",
    role: "home",
    default: "home.arpa",
    description: "Domain of the machines at home (RFC 8375).",
  },
  "dns.publicZone": {
    type: "string",
    role: "home",
    default: "",
    description:
      "Domain, delegated to the colo, in which the internet finds the machines of lan.hosts that are public, see NAMES.md. If empty, it finds none.",
  },
  "dns.acmeUpdate": {
    type: "boolean",
    role: "home",
    default: false,
    description:
      "Whether machines at home that have the output acmeKey may write TXT records at _acme-challenge of public names (RFC 2136), as ACME's DNS-01 asks for.",
  },
  "dns.keyEpoch": {
    type: "integer",
    role: "home",
    default: 1,
    description: "Generation of the public zone's keys. Another number, and all of them are new.",
  },
  "ra.daemon": {
    type: "string",
    role: "home",
    default: "radvd",
    description:
      "Which program sends the router advertisements: radvd, or dnsmasq, which has no PREF64 and is the choice on Debian 12. Everything else on the LAN is dnsmasq's in either case.",
  },
  "ra.uplinkLossSec": {
    type: "integer",
    role: "home",
    default: 0,
    description:
      "Seconds, 5 to 3600, that the tunnel may be down before the gateway stops to advertise a default route; it begins again when the tunnel is back. If 0, it is 60 with radvd; dnsmasq cannot do it.",
  },
  "lan.segments": {
    type: "array",
    items: "object",
    role: "home",
    default: [],
    required: true,
    description:
      "LAN segments: name, subnet (1 to 255, the number of its /64 in the /56), interface, vlan (1 to 4094, a tag on that interface), mode (v6only if left out, v6mostly, legacy, guest or iot), allow (what an iot segment may reach: prefixes and names), onMetered (whether it may use a metered uplink: true if left out, but false for guest); see NETWORK.md.",
  },
  "lan.ipv4Prefix": {
    type: "string",
    role: "home",
    default: "172.31.0.0/16",
    description:
      "Private IPv4 /16 for segments whose mode has IPv4: segment n gets its /24 number n. Seen nowhere outside.",
  },
  "lan.hosts": {
    type: "array",
    items: "object",
    role: "home",
    default: [],
    description:
      "Machines with a name: name, segment, mac or duid, suffix (the last 64 bits of its address, as ::42; those of its MAC if left out), slaac (eui64, token or none: how it forms its other address), pinholes (protocol, port, from), boot (a class of boot files), public (true for a name on the internet).",
  },
  "boot.classes": {
    type: "array",
    items: "object",
    role: "home",
    default: [],
    description:
      "What machines load that boot over the network: name, firmware (an EFI program below boot.folder; iPXE if left out), firmwareArm64 (the same for 64-bit ARM), script (what iPXE goes on with), tftp (false for HTTP alone). None: nothing is served. See BOOT.md.",
  },
  "boot.default": {
    type: "string",
    role: "home",
    default: "",
    description:
      "Class of boot.classes for machines that have none of their own in lan.hosts. If empty, those are told nothing.",
  },
  "boot.folder": {
    type: "string",
    role: "home",
    default: "/srv/ipv6-home-boot",
    description: "Folder on the gateway that you put boot files into.",
  },
  "lan.delegations": {
    type: "array",
    items: "object",
    role: "home",
    default: [],
    description:
      "Prefixes for routers behind this one, by DHCPv6: host (a machine of lan.hosts), subnet (1 to 255, the number of its first /64 in the /56; for a /60 a multiple of 16), length (60 if left out, or 64).",
  },
  "lan.pinholes": {
    type: "array",
    items: "object",
    role: "home",
    default: [],
    description:
      "Ways in to single machines: name, segment, host (the address's last 64 bits, as ::42), protocol (tcp or udp), port (22 or 8000-8010), from (prefixes; everybody if left out).",
  },
} as const satisfies Record<string, SettingDeclaration>;

/** The name of a setting, without the project's name before it. */
export type SettingKey = keyof typeof declarations;

/** Whether a text is the name of a setting. */
export const isSettingKey = (key: string): key is SettingKey => Object.hasOwn(declarations, key);
