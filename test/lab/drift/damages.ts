import type { HostName } from "../../../lab/topology";

/** Something that a person or a program does to a host by hand. */
export interface Damage {
  readonly host: HostName;
  /** Whose it is; the project's name for it on that host. */
  readonly component: string;
  /** A shell line that does it. */
  readonly by: string;
  /** What the report of that component then says, among others. */
  readonly seen: RegExp;
}

const library = "/usr/local/lib/ipv6-home";
const units = "/etc/systemd/system";
const elements = "/etc/ipv6-home/sites";

const damage = (host: HostName, component: string, by: string, seen: RegExp): Damage => ({
  host,
  component,
  by,
  seen,
});

/** Kinds of damage in rounds: in each, every component is damaged at most once. */
export const rounds: readonly (readonly Damage[])[] = [
  [
    damage("colo", "host", `echo '# mine' >>${library}/preflight`, /^\+# mine$/),
    damage(
      "colo",
      "firewall",
      "nft add rule inet ipv6_home input tcp dport 23 accept",
      /^\+\s+tcp dport 23 accept$/,
    ),
    damage(
      "colo",
      "prefix",
      "ip -6 route delete unreachable 2001:db8:beef::/48",
      /^-unreachable 2001:db8:beef::\/48/,
    ),
    damage("colo", "nat64", "ip -6 route delete 64:ff9b::/96", /^-64:ff9b::\/96/),
    damage("colo", "dns64", "ip -6 address delete 2001:db8:beef::53/128 dev lo", /^-lo .*2001:db8:beef::53/),
    damage(
      "colo",
      "site-vpn1-0",
      "ip -6 route delete 2001:db8:beef:100::/56 dev vpn1-0",
      /^-2001:db8:beef:100::\/56/,
    ),
    damage("home", "firewall", "nft flush chain inet ipv6_home forward", /^-\s+.*accept$/),
    damage("home", "prefix", "ip -6 rule delete priority 1000", /^-1000:/),
    damage(
      "home",
      "lan",
      "ip -6 address delete 2001:db8:beef:101::1/64 dev enp1s0",
      /^-enp1s0 .*2001:db8:beef:101::1/,
    ),
    damage("home", "tunnel-vpn0", "wg set vpn0 listen-port 4444", /^\+4444$/),
    damage(
      "home",
      "tunnel-vpn0-key",
      "chmod 0644 /etc/ipv6-home/keys/vpn0/private.key",
      /^\+ .*private\.key: 0644/,
    ),
  ],
  [
    damage("colo", "host", `chmod 0700 ${library}/files`, /^\+ .*\/files: 0700 root:root$/),
    damage("colo", "firewall", "echo '# mine' >>/etc/ipv6-home/firewall.nft", /^\+# mine$/),
    damage(
      "colo",
      "prefix",
      "sysctl -q net.ipv6.conf.all.forwarding=0",
      /^\+ net\.ipv6\.conf\.all\.forwarding = 0$/,
    ),
    damage("colo", "nat64", "ip link set dev nat64 mtu 1280", /^\+1280$/),
    damage("colo", "dns64", "systemctl stop ipv6-home-dns64", /^\+ ipv6-home-dns64\.service: inactive$/),
    damage(
      "colo",
      "site-vpn1-0",
      "wg set vpn1-0 peer $(wg show vpn1-0 peers) allowed-ips ''",
      /^\+.*\(none\)$/,
    ),
    damage(
      "home",
      "firewall",
      "systemctl stop ipv6-home-firewall",
      /^\+ ipv6-home-firewall\.service: inactive$/,
    ),
    damage(
      "home",
      "prefix",
      "rm /etc/iproute2/rt_tables.d/ipv6-home.conf",
      /^- \/etc\/iproute2\/rt_tables\.d\/ipv6-home\.conf$/,
    ),
    damage("home", "lan", "ip link set dev enp3s0 down", /^\+ enp3s0: down$/),
    damage("home", "tunnel-vpn0", "ip -6 route delete default dev vpn0 table 51820", /^-default src/),
    damage(
      "home",
      "tunnel-vpn0-key",
      "echo >>/etc/ipv6-home/keys/vpn0/peer.pub",
      /^! .*peer\.pub: its content differs/,
    ),
  ],
  [
    damage("colo", "host", `echo x >${library}/mine`, /^\+ \/usr\/local\/lib\/ipv6-home\/mine$/),
    damage(
      "colo",
      "firewall",
      "nft add element inet ipv6_home management4 '{ 203.0.113.0/24 }'",
      /^\+.*203\.0\.113\.0\/24/,
    ),
    damage(
      "colo",
      "prefix",
      `chown nobody ${units}/ipv6-home-prefix.service`,
      /^\+ .*prefix\.service: 0644 nobody:root$/,
    ),
    damage(
      "colo",
      "nat64",
      "systemctl disable -q ipv6-home-nat64",
      /^\+ ipv6-home-nat64\.service: disabled$/,
    ),
    damage("colo", "dns64", "rm /etc/bind/ipv6-home.conf", /^- \/etc\/bind\/ipv6-home\.conf$/),
    damage("colo", "site-vpn1-0", `rm ${elements}/site-vpn1-0.nft`, /^- .*site-vpn1-0\.nft$/),
    damage("home", "firewall", "nft delete table inet ipv6_home", /^- table inet ipv6_home$/),
    damage(
      "home",
      "prefix",
      "ip -6 address delete 2001:db8:beef:100::1/128 dev lo",
      /^-lo .*2001:db8:beef:100::1/,
    ),
    damage("home", "lan", "sed -i s/^local=.*// /etc/ipv6-home/dnsmasq.conf", /^-local=/),
    damage("home", "tunnel-vpn0", "ip link set dev vpn0 mtu 1300", /^\+1300$/),
    damage("home", "tunnel-vpn0-key", "touch /etc/ipv6-home/keys/vpn0/mine", /^\+ .*keys\/vpn0\/mine$/),
  ],
  [
    damage("colo", "host", "rm /etc/systemd/networkd.conf.d/60-ipv6-home.conf", /^- .*60-ipv6-home\.conf$/),
    damage(
      "colo",
      "firewall",
      `echo 'add element inet ipv6_home tunnel_ports { 9 }' >${elements}/mine.nft`,
      /^\+ .*mine\.nft$/,
    ),
    damage(
      "colo",
      "prefix",
      `ln -sf /dev/null ${units}/ipv6-home-prefix.service`,
      /^\+ .*prefix\.service: a symbolic link$/,
    ),
    damage(
      "colo",
      "nat64",
      "sysctl -q net.ipv4.conf.nat64.rp_filter=0",
      /^\+net\.ipv4\.conf\.nat64\.rp_filter = 0$/,
    ),
    damage(
      "colo",
      "dns64",
      `mkdir ${units}/ipv6-home-dns64.service.d; printf '[Service]\\nNice=5\\n' >${units}/ipv6-home-dns64.service.d/mine.conf`,
      /^\+ .*ipv6-home-dns64\.service\.d\/mine\.conf$/,
    ),
    damage(
      "colo",
      "site-vpn1-0",
      "ip address add 192.0.2.1/32 dev vpn1-0; wg set vpn1-0 peer $(wg show vpn1-0 peers) persistent-keepalive 3",
      /^\+.*\t3$/,
    ),
    damage(
      "home",
      "firewall",
      "sysctl -q net.netfilter.nf_conntrack_udp_timeout=7",
      /^\+net\.netfilter\.nf_conntrack_udp_timeout = 7$/,
    ),
    damage("home", "prefix", "ip -6 rule add from 2001:db8:beef:100::/56 table vpn priority 7", /^\+7:/),
    damage(
      "home",
      "lan",
      "ip -6 route delete 2001:db8:beef:102::/64 dev enp3s0 table vpn",
      /^-2001:db8:beef:102::\/64/,
    ),
    damage("home", "tunnel-vpn0", "systemctl stop ipv6-home-vpn0", /^\+ ipv6-home-vpn0\.service: inactive$/),
    damage("home", "tunnel-vpn0-key", "rm /etc/ipv6-home/keys/vpn0/preshared.key", /^- .*preshared\.key$/),
  ],
  [
    damage(
      "home",
      "lan",
      "cd /etc/ipv6-home; rm dnsmasq.conf; mkfifo dnsmasq.conf",
      /^\+ \/etc\/ipv6-home\/dnsmasq\.conf: a fifo$/,
    ),
    damage("colo", "dns64", "cd /etc/bind; ln -f named.conf ipv6-home.conf", /^\+ *include /),
  ],
];
