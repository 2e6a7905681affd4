import { join } from "node:path";
import { run } from "../../lab/run";
import { cables, namespaceOf, testNamespaces } from "../../lab/topology";
import { plugCable, pullCable } from "../../lab/wiring";
import { capture } from "./capture";
import { runIn } from "./devices";
import { convergeHome, expectNoDrift } from "./segments";
import { closeEngine, sh, trySh, until } from "./support";

/** The phone is the router; behind it is a machine that no other test has. */
const attic = { name: "attic", segment: "lan", mac: "02:00:00:00:01:02" };
/** Another one, with a manufacturer's MAC: Kea takes no other from an address. */
const shed = { name: "shed", segment: "lan", mac: "00:00:5e:00:53:77" };
const routerAddress = "2001:db8:beef:101:0:ff:fe00:102";
const { behind } = testNamespaces;

const solicit = join(__dirname, "solicit.pl");

const inBehind = (line: string) =>
  run(["ip", "netns", "exec", behind, "sh", "-c", line], { allowFailure: true, timeoutSec: 20 });

const dhcpcdConf = (prefix: string) =>
  [
    "duid ll",
    "ipv6only",
    "noipv6rs",
    "script /bin/true",
    "interface eth0",
    "  iaid 1",
    "  ia_na 1",
    `  ia_pd ${prefix}`,
    "",
  ].join("\n");

/**
 * Lets the router ask for an address and a prefix, as dhcpcd.conf(5) has it for ia_pd, until it has what the server
 * gives; answers what dhcpcd said.
 */
const askForPrefix = (prefix = "2/::/60 down0/1/64") =>
  runIn(
    "phone",
    [
      "sh",
      "-c",
      // The route to the prefix comes last; without one the address does, and nothing more is waited for.
      "mkfifo /run/said; dhcpcd -d -p -B -f /srv/lab/dhcpcd.conf eth0 >/run/said 2>&1 & sed -u '/down0: DHCPv6 DAD completed/q; /executing: .* BOUND6/q' /run/said; kill $! 2>/dev/null; wait",
    ],
    { "dhcpcd.conf": dhcpcdConf(prefix) },
  );

const delegated = "delegated prefix 2001:db8:beef:110::/60";

/** The same router by its DUID: its address is reserved, and one network is all that it asks for. */
const byDuid = {
  name: "attic",
  segment: "lan",
  duid: "00:03:00:01:02:00:00:00:01:02",
  suffix: "::a7",
  slaac: "none",
};

const listeners = () => sh("home", "ss -Hlnup 'sport = :547' | grep kea-dhcp6 || true");
/** On the link that is there now: of one that is gone there is a number only. */
const keaListens = () => until("Kea listens", 20, async () => (await listeners()).includes("%enp1s0:547"));

/** Plugs one more machine into the segment, and takes it away again. */
async function withMachine(mac: string, work: (linkLocal: string) => Promise<unknown>): Promise<void> {
  const link = `link add third address ${mac} type veth peer name behind3 netns`;
  await run(["ip", "-n", behind, ...link.split(" "), namespaceOf("switch")]);
  try {
    await run(["ip", "-n", namespaceOf("switch"), "link", "set", "behind3", "master", "lan", "up"]);
    await inBehind("ip link set third up");
    let linkLocal: string | undefined;
    // The socket that asks takes a moment to have an address.
    await until("the link-local address is there", 10, async () => {
      const { stdout } = await inBehind("ip -6 -o address show dev third -tentative");
      linkLocal = /(fe80::\S*)\/.*scope link +\\/.exec(stdout)?.[1];
      return linkLocal !== undefined;
    });
    await work(linkLocal ?? "");
  } finally {
    await run(["ip", "-n", behind, "link", "delete", "third"]);
  }
}

/** How many pings of a machine behind the router come to the internet from an address, before one that does. */
async function pingsLetOut(source: string): Promise<number> {
  const lines = await capture("web6", "eth0", "icmp6 and ip6[40] == 128", async (sees) => {
    await inBehind(`ping -6 -c 1 -W 1 -I ${source} 2001:db8:6::2`);
    await sh("laptop", "ping -6 -c 1 -W 2 -s 99 2001:db8:6::2");
    await sees(/echo request.* length 107/);
  });
  return lines.filter((line) => line.includes(` ${source} > `)).length;
}

/** No answer proves nothing, since there is no way back: it is this set that lets nothing out. */
async function expectKeptIn(source: string, prefix: string): Promise<void> {
  expect(await pingsLetOut(source)).toBe(0);
  await sh("home", `nft add element inet ipv6_home lan_sources '{ "enp1s0" . ${prefix} }'`);
  expect(await pingsLetOut(source)).toBe(1);
  await sh("home", "systemctl reload ipv6-home-firewall");
  expect(await pingsLetOut(source)).toBe(0);
}

const fetched = async (url: string) => (await inBehind(`curl -sS -m 3 ${url}`)).stdout.trim();

