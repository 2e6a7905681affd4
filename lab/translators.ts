import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { KernelFile } from "./kernel";

const root = join(__dirname, "..");

/** Whom the laptop reaches through NAT64, by IPv6 and by what they are called in IPv4. */
export const web = { six: "64:ff9b::b00:302", four: "11.0.3.2", native: "2001:db8:46::2" } as const;
export const coloIpv4 = "198.51.100.10";
/** As IPv6 machines call the colo's own. */
export const coloBySix = "64:ff9b::c633:640a";
const laptopIpv6 = "2001:db8:beef:101:0:ff:fe00:101";
const phoneIpv6 = "2001:db8:beef:101:0:ff:fe00:102";
export const nat64Unit = "ipv6-home-nat64.service";

function treeOf(golden: string): Record<string, string> {
  const base = join(root, "test", "golden", golden);
  return Object.fromEntries(
    readdirSync(join(base, "etc"), { recursive: true, withFileTypes: true }).flatMap((entry) => {
      const path = join(entry.parentPath, entry.name);
      return entry.isFile() ? [[path.slice(base.length), readFileSync(path, "utf8")] as const] : [];
    }),
  );
}

/** A file of a bundle. */
interface PlacedFile {
  readonly path: string;
  readonly content: string;
}

/**
 * Of each translator, and of `others`, the files that the colo gets, in a folder of its own, and the other side of every
 * question.
 */
export function translatorFiles(
  others: Readonly<Record<string, readonly PlacedFile[]>> = {},
): Record<string, KernelFile> {
  const files: Record<string, KernelFile> = {
    "/srv/lab/peer.py": {
      content: readFileSync(join(root, "test", "lab", "translator", "peer.py"), "utf8"),
      mode: 0o755,
    },
  };
  for (const [path, content] of Object.entries(treeOf("home/colo")))
    if (path.includes("/ipv6-home/sites/")) files[path] = { content, mode: 0o644 };
  const trees = { tayga: treeOf("colo/colo"), jool: treeOf("colo-jool/colo") };
  const all = [
    ...Object.entries(trees).map(([name, tree]) => [name, Object.entries(tree)] as const),
    ...Object.entries(others).map(
      ([name, list]) => [name, list.map(({ path, content }) => [path, content] as const)] as const,
    ),
  ];
  for (const [name, list] of all)
    for (const [path, content] of list)
      if (/^\/etc\/.*(nat64|tayga|jool|firewall)/.test(path))
        files[`/srv/lab/${name}${path}`] = { content, mode: 0o644 };
  return files;
}

/** The colo is the machine itself; around it are a laptop behind the tunnel, whose ends know each other as those of a
 * real one do, a phone that reaches all by the laptop, the provider's router and a web server. */
export const wiring = `set -e
modprobe tun
for each in laptop phone isp web; do ip netns add $each; ip -n $each link set lo up; done
ip link add ens3 type veth peer name colo netns isp
ip link add vpn1-0 mtu 1440 address 02:00:5e:00:00:0c type veth peer name vpn0 mtu 1440 address 02:00:5e:00:00:0a netns laptop
ip -n laptop link add phone mtu 1440 type veth peer name laptop mtu 1440 netns phone
ip -n isp link add web type veth peer name isp netns web
ip -batch - <<END
address add ${coloIpv4}/24 dev ens3
address add 2001:db8:c010::2/64 dev ens3 nodad
link set ens3 up
route add default via 198.51.100.1
route add ::/0 via 2001:db8:c010::1
address add fe80::c/64 dev vpn1-0 nodad
address add fd00:cafe:f00d::1/128 dev vpn1-0 nodad
link set vpn1-0 up
neighbour replace fe80::a lladdr 02:00:5e:00:00:0a dev vpn1-0 nud permanent
route add 2001:db8:beef:100::/56 via fe80::a dev vpn1-0
END
ip -n isp -batch - <<END
address add 198.51.100.1/24 dev colo
address add 2001:db8:c010::1/64 dev colo nodad
link set colo up
address add 11.0.3.1/24 dev web
address add 2001:db8:46::1/64 dev web nodad
link set web up
route add 2001:db8:beef::/48 via 2001:db8:c010::2
# Tayga translates no error of a documentation address.
route replace 198.51.100.0/24 dev colo src 11.0.3.1
END
ip -n web -batch - <<END
address add ${web.four}/24 dev isp
address add ${web.native}/64 dev isp nodad
link set isp up
route add default via 11.0.3.1
route add ::/0 via 2001:db8:46::1
END
ip -n laptop -batch - <<END
address add fe80::a/64 dev vpn0 nodad
address add ${laptopIpv6}/64 dev vpn0 nodad
link set vpn0 up
neighbour replace fe80::c lladdr 02:00:5e:00:00:0c dev vpn0 nud permanent
route add ::/0 via fe80::c dev vpn0
address add fe80::1/64 dev phone nodad
link set phone up
route add ${phoneIpv6}/128 dev phone
END
ip -n phone -batch - <<END
address add ${phoneIpv6}/128 dev laptop nodad
link set laptop up
route add fe80::1/128 dev laptop
route add ::/0 via fe80::1 dev laptop
END
for each in "" "ip netns exec isp" "ip netns exec laptop"; do $each sysctl -q net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1; done
ip netns exec web python3 /srv/lab/peer.py serve 7000 </dev/null >/dev/null 2>&1 &
ip netns exec laptop python3 /srv/lab/peer.py serve 22 </dev/null >/dev/null 2>&1 &
ip netns exec laptop python3 /srv/lab/peer.py serve 27015 </dev/null >/dev/null 2>&1 &`;

/** As converge does it: the unit stops by its old definition, files change, it starts by its new one. */
export const become = (name: "tayga" | "jool" | "spare"): string =>
  `set -e; systemctl stop ${nat64Unit} 2>/dev/null || :; cp -R /srv/lab/${name}/. /; systemctl daemon-reload; ` +
  `nft --file /etc/ipv6-home/firewall.nft; systemctl start ${nat64Unit}`;

/** A question of `peer.py`, asked in a namespace or on the colo itself. */
export const ask = (
  place: "laptop" | "phone" | "web" | "colo",
  host: string,
  port: number,
  whats: string,
): string =>
  `${place === "colo" ? "" : `ip netns exec ${place} `}python3 /srv/lab/peer.py ask ${host} ${port} ${whats}`;
