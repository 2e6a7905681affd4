import { exec } from "../../lab/lab";
import { patience } from "../../lab/machines";
import { capture } from "./capture";
import { closeEngine, sh, trySh, until } from "./support";

afterAll(closeEngine);

const throughTunnel = () => trySh("home", "ping -6 -c 1 -W 1 fd00:cafe:f00d::1");
const tunnelWorks = (withinSec: number) =>
  until("the colo answers through the tunnel", withinSec, async () => (await throughTunnel()).code === 0);

describe("tunnel", () => {
  it("has fresh handshakes at both ends, and the colo sees the ISP's NAT44", async () => {
    await tunnelWorks(10);
    for (const [host, device] of [
      ["home", "vpn0"],
      ["colo", "vpn1-0"],
    ] as const) {
      const age = Number(
        await sh(host, `echo $(( $(date +%s) - $(wg show ${device} latest-handshakes | cut -f 2) ))`),
      );
      expect(age).toBeLessThan(180);
    }
    expect(await sh("colo", "wg show vpn1-0 endpoints")).toContain("11.0.2.2:");
    expect(await sh("home", "wg show vpn0 endpoints")).toContain("11.0.1.2:51820");
    expect(await sh("home", "wg show vpn0 persistent-keepalive")).toMatch(/\t25$/m);
    expect(await sh("home", "wg show vpn0 preshared-keys")).not.toContain("(none)");
  });

  it("keeps key files for root alone", async () => {
    for (const [host, device] of [
      ["home", "vpn0"],
      ["colo", "vpn1-0"],
    ] as const) {
      const modes = await sh(
        host,
        `stat -c '%a %U %n' /etc/ipv6-home/keys/${device} /etc/ipv6-home/keys/${device}/*.key`,
      );
      expect(
        modes
          .trim()
          .split("\n")
          .map((line) => line.split(" ").slice(0, 2).join(" ")),
      ).toEqual(["700 root", "600 root", "600 root"]);
    }
  });

  it("stops and starts clean", async () => {
    await sh("home", "systemctl stop ipv6-home-vpn0");
    expect((await trySh("home", "ip link show vpn0")).code).not.toBe(0);
    expect((await trySh("home", "pgrep wireguard-go")).code).not.toBe(0);
    expect((await throughTunnel()).code).not.toBe(0);
    await sh("home", "systemctl start ipv6-home-vpn0");
    await tunnelWorks(15);
    await sh("colo", "systemctl restart ipv6-home-vpn1-0");
    await tunnelWorks(30);
  }, 90_000);

  it("comes back by itself when the device is gone", async () => {
    await sh("home", "ip link delete vpn0");
    await until(
      "systemd has built the device anew",
      15,
      async () => (await trySh("home", "wg show vpn0")).code === 0,
    );
    await tunnelWorks(15);
  }, 60_000);

  it("survives that the ISP's NAT44 forgets it", async () => {
    await sh("isp", "conntrack -F");
    await tunnelWorks(40);
  }, 60_000);
});

describe("no way past the tunnel", () => {
  it("LAN IPv6 stops when the tunnel is down, and no IPv6 leaves by the ISP", async () => {
    const online = async () => (await trySh("laptop", "ping -6 -c 1 -W 2 2001:db8:6::2")).code === 0;
    await until("the laptop is online", 10, online);
    // The way out that a careless gateway would take: IPv6 by the ISP.
    await sh(
      "isp",
      "sysctl -qw net.ipv6.conf.home.disable_ipv6=0; ip -6 address replace fe80::1/64 dev home nodad",
    );
    await sh("home", "systemctl stop ipv6-home-vpn0; ip -6 route replace default via fe80::1 dev enp2s0");
    // One that does leave this way, as a leak would: the gateway's own, from an address of its WAN port.
    const mark = (address: string) =>
      sh(
        "home",
        `ip -6 address replace ${address}/128 dev enp2s0 nodad; ping -6 -c 1 -W 1 -I ${address} fe80::1%enp2s0 || true
         ip -6 address delete ${address}/128 dev enp2s0`,
      );
    try {
      const seen = await capture("isp", "home", "ip6 and src net 2001:db8::/32", async (sees) => {
        await mark("2001:db8:fade::1");
        await sees(/ 2001:db8:fade::1 > fe80::1:/);
        const { stdout } = await trySh(
          "laptop",
          "ping -6 -c 2 -W 1 2001:db8:6::2; curl -sS -m 2 http://[2001:db8:6::2]/hello",
          20,
        );
        expect(stdout).toMatch(/unreachable/i);
        await mark("2001:db8:fade::2");
        await sees(/ 2001:db8:fade::2 > fe80::1:/);
      });
      expect(seen.filter((packet) => !packet.includes(" 2001:db8:fade::"))).toEqual([]);
    } finally {
      await sh("home", "ip -6 route delete default via fe80::1 dev enp2s0; systemctl start ipv6-home-vpn0");
      await sh("isp", "ip -6 address delete fe80::1/64 dev home");
    }
    await tunnelWorks(15);
    expect((await trySh("laptop", "ping -6 -c 1 -W 2 2001:db8:6::2")).code).toBe(0);
  }, 90_000);

  it("the gateway's own IPv4 stays with the ISP", async () => {
    const http = "exec 3<>/dev/tcp/11.0.3.2/80; printf 'GET /hello HTTP/1.0\\r\\n\\r\\n' >&3; cat <&3";
    const { stdout } = await exec("home", ["bash", "-c", http]);
    expect(stdout).toContain("hello from web4 to 11.0.2.2");
  });

  it("sysctls are those of a router that takes no advertisements", async () => {
    const get = (host: "colo" | "home", key: string) =>
      sh(host, `sysctl -n ${key}`).then((text) => text.trim());
    expect(await get("home", "net.ipv6.conf.all.forwarding")).toBe("1");
    for (const device of ["enp1s0", "enp2s0", "enp3s0"])
      expect(await get("home", `net.ipv6.conf.${device}.accept_ra`)).toBe("0");
    expect(await get("home", "net.ipv4.conf.enp1s0.rp_filter")).toBe("1");
    expect(await get("home", "net.ipv4.conf.enp2s0.rp_filter")).toBe("2");
    expect(await get("colo", "net.ipv6.conf.all.forwarding")).toBe("1");
    expect(await get("colo", "net.ipv4.ip_forward")).toBe("1");
    expect(await get("colo", "net.ipv4.conf.nat64.rp_filter")).toBe("1");
    expect(await get("colo", "net.ipv6.conf.ens3.accept_ra")).toBe("0");
  });
});