describe("a router behind the gateway", () => {
  beforeAll(async () => {
    // Of a run that was killed.
    await run(["ip", "netns", "delete", behind], { allowFailure: true });
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
    await expectKeptIn("2001:db8:beef:111::99", "2001:db8:beef:111::/64");
    await sh("phone", "ip -6 address del 2001:db8:beef:111::1/64 dev down0");
  }, 60_000);

  it("gets its /60 by DHCPv6, and machines behind it have the internet by it", async () => {
    await convergeHome({
      "lan.hosts": [attic, shed],
      "lan.delegations": [
        { host: "attic", subnet: 16, length: 60 },
        { host: "shed", subnet: 48, length: 60 },
      ],
    });
    await keaListens();
    const said = await askForPrefix();
    expect(said).toContain(delegated);
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
    await expectKeptIn("2001:db8:beef:120::99", "2001:db8:beef:120::/64");
    await sh("phone", "ip -6 route del 2001:db8:beef:120::99 dev down0");
  }, 30_000);

  it("is the only one whom Kea answers: dnsmasq answers all others as before", async () => {
    let answers: readonly string[] = [];
    await withMachine("02:00:00:00:01:77", async (machine) => {
      const ask = () => inBehind(`timeout 2 perl ${solicit} third 02:00:00:00:01:77`);
      answers = await capture("home", "enp1s0", `udp src port 547 and dst ${machine}`, async (sees) => {
        await ask();
        await sees(/dhcp6 advertise/);
        await ask();
      });
    });
    // One for each question; Kea's would be two more.
    expect(answers).toHaveLength(2);
    expect(await sh("home", "journalctl -u ipv6-home-dnsmasq -o cat")).toMatch(
      /DHCPADVERTISE\(enp1s0\) 2001:db8:beef:101::\S+ 00:03:00:01:02:00:00:00:01:77/,
    );
  }, 30_000);

  it("is known by the MAC that it asks from, also if its DUID has another one", async () => {
    await withMachine(shed.mac, (machine) =>
      capture("home", "enp1s0", `udp src port 547 and dst ${machine}`, async (sees) => {
        await inBehind(`timeout 2 perl ${solicit} third 02:00:00:00:09:99`);
        await sees(/dhcp6 advertise/);
      }),
    );
    expect(await sh("home", "journalctl -u ipv6-home-dnsmasq -o cat")).toContain(
      "DHCPSOLICIT(enp1s0) 00:03:00:01:02:00:00:00:09:99 ignored",
    );
  }, 30_000);

  it("is served when the link gets its carrier only after Kea has started", async () => {
    const cable = (state: string) =>
      run(["ip", "-n", namespaceOf("switch"), "link", "set", "dev", "home1", state]);
    await cable("down");
    // The kernel tells of it up to a second later, and Kea that starts before has its socket.
    await until(
      "the link is down",
      5,
      async () => !(await sh("home", "cat /sys/class/net/enp1s0/operstate")).startsWith("up"),
    );
    await sh("home", "systemctl restart ipv6-home-delegation");
    await until("Kea has looked", 10, async () =>
      (await sh("home", "journalctl -u ipv6-home-delegation -o cat -n 20")).includes("enp1s0 is not running"),
    );
    await cable("up");
    await keaListens();
    expect(await askForPrefix()).toContain(delegated);
  }, 60_000);

  it("is served when the link was taken away and comes back", async () => {
    const cable = cables.find((ends) =>
      ends.some(({ place, name }) => place === "home" && name === "enp1s0"),
    );
    if (cable === undefined) throw new Error("the home has no enp1s0");
    await pullCable(cable);
    await plugCable(cable);
    await keaListens();
    expect(await askForPrefix()).toContain(delegated);
  }, 60_000);

  it("is served when the LAN's service was stopped, and Kea with it, and is started", async () => {
    await sh("home", "systemctl stop ipv6-home-lan");
    expect(await listeners()).toBe("");
    await sh("home", "systemctl start ipv6-home-lan ipv6-home-dnsmasq ipv6-home-radvd");
    await keaListens();
  }, 60_000);

  it("leaves nothing that looks like drift", async () => {
    await expectNoDrift();
  }, 30_000);

  it("loses route and server with its entry, and nobody else's leases go with them", async () => {
    // Ours has made no such folder.
    await sh("home", "mkdir /var/lib/kea && touch /var/lib/kea/theirs");
    await convergeHome({ "lan.hosts": [attic] });
    expect(await sh("home", "ip -6 route show 2001:db8:beef:110::/60 table vpn")).toBe("");
    expect(await listeners()).toBe("");
    await sh("home", "rm /var/lib/kea/theirs && rmdir /var/lib/kea");
    expect(await sh("home", "ls -d /etc/kea/ipv6-home 2>/dev/null || true")).toBe("");
    expect(await fetched("http://[2001:db8:6::2]/hello")).toBe("");
  }, 60_000);

  it("named by its DUID, with a /64: gets that and the address of its route", async () => {
    const behindIt = "2001:db8:beef:140::99";
    const route = "ip -6 route show 2001:db8:beef:140::/64 table vpn";
    await inBehind(
      `ip -6 address flush dev eth0 scope global; ip -6 address add ${behindIt}/64 dev eth0 nodad; ` +
        "ip -6 route add default via 2001:db8:beef:140::1",
    );
    expect(await sh("home", route)).toBe("");
    expect(await fetched("http://[2001:db8:6::2]/hello")).toBe("");

    await convergeHome({
      "lan.hosts": [byDuid],
      "lan.delegations": [{ host: "attic", subnet: 64, length: 64 }],
    });
    await keaListens();
    const said = await askForPrefix("2/::/64 down0/0/64");
    expect(said).toContain("delegated prefix 2001:db8:beef:140::/64");
    expect(said).toContain("adding address 2001:db8:beef:101::a7/128");
    expect(await sh("home", route)).toContain("via 2001:db8:beef:101::a7 dev enp1s0");
    expect(await fetched("http://[2001:db8:6::2]/hello")).toBe(`hello from web6 to ${behindIt}`);
    expect((await trySh("web6", `ping -6 -c 1 -W 2 ${behindIt}`)).code).toBe(0);
  }, 90_000);
});
