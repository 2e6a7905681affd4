import { sh } from "./support";

/** Device at the home, device at the colo and UDP port of the generation of site 1 that a key epoch names. */
export function namesOf(epoch: number) {
  const slot = (epoch + 1) % 2;
  return { home: `vpn${slot}`, colo: `vpn1-${slot}`, port: 51820 + slot };
}

/** What is on a host of tunnels and of what belongs to them; the same for every generation but for the names. */
const look = [
  "ls /etc/ipv6-home/keys /var/lib/ipv6-home",
  "find /etc/ipv6-home -type f | sort",
  "ls /etc/systemd/system /etc/systemd/system/multi-user.target.wants | grep vpn",
  "ls /sys/class/net",
  "wg show all listen-port",
  "ls /run/wireguard 2>/dev/null || :",
  "ip -6 route show table all proto boot",
  "ip -6 -o address show | awk '/vpn/ { print $2, $4, $6 }' | grep -v fe80",
  "ip -6 rule",
  "nft list set inet ipv6_home tunnel_ports 2>/dev/null || :",
  "nft list set inet ipv6_home site_sources 2>/dev/null || :",
  "nft list set inet ipv6_home site_destinations 2>/dev/null || :",
  "ls /run/ipv6-home",
  "systemctl --failed --no-legend",
  "find /etc /var/lib/ipv6-home -name '*.ipv6-home-new' -o -name pending",
].join("; ");

/**
 * The whole of what a host has of tunnels, for comparison: the names of the generation in use are made the same, so
 * anything that is left of another one shows.
 */
export async function tunnelsOn(host: "home" | "colo", epoch: number): Promise<string> {
  const names = namesOf(epoch);
  const found = await sh(host, look);
  return found
    .replace(new RegExp(`\\b${names[host]}(?![0-9]|-[0-9])`, "g"), "DEVICE")
    .replaceAll(String(names.port), "PORT");
}
