import { restartClients } from "../../../lab/clients";
import { rebootHost } from "../../../lab/lab";
import { run } from "../../../lab/run";
import { hostNames, namespaceOf } from "../../../lab/topology";
import { plugCable, pullCable } from "../../../lab/wiring";
import { sh, until } from "../support";
import { bothHosts, cable, count, endpoint, grows, leased, online, roam, times, type Event } from "./event";

/**
 * A day, in the order of its events. Its clock is not moved: the hosts of the lab share the machine's, and a time
 * namespace has no other wall clock (time_namespaces(7)). What a clock changes, leases, keys and logs that expire, is
 * made to happen here instead.
 */
export const day: readonly Event[] = [
  {
    what: "leases and router advertisements are renewed",
    happen: () =>
      grows(
        "answers by DHCPv6",
        () => count("home", "journalctl -u ipv6-home-dnsmasq -o cat | grep -c DHCPREPLY || true"),
        () =>
          times(5, async () => {
            await restartClients();
            await leased();
          }),
      ),
  },
  {
    what: "strangers come to the LAN and leave",
    happen: async () => {
      const each = (then: string) =>
        sh("laptop", `for i in $(seq 10 59); do a=2001:db8:beef:101::9$i; ${then}; done`, 60);
      await each(
        "ip -6 address add $a/64 dev eth0 nodad; ping -6 -c 1 -W 2 -I $a 2001:db8:beef:101::1 >/dev/null",
      );
      const met = await count(
        "home",
        "ip -6 neigh show dev enp1s0 | grep -c '^2001:db8:beef:101::9' || true",
      );
      await each("ip -6 address delete $a/64 dev eth0");
      if (met < 40) throw new Error(`the home has met ${met} of 50`);
      return `${met} neighbours`;
    },
  },
  {
    what: "sessions run through the translator, the tunnel and the resolver",
    happen: async () => {
      const done = await sh(
        "laptop",
        `for i in $(seq 60); do
           curl -sS -m 8 http://[64:ff9b::b00:302]/hello &
           curl -sS -m 8 http://[2001:db8:6::2]/hello &
           dig +short +time=2 @2001:db8:beef:101::1 web4.lab.example AAAA | sed 's/^/hello /' &
           wait
         done | grep -c hello`,
        90,
      );
      if (Number(done) < 150) throw new Error(`only ${done.trim()} of 180 sessions`);
      return `${done.trim()} sessions; ${(await sh("home", "cat /proc/sys/net/netfilter/nf_conntrack_count")).trim()} tracked at the home`;
    },
  },
  {
    what: "the ISP's NAT moves the tunnel to other ports",
    happen: async () => {
      const before = await endpoint();
      for (const port of [40001, 40002]) await roam(port);
      const after = await endpoint();
      await sh("isp", "nft delete table ip roaming; conntrack -F 2>/dev/null");
      await until("the tunnel is on a port of its own again", 60, async () => (await endpoint()) !== after);
      await online("laptop");
      return `${before} to ${after} to ${await endpoint()}`;
    },
  },
  {
    what: "the LAN's switch is switched off and on",
    happen: () =>
      grows(
        "changes of the carrier",
        () => count("home", "cat /sys/class/net/enp1s0/carrier_changes"),
        async () => {
          const port = (state: string) =>
            run(["ip", "-n", namespaceOf("switch"), "link", "set", "dev", "home1", state]);
          await port("down");
          await until("the carrier is gone", 10, async () =>
            (await sh("home", "ip -o link show dev enp1s0")).includes("NO-CARRIER"),
          );
          await port("up");
          await restartClients();
          await online("laptop");
        },
      ),
  },
  {
    what: "a LAN adapter is pulled out and plugged in",
    happen: async () => {
      await pullCable(cable("enp3s0"));
      const without = (await sh("home", "ls /sys/class/net")).trim().split("\n");
      if (without.includes("enp3s0")) throw new Error("the interface is still there");
      await plugCable(cable("enp3s0"));
      await restartClients();
      await online("printer");
      return `between: ${without.join(" ")}`;
    },
  },
  {
    what: "every daemon is reloaded, and systemd itself",
    happen: async () => {
      const reload =
        "for u in $(systemctl list-units --plain --no-legend 'ipv6-home-*' | cut -d ' ' -f 1) ssh systemd-networkd systemd-journald; do " +
        'if [ "$(systemctl show -P CanReload $u)" = yes ]; then systemctl reload $u && echo $u; fi; done; ' +
        "systemctl daemon-reload; systemctl daemon-reexec; systemctl restart systemd-networkd; networkctl reload; sysctl -q --system 2>/dev/null || :";
      const reloaded = (await bothHosts(reload)).join("").trim().split("\n");
      if (!reloaded.includes("ipv6-home-firewall.service")) throw new Error(`only ${reloaded.join(", ")}`);
      await online("laptop");
      return `${reloaded.length} reloads`;
    },
  },
  {
    what: "logs are rotated, old temporary files are swept",
    happen: () =>
      grows(
        "archived journals",
        () => count("home", "find /var/log/journal /run/log/journal -name '*@*' 2>/dev/null | wc -l"),
        () =>
          bothHosts(
            "journalctl -q --sync --rotate; systemd-tmpfiles --clean; [ ! -x /usr/sbin/logrotate ] || logrotate -f /etc/logrotate.conf",
          ),
      ),
  },
  {
    what: "the lists of packages are fetched",
    happen: async () => {
      await bothHosts(
        "touch /run/before-lists; apt-get -q update >/dev/null 2>&1; apt-get -q check >/dev/null",
        200,
      );
      const fresh = await sh(
        "home",
        "find /var/lib/apt /var/cache/apt -newer /run/before-lists | wc -l; rm /run/before-lists",
      );
      if (Number(fresh) === 0) throw new Error("apt has fetched nothing");
      return `${fresh.trim()} files of apt`;
    },
  },
  {
    what: "somebody logs in, looks, and leaves",
    happen: async () => {
      await bothHosts(
        "wg show >/dev/null; nft list ruleset >/dev/null; nft reset counters >/dev/null; ip -6 route flush cache; conntrack -L >/dev/null 2>&1; touch /root/notes; rm /root/notes",
      );
      return "both hosts";
    },
  },
  {
    what: "both hosts are rebooted",
    settles: true,
    happen: async () => {
      const started = () => bothHosts("systemctl show -P UserspaceTimestampMonotonic");
      const before = await started();
      await Promise.all(hostNames.map(rebootHost));
      await restartClients();
      await online("laptop");
      const again = (await started()).filter((each, index) => each !== before[index]);
      if (again.length < hostNames.length) throw new Error(`${again.length} of them have booted`);
      return `${again.length} boots`;
    },
  },
];
