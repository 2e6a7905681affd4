import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { run } from "../../../lab/run";
import { python } from "../../../lab/verify";
import { namespaceOf, type Place } from "../../../lab/topology";
import { sh, trySh, until } from "../support";

/** Something that breaks: how it comes, how it goes, and what the program must call it. */
export interface Fault {
  readonly title: string;
  /** Id of the cause (assets/verify/causes.py). */
  readonly cause: string;
  /** From where it is looked at. */
  readonly from: "laptop" | "phone";
  readonly inject: () => Promise<unknown>;
  readonly repair: () => Promise<unknown>;
}

const switchNamespace = namespaceOf("switch");
const onSwitch = (...argv: string[]) => run(["ip", "netns", "exec", switchNamespace, ...argv]);

/** Packets that a place drops: a table of its own, so that nothing of the project's is touched. */
const drops = (place: Place, hook: "input" | "output" | "forward", ...rules: string[]) => ({
  inject: () =>
    sh(
      place,
      `nft 'table inet fault { chain c { type filter hook ${hook} priority -10; ${rules.map((rule) => `${rule} drop;`).join(" ")} }; }'`,
    ),
  repair: () => sh(place, "nft delete table inet fault"),
});

/** A unit that somebody has stopped. */
const stopped = (place: "colo" | "home", unit: string) => ({
  inject: () => sh(place, `systemctl stop ${unit}`),
  repair: () => sh(place, `systemctl start ${unit}`),
});

/** A configuration file that somebody has edited. */
const edited = (place: "colo" | "home", path: string, script: string, unit: string) => ({
  inject: () =>
    sh(place, `cp -a ${path} /root/kept && sed -i '${script}' ${path} && systemctl restart ${unit}`),
  repair: () => sh(place, `cp -a /root/kept ${path} && rm /root/kept && systemctl restart ${unit}`),
});

let tampering: ChildProcess | undefined;

/** Makes a machine hear the gateway now. */
const solicit = (place: "laptop" | "phone") => sh(place, "rdisc6 -1 -q -w 3000 -r 2 eth0");

const guard =
  "table bridge fault { chain c { type filter hook forward priority 0; iifname home1 icmpv6 type nd-router-advert drop; }; }";

/** Router advertisements that say something else than the gateway means; see tamper.py. */
function tampered(from: "laptop" | "phone", settled: string, restored: string, ...changes: string[]) {
  return {
    inject: async () => {
      await onSwitch("nft", guard);
      const script = join(__dirname, "tamper.py");
      const child = spawn(
        "ip",
        ["netns", "exec", switchNamespace, python, script, "home1", "laptop,phone", ...changes],
        { stdio: ["ignore", "pipe", "inherit"] },
      );
      tampering = child;
      await once(child.stdout, "data");
      await solicit(from);
      await until(
        `the machine has heard it: ${settled}`,
        10,
        async () => (await trySh(from, settled)).code === 0,
      );
    },
    repair: async () => {
      if (tampering?.exitCode === null) {
        const ended = once(tampering, "exit");
        tampering.kill();
        await ended;
      }
      await onSwitch("nft", "delete table bridge fault");
      await Promise.all([solicit("laptop"), solicit("phone")]);
      await until(`it is over: ${restored}`, 10, async () => (await trySh(from, restored)).code === 0);
    },
  };
}

/** The ISP has IPv6 all of a sudden, and the gateway sends the LAN's by it. */
const leak = {
  inject: async () => {
    await sh(
      "isp",
      "sysctl -qw net.ipv6.conf.all.disable_ipv6=0 net.ipv6.conf.home.disable_ipv6=0 net.ipv6.conf.upstream.disable_ipv6=0 net.ipv6.conf.all.forwarding=1; ip -6 addr add 2001:db8:15b::1/64 dev home nodad; ip -6 addr add 2001:db8:15c::2/64 dev upstream nodad; ip -6 route add default via 2001:db8:15c::1",
    );
    await sh(
      "internet",
      "sysctl -qw net.ipv6.conf.isp.disable_ipv6=0; ip -6 addr add 2001:db8:15c::1/64 dev isp nodad; ip -6 route add 2001:db8:15b::/64 via 2001:db8:15c::2",
    );
    await sh(
      "home",
      "ip -6 addr add 2001:db8:15b::2/64 dev enp2s0 nodad; ip -6 route add default via 2001:db8:15b::1 dev enp2s0 table vpn metric 1; nft insert rule inet ipv6_home forward oifname enp2s0 accept; nft insert rule inet ipv6_home source_validation iifname enp2s0 return; nft 'table ip6 fault { chain c { type nat hook postrouting priority srcnat; oifname enp2s0 masquerade; }; }'",
    );
    await until("traffic leaves there", 15, async () =>
      (await trySh("phone", "curl -sS -m 1 'http://[2001:db8:6::2]/hello'")).stdout.includes("2001:db8:15b:"),
    );
  },
  repair: async () => {
    await sh(
      "home",
      "nft delete table ip6 fault; systemctl reload ipv6-home-firewall; ip -6 route del default via 2001:db8:15b::1 dev enp2s0 table vpn metric 1; ip -6 addr del 2001:db8:15b::2/64 dev enp2s0",
    );
    await sh(
      "internet",
      "ip -6 route del 2001:db8:15b::/64; ip -6 addr del 2001:db8:15c::1/64 dev isp; sysctl -qw net.ipv6.conf.isp.disable_ipv6=1",
    );
    await sh(
      "isp",
      "ip -6 route del default; sysctl -qw net.ipv6.conf.all.forwarding=0 net.ipv6.conf.home.disable_ipv6=1 net.ipv6.conf.upstream.disable_ipv6=1 net.ipv6.conf.all.disable_ipv6=1",
    );
  },
};

