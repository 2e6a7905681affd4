import { createHash } from "node:crypto";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { management, nameServers, type AnyHostName } from "./topology";

/** The keys that a host gets. */
export interface HostKeys {
  readonly authorized: string;
  readonly privateKey: string;
  readonly publicKey: string;
}

// Named late, so that a file of the project comes first wherever both match one interface.
const uplink: Record<AnyHostName, readonly [string, string]> = {
  colo: [
    "etc/systemd/network/80-ens3.network",
    `[Match]
Name=ens3

[Network]
Address=11.0.1.2/24
Gateway=11.0.1.1
Address=2001:db8:c010::2/64
Gateway=2001:db8:c010::1
IPv6AcceptRA=no
`,
  ],
  home: [
    "etc/systemd/network/80-enp2s0.network",
    `[Match]
Name=enp2s0

[Network]
DHCP=ipv4
IPv6AcceptRA=no

[DHCPv4]
ClientIdentifier=mac
`,
  ],
  cabin: [
    "etc/systemd/network/80-enp2s0.network",
    `[Match]
Name=enp2s0

[Network]
Address=10.98.0.100/24
Gateway=10.98.0.1
IPv6AcceptRA=no
`,
  ],
};

const managementNetwork = (address: string): string => `[Match]
Name=mgmt0

[Link]
RequiredForOnline=no

[Network]
IPv6AcceptRA=no

[Address]
Address=${address}/64
DuplicateAddressDetection=none
`;

/** Writes what makes a fresh Debian this host: identity, keys, the interfaces that its provider would have configured. */
export function writeHostFiles(root: string, name: AnyHostName, keys: HostKeys): void {
  const [path, text] = uplink[name];
  const files: readonly (readonly [string, string, number])[] = [
    ["etc/hostname", `${name}\n`, 0o644],
    [
      "etc/hosts",
      `127.0.0.1 localhost\n127.0.1.1 ${name}\n::1 localhost ip6-localhost ip6-loopback\n`,
      0o644,
    ],
    ["etc/machine-id", `${createHash("md5").update(name).digest("hex")}\n`, 0o444],
    ["etc/resolv.conf", `nameserver ${nameServers.resolver[0]}\n`, 0o644],
    ["root/.ssh/authorized_keys", `${keys.authorized}\n`, 0o600],
    ["etc/ssh/ssh_host_ed25519_key", keys.privateKey, 0o600],
    ["etc/ssh/ssh_host_ed25519_key.pub", `${keys.publicKey}\n`, 0o644],
    [path, text, 0o644],
    ["etc/systemd/network/80-mgmt0.network", managementNetwork(management.hosts[name]), 0o644],
  ];
  for (const [file, content, mode] of files) {
    const target = join(root, file);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, content, { mode });
    chmodSync(target, mode);
  }
}
