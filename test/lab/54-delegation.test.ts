import { join } from "node:path";
import { run } from "../../lab/run";
import { namespaceOf } from "../../lab/topology";
import { capture } from "./capture";
import { runIn } from "./devices";
import { convergeHome, expectNoDrift } from "./segments";
import { closeEngine, sh, trySh, until } from "./support";

/** The phone is the router; behind it is a machine that no other test has. */
const attic = { name: "attic", segment: "lan", mac: "02:00:00:00:01:02" };
const routerAddress = "2001:db8:beef:101:0:ff:fe00:102";
const behind = "v6-behind";

const solicit = join(__dirname, "solicit.pl");

const inBehind = (line: string) =>
  run(["ip", "netns", "exec", behind, "sh", "-c", line], { allowFailure: true, timeoutSec: 20 });

const dhcpcdConf = [
  "duid ll",
  "ipv6only",
  "noipv6rs",
  "script /bin/true",
  "interface eth0",
  "  iaid 1",
  "  ia_na 1",
  "  ia_pd 2/::/60 down0/1/64",
  "",
].join("\n");

/** Lets the router ask for an address and a prefix, until it has what the server gives; answers what dhcpcd said. */
const askForPrefix = () =>
  runIn(
    "phone",
    [
      "sh",
      "-c",
      // The route to the prefix comes last; without one the address does, and nothing more is waited for.
      "mkfifo /run/said; dhcpcd -d -p -B -f /srv/lab/dhcpcd.conf eth0 >/run/said 2>&1 & sed -u '/down0: DHCPv6 DAD completed/q; /executing: .* BOUND6/q' /run/said; kill $! 2>/dev/null; wait",
    ],
    { "dhcpcd.conf": dhcpcdConf },
  );

const fetched = async (url: string) => (await inBehind(`curl -sS -m 3 ${url}`)).stdout.trim();