/** A second DHCPv4-like way: the gateway's box gives the LAN IPv4 of the ISP. */
const ipv4Beside = {
  inject: async () => {
    await sh(
      "home",
      "sysctl -qw net.ipv4.ip_forward=1; ip addr add 192.168.77.1/24 dev enp1s0; nft insert rule inet ipv6_home forward meta nfproto ipv4 accept; nft 'table ip fault { chain c { type nat hook postrouting priority srcnat; oifname enp2s0 masquerade; }; }'",
    );
    await sh("laptop", "ip addr add 192.168.77.2/24 dev eth0; ip route add default via 192.168.77.1");
  },
  repair: async () => {
    await sh("laptop", "ip route del default via 192.168.77.1; ip addr del 192.168.77.2/24 dev eth0");
    await sh(
      "home",
      "nft delete table ip fault; systemctl reload ipv6-home-firewall; ip addr del 192.168.77.1/24 dev enp1s0; sysctl -qw net.ipv4.ip_forward=0",
    );
  },
};

const hasDefault = "ip -6 route show default | grep -q .";

/** All faults, from the far end to the near one. `tunnel` is the home's interface, `site` the colo's. */
export const faults = (tunnel: string, site: string): readonly Fault[] => [
  {
    title: "the tunnel's unit is stopped at the home",
    cause: "tunnel-down",
    from: "laptop",
    ...stopped("home", `ipv6-home-${tunnel}`),
  },
  {
    title: "the ISP drops the tunnel's packets",
    cause: "tunnel-silent",
    from: "laptop",
    ...drops("isp", "forward", "udp dport 51820", "udp sport 51820"),
  },
  {
    title: "the colo's route to the site is missing",
    cause: "colo-route",
    from: "laptop",
    inject: () => sh("colo", `ip -6 route del 2001:db8:beef:100::/56 dev ${site}`),
    repair: () => sh("colo", `ip -6 route replace 2001:db8:beef:100::/56 dev ${site} metric 1024`),
  },
  {
    title: "the home's firewall lets no TCP and UDP through",
    cause: "firewall-forward",
    from: "phone",
    ...drops("home", "forward", "iifname enp1s0 meta l4proto { tcp, udp }"),
  },
  {
    title: "the home's firewall lets nothing through",
    cause: "firewall-forward",
    from: "laptop",
    ...drops("home", "forward", "iifname enp1s0"),
  },
  {
    title: "the translator is stopped",
    cause: "nat64-dead",
    from: "laptop",
    ...stopped("colo", "ipv6-home-nat64"),
  },
  {
    title: "the colo's NAT44 is missing",
    cause: "nat44",
    from: "phone",
    inject: () => sh("colo", "nft flush chain inet ipv6_home nat64_source"),
    repair: () => sh("colo", "systemctl reload ipv6-home-firewall"),
  },
  {
    title: "the colo's resolver is stopped",
    cause: "dns64-dead",
    from: "laptop",
    ...stopped("colo", "ipv6-home-dns64"),
  },
  {
    title: "the colo's resolver does not synthesise",
    cause: "no-synthesis",
    from: "phone",
    ...edited("colo", "/etc/bind/ipv6-home.conf", "/^\\tdns64 /,/^\\t};/d", "ipv6-home-dns64"),
  },
  {
    title: "the gateway forwards to another resolver",
    cause: "gateway-forwards-elsewhere",
    from: "laptop",
    ...edited(
      "home",
      "/etc/ipv6-home/dnsmasq.conf",
      "s/^server=2001:db8:beef::53$/server=2001:db8:53::53/",
      "ipv6-home-dnsmasq",
    ),
  },
  {
    title: "the colo has no IPv6 to the internet",
    cause: "colo-uplink6",
    from: "phone",
    ...drops("internet", "forward", "meta nfproto ipv6"),
  },
  {
    title: "the path between the ends carries less than planned",
    cause: "tunnel-mtu",
    from: "phone",
    ...drops("isp", "forward", "ip length > 1460"),
  },
  {
    title: "Packet Too Big is filtered",
    cause: "too-big-filtered",
    from: "laptop",
    inject: async () => {
      await drops("colo", "output", "icmpv6 type packet-too-big").inject();
      // What the servers have heard before must not hide it.
      await Promise.all((["web6", "web46"] as const).map((place) => sh(place, "ip -6 route flush cache")));
    },
    repair: () => sh("colo", "nft delete table inet fault"),
  },
  { title: "traffic leaves by the ISP's IPv6", cause: "leak", from: "phone", ...leak },
  { title: "there is IPv4 beside the tunnel", cause: "ipv4-beside", from: "laptop", ...ipv4Beside },
  {
    title: "dnsmasq is stopped",
    cause: "dnsmasq-dead",
    from: "laptop",
    ...stopped("home", "ipv6-home-dnsmasq"),
  },
  {
    title: "the gateway's router advertisements do not come",
    cause: "ra-dead",
    from: "phone",
    ...drops("home", "output", "icmpv6 type nd-router-advert"),
  },
  {
    title: "DHCPv6 is not let in",
    cause: "dhcp6-dead",
    from: "laptop",
    ...drops("home", "input", "udp dport 547"),
  },
  {
    title: "the lease's name is lost",
    cause: "own-name",
    from: "laptop",
    ...edited("home", "/var/lib/ipv6-home-dnsmasq/leases", "/ laptop /d", "ipv6-home-dnsmasq"),
  },
  {
    title: "the machine asks a name server of the internet",
    cause: "foreign-resolver",
    from: "phone",
    inject: () =>
      sh("phone", "cp /etc/resolv.conf /run/kept; echo nameserver 2001:db8:53::53 >/etc/resolv.conf"),
    repair: () => sh("phone", "cat /run/kept >/etc/resolv.conf; rm /run/kept"),
  },
  {
    title: "a VPN of this machine takes all that it sends",
    cause: "own-detour",
    from: "laptop",
    // As wg-quick(8) does it: a table of its own, which the main one shows nothing of.
    inject: () =>
      sh(
        "laptop",
        "ip link add wg0 type veth peer name wg9; ip link set wg9 up; ip link set wg0 up; ip -6 addr add 2001:db8:c0de::5/128 dev wg0 nodad; ip -6 route add default dev wg0 table 51820; ip -6 rule add not fwmark 51820 table 51820; ip -6 rule add table main suppress_prefixlength 0",
      ),
    repair: () =>
      sh(
        "laptop",
        "ip -6 rule del table main suppress_prefixlength 0; ip -6 rule del not fwmark 51820 table 51820; ip link del wg0",
      ),
  },
  {
    title: "another router advertises itself",
    cause: "rogue-router",
    from: "laptop",
    inject: async () => {
      await run([
        "ip",
        "netns",
        "exec",
        namespaceOf("phone"),
        python,
        join(__dirname, "rogue.py"),
        "eth0",
        "1800",
      ]);
      await until("the laptop has it", 10, async () =>
        (await sh("laptop", "ip -6 route show default")).includes("fe80::ff:fe00:102"),
      );
    },
    repair: async () => {
      await run([
        "ip",
        "netns",
        "exec",
        namespaceOf("phone"),
        python,
        join(__dirname, "rogue.py"),
        "eth0",
        "0",
      ]);
      await until(
        "the laptop has dropped it",
        10,
        async () => !(await sh("laptop", "ip -6 route show default")).includes("fe80::ff:fe00:102"),
      );
    },
  },
  {
    title: "router advertisements tell another MTU",
    cause: "ra-mtu",
    from: "phone",
    ...tampered(
      "phone",
      "grep -qx 1500 /proc/sys/net/ipv6/conf/eth0/mtu",
      "grep -qx 1440 /proc/sys/net/ipv6/conf/eth0/mtu",
      "mtu=1500",
    ),
  },
  {
    title: "router advertisements name no resolver",
    cause: "ra-no-rdnss",
    from: "phone",
    ...tampered("phone", "true", "true", "without=25"),
  },
  {
    title: "their lifetimes are for ever",
    cause: "ra-lifetimes",
    from: "phone",
    ...tampered("phone", "true", "true", "preferred=604800", "valid=2592000"),
  },
  {
    title: "the gateway is no default router",
    cause: "no-default-router",
    from: "phone",
    ...tampered("phone", `! ${hasDefault}`, hasDefault, "router-lifetime=0"),
  },
  {
    title: "the gateway withdraws the prefix",
    cause: "address-deprecated",
    from: "phone",
    ...tampered(
      "phone",
      // A prefix of before, which other tests have left, is deprecated in any case.
      "ip -6 addr show dev eth0 to 2001:db8:beef:101::/64 | grep -q deprecated",
      "! ip -6 addr show dev eth0 to 2001:db8:beef:101::/64 | grep -q deprecated",
      "preferred=0",
    ),
  },
  {
    title: "the gateway does not answer",
    cause: "gateway-down",
    from: "phone",
    inject: () =>
      onSwitch(
        "nft",
        "table bridge fault { chain c { type filter hook forward priority 0; iifname home1 drop; }; }",
      ),
    repair: () => onSwitch("nft", "delete table bridge fault"),
  },
];
