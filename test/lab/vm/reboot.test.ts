import { rebootHost } from "../../../lab/lab";
import { hostNames, type HostName } from "../../../lab/topology";
import { sh, trySh, until } from "../support";

const bootId = (host: HostName) => sh(host, "cat /proc/sys/kernel/random/boot_id");
const online = async () =>
  (await trySh("laptop", "curl -sS -m 5 http://web4.lab.example/hello")).stdout.startsWith("hello from web4");

describe("a reboot of a machine", () => {
  it.each(hostNames)(
    "starts %s's kernel anew, and the tunnel is back by itself",
    async (host) => {
      await until("the laptop reaches an IPv4-only server by name", 30, online);
      const before = await bootId(host);
      // What a kernel knows and no disk does: it is gone with the kernel.
      await sh(host, "ip link add remembered type dummy");
      await rebootHost(host);
      expect(await bootId(host)).not.toBe(before);
      expect((await trySh(host, "ip link show remembered")).code).not.toBe(0);
      await until("the laptop reaches an IPv4-only server by name", 60, online);
      // Debian's own, not a program beside it.
      expect(await sh(host, "ip -d -o link show type wireguard")).toMatch(/vpn/);
      expect((await trySh(host, "pgrep wireguard-go")).code).not.toBe(0);
      expect(await sh(host, "systemctl --failed --no-legend")).toBe("");
      expect((await sh(host, "nft list tables")).trim()).toBe("table inet ipv6_home");
    },
    180_000,
  );
});
