import { closeEngine, sh, trySh } from "./support";

afterAll(closeEngine);

const phone = "2001:db8:beef:101:0:ff:fe00:102";
const laptop = "2001:db8:beef:101:0:ff:fe00:101";
const printer = "2001:db8:beef:102:0:ff:fe00:301";

/** Whether a TCP connection is possible; a listener is there for as long as it is tried. */
async function reaches(
  from: "attacker" | "web46" | "laptop",
  to: "laptop" | "phone" | "printer",
  address: string,
  port: number,
): Promise<boolean> {
  const listener = trySh(to, `timeout 4 nc -6 -l ${port}`, 10);
  await sh(
    to,
    `for i in $(seq 40); do ss -Hltn 'sport = :${port}' | grep -q . && exit 0; sleep 0.05; done; exit 1`,
  );
  const { code } = await trySh(from, `nc -6 -z -w 2 ${address} ${port}`);
  await listener;
  return code === 0;
}

describe("firewall of the home", () => {
  it("lets nothing in but by a pinhole", async () => {
    expect(await reaches("attacker", "phone", phone, 22)).toBe(false);
    expect(await reaches("attacker", "laptop", laptop, 23)).toBe(false);
    expect(await reaches("attacker", "laptop", laptop, 22)).toBe(true);
  }, 60_000);

  it("a pinhole with from is for those alone", async () => {
    expect(await reaches("attacker", "printer", printer, 631)).toBe(false);
    expect(await reaches("web46", "printer", printer, 631)).toBe(true);
  }, 60_000);

  it("keeps segments apart, but for pinholes", async () => {
    expect(await reaches("laptop", "printer", printer, 80)).toBe(false);
    expect((await trySh("laptop", `ping -6 -c 1 -W 2 ${printer}`)).code).toBe(0);
  }, 30_000);

  it("has no open port towards the ISP and the tunnel", async () => {
    for (const port of [22, 53, 80, 547, 51820]) {
      expect((await trySh("isp", `nc -z -w 1 10.99.0.100 ${port}`)).code).not.toBe(0);
      expect((await trySh("attacker", `nc -6 -z -w 1 2001:db8:beef:101::1 ${port}`)).code).not.toBe(0);
    }
    expect((await trySh("isp", "ping -c 1 -W 1 10.99.0.100")).code).not.toBe(0);
    expect(
      (await trySh("attacker", "dig +time=1 +tries=1 @2001:db8:beef:101::1 laptop.home.arpa AAAA")).code,
    ).not.toBe(0);
  }, 60_000);
});

describe("firewall of the colo", () => {
  it("has SSH for the management prefixes only, and nothing else", async () => {
    for (const port of [22, 53, 80, 111]) {
      expect((await trySh("attacker", `nc -z -w 1 11.0.1.2 ${port}`)).code).not.toBe(0);
      expect((await trySh("attacker", `nc -6 -z -w 1 2001:db8:c010::2 ${port}`)).code).not.toBe(0);
    }
    // The listener is there: it is the ruleset that hides it.
    await sh("colo", "nft insert rule inet ipv6_home input tcp dport 22 accept");
    expect((await trySh("attacker", "nc -z -w 2 11.0.1.2 22")).code).toBe(0);
    await sh("colo", "systemctl reload ipv6-home-firewall");
    expect((await trySh("attacker", "nc -z -w 1 11.0.1.2 22")).code).not.toBe(0);
  }, 60_000);

  it("answers pings (RFC 4890)", async () => {
    expect((await trySh("attacker", "ping -6 -c 1 -W 2 2001:db8:c010::2")).code).toBe(0);
    expect((await trySh("attacker", `ping -6 -c 1 -W 2 ${phone}`)).code).toBe(0);
  });

  it.each(["colo", "home"] as const)("%s drops by default, and leaves other tables alone", async (host) => {
    const ruleset = await sh(host, "nft list table inet ipv6_home");
    expect(ruleset).toMatch(/hook input priority filter; policy drop;/);
    expect(ruleset).toMatch(/hook forward priority filter; policy drop;/);
    await sh(
      host,
      "nft 'add table ip docker; add chain ip docker FORWARD { type filter hook forward priority filter; policy accept; }; add rule ip docker FORWARD counter comment \"theirs\"'",
    );
    await sh(host, "systemctl reload ipv6-home-firewall && systemctl restart ipv6-home-firewall");
    expect(await sh(host, "nft list table ip docker")).toContain('comment "theirs"');
    await sh(host, "nft delete table ip docker");
    expect((await sh(host, "nft list tables")).trim()).toBe("table inet ipv6_home");
  });

  it.each(["colo", "home"] as const)("the UDP timeouts of %s are those of RFC 6092", async (host) => {
    expect(
      await sh(
        host,
        "sysctl -n net.netfilter.nf_conntrack_udp_timeout net.netfilter.nf_conntrack_udp_timeout_stream",
      ),
    ).toBe("120\n300\n");
  });

  it("a reload breaks no connection", async () => {
    const download = trySh(
      "laptop",
      "curl -sS -m 20 --limit-rate 500k -o /dev/null -w '%{size_download}' http://[2001:db8:6::2]/bytes/1000000",
      30,
    );
    for (let round = 0; round < 3; round++) {
      await sh("colo", "systemctl reload ipv6-home-firewall");
      await sh("home", "systemctl reload ipv6-home-firewall");
    }
    expect((await download).stdout).toBe("1000000");
  }, 60_000);
});