describe("routed prefix", () => {
  /** Packets that a device has carried, both ways. */
  const packets = async (host: "colo" | "home", device: string) =>
    Number(
      await sh(
        host,
        `cat /sys/class/net/${device}/statistics/[rt]x_packets | paste -sd+ | sed 's/^/echo $((/; s/$/))/' | sh`,
      ),
    );

  it("the unused rest of the /56 is unreachable at the home and does not loop", async () => {
    const before = await packets("colo", "vpn1-0");
    const { stdout } = await trySh("web6", "ping -6 -c 1 -W 3 2001:db8:beef:1fe::1");
    expect(stdout).toMatch(/unreachable/i);
    // A loop makes some seventy; a slow host has more of its own in that time.
    expect((await packets("colo", "vpn1-0")) - before).toBeLessThanOrEqual(6 * patience());
  });

  it("the unused rest of the /48 is unreachable at the colo and does not loop", async () => {
    const before = await packets("colo", "ens3");
    const { stdout } = await trySh("web6", "ping -6 -c 1 -W 3 2001:db8:beef:200::1");
    expect(stdout).toMatch(/From 2001:db8:.*unreachable/i);
    expect((await packets("colo", "ens3")) - before).toBeLessThanOrEqual(12);
  });

  it("a machine at home cannot send from somebody else's address", async () => {
    const dropped = async () =>
      Number(
        /lan_sources counter packets (\d+)/.exec(
          await sh("home", "nft list chain inet ipv6_home source_validation"),
        )?.[1],
      );
    await sh("laptop", "ip -6 address add 2001:db8:bad:1::1/64 dev eth0 nodad");
    const before = await dropped();
    expect((await trySh("laptop", "ping -6 -c 2 -W 1 -I 2001:db8:bad:1::1 2001:db8:6::2")).code).not.toBe(0);
    expect(await dropped()).toBeGreaterThan(before);
    await sh("laptop", "ip -6 address delete 2001:db8:bad:1::1/64 dev eth0");
  });

  it("a site cannot send from outside its own /56, not even with the firewall of its gateway off", async () => {
    const dropped = async () =>
      Number(
        /vpn\*" counter packets (\d+)/.exec(
          await sh("colo", "nft list chain inet ipv6_home source_validation"),
        )?.[1],
      );
    const before = await dropped();
    const ping = () => trySh("home", "ping -6 -c 2 -W 1 -I 2001:db8:beef:200::5 2001:db8:6::2");
    await sh(
      "home",
      "ip -6 address replace 2001:db8:beef:200::5/128 dev lo; ip -6 rule add from 2001:db8:beef:200::5 table vpn priority 999",
    );
    try {
      // WireGuard's AllowedIPs are the first wall, the ruleset is the second: nothing is left for it to drop ...
      expect((await ping()).code).not.toBe(0);
      expect(await dropped()).toBe(before);
      // ... until they are gone.
      await sh("colo", "wg set vpn1-0 peer $(wg show vpn1-0 peers) allowed-ips ::/0");
      expect((await ping()).code).not.toBe(0);
      expect(await dropped()).toBeGreaterThan(before);
    } finally {
      await sh(
        "colo",
        "wg set vpn1-0 peer $(wg show vpn1-0 peers) allowed-ips 2001:db8:beef:100::/56,fd00:cafe:f00d::2/128",
      );
      await sh(
        "home",
        "ip -6 rule delete from 2001:db8:beef:200::5 table vpn priority 999; ip -6 address delete 2001:db8:beef:200::5/128 dev lo",
      );
    }
  }, 60_000);

  it("nobody outside can speak for a machine at home", async () => {
    const dropped = async () =>
      Number(
        /ip6 saddr \{[^}]*\} counter packets (\d+)/.exec(
          await sh("colo", "nft list chain inet ipv6_home source_validation"),
        )?.[1],
      );
    const before = await dropped();
    await sh("attacker", "ip -6 address add 2001:db8:beef:102::66/128 dev eth0 nodad");
    await trySh("attacker", "ping -6 -c 2 -W 1 -I 2001:db8:beef:102::66 2001:db8:beef:101:0:ff:fe00:102");
    await sh("attacker", "ip -6 address delete 2001:db8:beef:102::66/128 dev eth0");
    expect(await dropped()).toBeGreaterThan(before);
  });
});