describe("a router behind the gateway", () => {
  beforeAll(async () => {
    await run(["ip", "netns", "add", behind]);
    const cable = "link add down0 type veth peer name eth0 netns";
    await run(["ip", "-n", namespaceOf("phone"), ...cable.split(" "), behind]);
    await sh(
      "phone",
      "sysctl -qw net.ipv6.conf.eth0.accept_ra=2 net.ipv6.conf.all.forwarding=1; ip link set down0 up",
    );
    // Its address is what the router would advertise from the first network of the prefix.
    await inBehind(
      "sysctl -qw net.ipv6.conf.eth0.accept_ra=0; ip link set lo up; ip link set eth0 up; " +
        "ip -6 address add 2001:db8:beef:111::99/64 dev eth0 nodad; ip -6 route add default via 2001:db8:beef:111::1",
    );
    await convergeHome({ "lan.hosts": [attic] });
  }, 90_000);

  afterAll(async () => {
    await run(["ip", "-n", namespaceOf("phone"), "link", "delete", "down0"]);
    await run(["ip", "netns", "delete", behind]);
    await sh(
      "phone",
      "ip -6 route flush proto dhcp; ip -6 route flush type unreachable; sysctl -qw net.ipv6.conf.all.forwarding=0 net.ipv6.conf.eth0.accept_ra=1 net.ipv6.conf.eth0.addr_gen_mode=0",
    );
    await convergeHome({});
    await closeEngine();
  }, 90_000);

  it("gets no prefix as long as none is delegated, and what it makes up is not let out", async () => {
    expect(await askForPrefix()).not.toContain("delegated prefix");
    await sh("phone", "ip -6 address add 2001:db8:beef:111::1/64 dev down0 nodad");
    expect((await inBehind("ping -6 -c 1 -W 1 2001:db8:beef:111::1")).code).toBe(0);
    expect(await fetched("http://[2001:db8:6::2]/hello")).toBe("");
    await sh("phone", "ip -6 address del 2001:db8:beef:111::1/64 dev down0");
  }, 60_000);

  it("gets its /60 by DHCPv6, and machines behind it have the internet by it", async () => {
    await convergeHome({
      "lan.hosts": [attic],
      "lan.delegations": [{ host: "attic", subnet: 16, length: 60 }],
    });
    await until("Kea listens", 20, async () =>
      (await sh("home", "ss -Hlnup 'sport = :547'")).includes("kea-dhcp6"),
    );
    const said = await askForPrefix();
    expect(said).toContain("delegated prefix 2001:db8:beef:110::/60");
    expect(said).toContain(`adding address ${routerAddress}/128`);
    expect(said).toMatch(/pltime 2700 seconds, vltime 5400 seconds/);
    expect(await fetched("http://[2001:db8:6::2]/hello")).toBe("hello from web6 to 2001:db8:beef:111::99");
    expect(await fetched("http://[64:ff9b::b00:302]/hello")).toBe("hello from web4 to 11.0.1.2");
  }, 90_000);

  it("is reached from other segments' machines and the internet by its route, and its unused part does not loop", async () => {
    expect(await sh("home", "ip -6 route show 2001:db8:beef:110::/60 table vpn")).toContain(
      `via ${routerAddress} dev enp1s0`,
    );
    expect((await trySh("laptop", "ping -6 -c 1 -W 2 2001:db8:beef:111::99")).code).toBe(0);
    expect((await trySh("web6", "ping -6 -c 1 -W 2 2001:db8:beef:111::99")).code).toBe(0);
    for (const unused of ["2001:db8:beef:11f::1", "2001:db8:beef:120::1"])
      expect((await trySh("web6", `ping -6 -c 1 -W 2 ${unused}`)).stdout).toMatch(/unreachable/);
  }, 30_000);

  it("cannot speak for what was not delegated to it", async () => {
    await inBehind("ip -6 address add 2001:db8:beef:120::99/128 dev eth0 nodad");
    await sh("phone", "ip -6 route add 2001:db8:beef:120::99 dev down0");
    const pinging = "ping -6 -c 1 -W 1 -I 2001:db8:beef:120::99 2001:db8:6::2";
    expect((await inBehind(pinging)).code).not.toBe(0);
    await sh("phone", "ip -6 route del 2001:db8:beef:120::99 dev down0");
  }, 30_000);

  it("is the only one whom Kea answers: dnsmasq answers all others as before", async () => {
    const link = "link add third address 02:00:00:00:01:77 type veth peer name behind3 netns";
    await run(["ip", "-n", behind, ...link.split(" "), namespaceOf("switch")]);
    await run(["ip", "-n", namespaceOf("switch"), "link", "set", "behind3", "master", "lan", "up"]);
    await inBehind("ip link set third up");
    // The socket that asks takes a moment to have an address.
    await until("the link-local address is there", 10, async () =>
      /fe80::.*scope link +\\/.test((await inBehind("ip -6 -o address show dev third -tentative")).stdout),
    );
    const ask = () => inBehind(`timeout 2 perl ${solicit} third 02:00:00:00:01:77`);
    const answers = await capture("home", "enp1s0", "udp src port 547", async (sees) => {
      await ask();
      await sees(/fe80::ff:fe00:177\.546: dhcp6 advertise/);
      await ask();
    });
    await run(["ip", "-n", behind, "link", "delete", "third"]);
    // One for each question; Kea's would be two more.
    expect(answers.filter((line) => line.includes("> fe80::ff:fe00:177.546:"))).toHaveLength(2);
    expect(await sh("home", "journalctl -u ipv6-home-dnsmasq -o cat")).toMatch(
      /DHCPADVERTISE\(enp1s0\) 2001:db8:beef:101::\S+ 00:03:00:01:02:00:00:00:01:77/,
    );
  }, 30_000);

  it("leaves nothing that looks like drift", async () => {
    await expectNoDrift();
  }, 30_000);

  it("loses route and server with its entry", async () => {
    await convergeHome({ "lan.hosts": [attic] });
    expect(await sh("home", "ip -6 route show 2001:db8:beef:110::/60 table vpn")).toBe("");
    expect(await sh("home", "ss -Hlnup 'sport = :547'")).not.toContain("kea");
    expect(await sh("home", "ls -d /etc/kea/ipv6-home 2>/dev/null || true")).toBe("");
    expect(await fetched("http://[2001:db8:6::2]/hello")).toBe("");
  }, 60_000);
});
