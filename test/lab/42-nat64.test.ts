import { closeEngine, sh, trySh } from "./support";

afterAll(closeEngine);

const fetch = (place: "laptop" | "phone" | "attacker" | "web6", url: string) =>
  trySh(place, `curl -sS -m 3 '${url}'`);

describe("NAT64 (RFC 6146)", () => {
  it("shows the colo's own address to an IPv4-only server", async () => {
    expect((await fetch("laptop", "http://[64:ff9b::b00:302]/hello")).stdout).toBe(
      "hello from web4 to 11.0.1.2\n",
    );
  });

  it("answers pings and traceroutes through it", async () => {
    expect((await trySh("laptop", "ping -6 -c 2 -i 0.2 -W 2 64:ff9b::b00:302")).code).toBe(0);
    const trace = await sh("laptop", "traceroute -6 -n -q 1 -w 2 -m 8 64:ff9b::b00:302", 40);
    expect(trace).toContain("64:ff9b::b00:302");
    expect(trace).toContain("2001:db8:beef:101::1");
  }, 60_000);

  it.each([
    "10.0.0.1",
    "10.99.0.1",
    "100.64.0.1",
    "127.0.0.1",
    "169.254.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "192.168.240.1",
    "224.0.0.1",
    "255.255.255.255",
  ])("never goes towards %s", async (address) => {
    const hex = address.split(".").map((each) => Number(each).toString(16).padStart(2, "0"));
    const target = `64:ff9b::${hex.slice(0, 2).join("")}:${hex.slice(2).join("")}`;
    const before = Number(await sh("colo", "cat /sys/class/net/nat64/statistics/tx_packets"));
    // More than one: the colo sends ICMPv6 errors at a limited rate.
    const { stdout, code } = await trySh("laptop", `ping -6 -c 4 -i 0.5 -W 1 ${target}`);
    expect(code).not.toBe(0);
    expect(stdout).toMatch(/prohibited/i);
    expect(Number(await sh("colo", "cat /sys/class/net/nat64/statistics/tx_packets"))).toBe(before);
  });

  it("does not reach the colo's own services", async () => {
    expect((await trySh("laptop", "nc -6 -z -w 2 64:ff9b::b00:102 22")).code).not.toBe(0);
  });

  it("is not for the internet", async () => {
    await sh("internet", "ip -6 route replace 64:ff9b::/96 via 2001:db8:c010::2");
    const before = Number(await sh("colo", "cat /sys/class/net/nat64/statistics/tx_packets"));
    expect((await fetch("attacker", "http://[64:ff9b::b00:302]/hello")).code).not.toBe(0);
    expect((await fetch("web6", "http://[64:ff9b::b00:302]/hello")).code).not.toBe(0);
    expect(Number(await sh("colo", "cat /sys/class/net/nat64/statistics/tx_packets"))).toBe(before);
    await sh("internet", "ip -6 route delete 64:ff9b::/96 via 2001:db8:c010::2");
  });
});
