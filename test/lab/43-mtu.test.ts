import { spawnIn } from "../../lab/exec";
import { capture } from "./capture";
import { closeEngine, sh, trySh, until } from "./support";

afterAll(closeEngine);

/** The MSS of the first SYN or SYN-ACK that a place sees from a port. */
async function sawMss(
  place: "web6" | "web4" | "laptop",
  filter: string,
  trigger: () => Promise<unknown>,
): Promise<number> {
  const capture = sh(place, `timeout 6 tcpdump -l -i eth0 -n -c 1 '${filter}' 2>/dev/null`, 20);
  await sh(place, "sleep 0.7");
  await trigger();
  return Number(/mss (\d+)/.exec(await capture)?.[1]);
}

const get = (url: string) => trySh("laptop", `curl -sS -m 5 -o /dev/null '${url}'`);

describe("MTU plan", () => {
  it("a packet of the tunnel's size passes, a larger one is answered with Packet Too Big", async () => {
    expect((await trySh("laptop", `ping -6 -M do -c 1 -W 2 -s ${1440 - 48} 2001:db8:6::2`)).code).toBe(0);
    const { stdout, stderr } = await trySh(
      "web6",
      `ping -6 -M do -c 2 -i 0.3 -W 2 -s ${1500 - 48} 2001:db8:beef:101:0:ff:fe00:102`,
    );
    expect(stdout + stderr).toMatch(/mtu[=: ]+1440/i);
    await sh("web6", "ip -6 route flush cache");
  });

  it("on the IPv4 side, a large packet for the translator is answered with the right size", async () => {
    const { stdout } = await trySh("laptop", `ping -6 -M do -c 1 -W 2 -s ${1440 - 48} 64:ff9b::b00:302`);
    expect(stdout).toContain(" 0% packet loss");

    // An answer with DF as large as the server's link takes it, then, as it was told, one that fits (ip(7): IP_MTU is 14).
    const server = [
      "import socket, time",
      "s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)",
      "s.bind(('', 7001)); s.settimeout(10); s.setsockopt(socket.IPPROTO_IP, 10, 2)",
      "print('listens', flush=True)",
      "s.connect(s.recvfrom(9)[1])",
      "s.send(bytes(1500 - 28))",
      "for _ in range(40):",
      "  if s.getsockopt(socket.IPPROTO_IP, 14) < 1500: break",
      "  time.sleep(0.05)",
      "fits = s.getsockopt(socket.IPPROTO_IP, 14)",
      "try: s.send(bytes(fits - 28))",
      "except OSError: s.send(bytes(fits - 28))",
    ];
    const client = [
      "import socket",
      "s = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM); s.settimeout(5)",
      "s.sendto(b'x', ('64:ff9b::b00:302', 7001)); print(len(s.recv(2000)))",
    ];
    await sh("web4", "ip -4 route flush cache");
    const answering = spawnIn("web4", ["python3", "-c", server.join("\n")], "stdout");
    try {
      let received = "";
      const told = await capture("web4", "eth0", "icmp[0] == 3 and icmp[1] == 4", async (sees) => {
        await until("the server listens", 5, () => Promise.resolve(answering.size() > 0));
        received = await sh("laptop", `python3 -c "${client.join("\n")}"`);
        await sees(/ICMP 11\.0\.1\.2 unreachable - need to frag \(mtu 1420\)/);
      });
      expect(told).toHaveLength(1);
      expect(received).toBe(`${1420 - 28}\n`);
    } finally {
      await answering.stop("SIGKILL");
      await sh("web4", "ip -4 route flush cache");
    }
  }, 30_000);

  it("segments fit the tunnel both ways, native and translated", async () => {
    const toWeb6 = () => get("http://[2001:db8:6::2]/hello");
    const toWeb4 = () => get("http://[64:ff9b::b00:302]/hello");
    const syn = "tcp[tcpflags] & tcp-syn != 0 and tcp dst port 80";
    expect(await sawMss("web6", "ip6 and tcp dst port 80 and ip6[53] & 2 != 0", toWeb6)).toBe(1380);
    expect(await sawMss("laptop", "ip6 and tcp src port 80 and ip6[53] & 2 != 0", toWeb6)).toBe(1380);
    expect(await sawMss("web4", syn, toWeb4)).toBe(1380);
    expect(await sawMss("laptop", "ip6 and tcp src port 80 and ip6[53] & 2 != 0", toWeb4)).toBe(1380);
  }, 60_000);

  it("1 MB goes both ways, native and by NAT64, also when nothing clamps: Packet Too Big arrives", async () => {
    for (const host of ["colo", "home"] as const) {
      await sh(
        host,
        "nft -a list chain inet ipv6_home forward | sed -n 's/.*maxseg.*# handle \\([0-9]*\\)$/\\1/p' | while read -r h; do nft delete rule inet ipv6_home forward handle $h; done",
      );
      expect(await sh(host, "nft list chain inet ipv6_home forward")).not.toContain("maxseg");
    }
    // A client that does not know the tunnel's MTU either.
    await sh("laptop", "sysctl -qw net.ipv6.conf.eth0.mtu=1500");
    const native = await sh(
      "laptop",
      "curl -sS -m 20 -o /dev/null -w '%{size_download}' http://[2001:db8:6::2]/bytes/1000000; head -c 1000000 /dev/zero | curl -sS -m 20 --data-binary @- http://[2001:db8:6::2]/upload",
      60,
    );
    expect(native).toBe("10000001000000\n");
    const translated = await sh(
      "laptop",
      "curl -sS -m 20 -o /dev/null -w '%{size_download}' http://[64:ff9b::b00:302]/bytes/1000000; head -c 1000000 /dev/zero | curl -sS -m 20 --data-binary @- http://[64:ff9b::b00:302]/upload",
      60,
    );
    expect(translated).toBe("10000001000000\n");
    await sh("laptop", "sysctl -qw net.ipv6.conf.eth0.mtu=1440; ip -6 route flush cache");
    for (const host of ["colo", "home"] as const) await sh(host, "systemctl reload ipv6-home-firewall");
  }, 120_000);
});
