import { setTimeout as sleep } from "node:timers/promises";
import { spawnIn, type Running } from "../../lab/exec";
import { describe as describeLab } from "../../lab/lab";
import { writeSettings } from "../../lab/stacks";
import { countPings, grows } from "../../lab/traffic";
import { advertisementsAt } from "./advertisements";
import { capture } from "./capture";
import { askForIpv4, fetchFrom, forgetIpv4, namedByLease, reaches, runIn } from "./devices";
import {
  convergeHome,
  convergeModes,
  devices,
  expectNoDrift,
  lan,
  laptop,
  literal,
  phone,
  pings,
  printer,
} from "./segments";
import { closeEngine, pulumi, sh, trySh } from "./support";
import { expectVerified } from "./verify/chair";

afterAll(async () => {
  await forgetIpv4("printer");
  await convergeHome({});
  await closeEngine();
}, 90_000);

/** How many router solicitations with a payload come from a machine to the internet, between two pings that do. */
async function smuggled(place: "laptop" | "printer"): Promise<number> {
  const send = [
    "import socket, struct",
    "s = socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6)",
    "s.sendto(struct.pack('!BBHI', 133, 0, 0, 0) + b'secret', ('2001:db8:6::2', 0))",
  ];
  const lines = await capture(
    "web6",
    "eth0",
    "icmp6 and (ip6[40] == 133 or ip6[40] == 128)",
    async (sees) => {
      await runIn(place, ["python3", "/srv/lab/send.py"], { "send.py": send.join("\n") });
      await sh("laptop", "ping -6 -c 1 -W 2 -s 99 2001:db8:6::2");
      await sees(/echo request.* length 107/);
    },
  );
  return lines.filter((line) => line.includes("router solicitation")).length;
}

/** What a machine needs to reach IPv4 by NAT64: the advertised prefix, and what a name that has IPv4 only resolves to. */
async function expectNat64(place: "printer"): Promise<void> {
  const heard = await advertisementsAt(place, async (hears) => {
    await sh(place, "rdisc6 -1 eth0");
    await hears("advertisement", () => true);
  });
  expect(heard[0]?.pref64.map(({ prefix }) => prefix)).toEqual(["64:ff9b::/96"]);
  expect(await sh(place, "dig +short @2001:db8:beef:102::1 web4.lab.example AAAA")).toBe(
    "64:ff9b::b00:302\n",
  );
}

describe("without a mode", () => {
  beforeAll(() => convergeModes({}, {}), 120_000);

  it("another segment can be pinged, and used by a pinhole; a connection to its other ports is refused", async () => {
    expect(await pings("printer", laptop)).toBe(true);
    expect(await reaches("printer", "laptop", laptop, 22)).toBe(true);
    expect(await reaches("laptop", "printer", printer, 80)).toBe(false);
  }, 30_000);

  it("a machine that is not listed has the name that it asks for, but not that of everybody's proxy", async () => {
    expect(await namedByLease("printer", "gadget", 6)).toMatch(/^2001:db8:beef:102::[0-9a-f]+\n$/);
    expect(await namedByLease("printer", "wpad", 6)).toBe("");
  }, 60_000);
});

describe("mode guest", () => {
  const listed = { name: "printer", segment: "devices", mac: "02:00:00:00:03:01" };
  // The other segment has IPv4 too, so that there is something to keep guests from.
  beforeAll(() => convergeModes({ mode: "v6mostly" }, { mode: "guest" }, { "lan.hosts": [listed] }), 120_000);

  it("has the internet by both protocols, and is told that it can do without IPv4", async () => {
    expect(await askForIpv4("printer", "option ipv6_only_preferred")).toContain(
      "IPv6-Only Preferred received",
    );
    expect(await askForIpv4("printer")).toMatch(/leased 172\.31\.2\.\d+/);
    expect(await fetchFrom("printer", literal)).toBe("hello from web4 to 11.0.1.2");
    expect(await fetchFrom("printer", "http://[2001:db8:6::2]/hello")).toMatch(/^hello from web6/);
    await expectNat64("printer");
  }, 60_000);

  it("has no name but one of the list", async () => {
    for (const family of [4, 6] as const) expect(await namedByLease("printer", "visitor", family)).toBe("");
    const dig = "dig +short +time=2 +tries=2 @2001:db8:beef:101::1 printer.home.arpa";
    expect(await sh("phone", `${dig} A`)).toMatch(/^172\.31\.2\.\d+\n$/);
    expect(await sh("phone", `${dig} AAAA`)).toBe(`${printer}\n`);
  }, 60_000);

  it("has no way to other segments, not by a ping and not by a pinhole that all others have", async () => {
    expect(await pings("printer", laptop)).toBe(false);
    expect(await reaches("printer", "laptop", laptop, 22)).toBe(false);
    expect(await reaches("attacker", "laptop", laptop, 22)).toBe(true);
  }, 30_000);

  it("has no way there by IPv4 either, which the other segment has", async () => {
    await sh("laptop", "ip address add 172.31.1.50/24 dev eth0; ip route add default via 172.31.1.1");
    expect(await fetchFrom("laptop", literal)).toBe("hello from web4 to 11.0.1.2");
    const arrived = await capture("laptop", "eth0", "ip and icmp[0] == 8", async (sees) => {
      expect(await pings("printer", "172.31.1.50")).toBe(false);
      await sh("home", "ping -c 1 -W 1 -s 99 172.31.1.50");
      await sees(/172\.31\.1\.1 > 172\.31\.1\.50: .* length 107/);
    });
    expect(arrived).toHaveLength(1);
    await forgetIpv4("laptop");
  }, 30_000);

  it("has of the gateway names, addresses and pings only, even as one who may log in", async () => {
    const gateway = "2001:db8:beef:102::1";
    expect(await pings("printer", gateway)).toBe(true);
    expect(await pings("printer", "172.31.2.1")).toBe(true);
    // An address that the hosts have for each other.
    const inside = "fd00:cafe:f00d::1";
    expect(await pings("printer", inside)).toBe(false);
    const ssh = async () => [
      (await trySh("printer", `nc -6 -z -w 1 ${gateway} 22`)).code === 0,
      (await trySh("printer", "nc -4 -z -w 1 172.31.2.1 22")).code === 0,
    ];
    await sh(
      "home",
      "nft add element inet ipv6_home management6 '{ 2001:db8:beef:102::/64 }'; nft add element inet ipv6_home management4 '{ 172.31.2.0/24 }'",
    );
    expect(await ssh()).toEqual([false, false]);
    // The listener is there: it is this rule that hides it.
    await sh("home", "nft delete element inet ipv6_home isolated_interfaces '{ \"enp3s0\" }'");
    expect(await ssh()).toEqual([true, true]);
    expect(await pings("printer", inside)).toBe(true);
    await sh("home", "systemctl reload ipv6-home-firewall");
    await forgetIpv4("printer");
  }, 30_000);

  it("verify finds all as it should be", () => expectVerified("printer", ["ipv4-literal"]), 60_000);
});

describe("mode iot", () => {
  const allow = ["2001:db8:6::/64", "11.0.4.0/24", "web46.lab.example", "web4.lab.example"];
  beforeAll(() => convergeModes({}, { mode: "iot", allow }), 120_000);

  const web46 = "http://[2001:db8:46::2]/hello";

  it("reaches allowed prefixes, IPv4 ones by NAT64, and nothing else", async () => {
    expect(await fetchFrom("printer", "http://[2001:db8:6::2]/hello")).toMatch(/^hello from web6/);
    expect(await fetchFrom("printer", "http://[64:ff9b::b00:402]/hello")).toBe(
      "hello from web46 to 11.0.1.2",
    );
    expect(await fetchFrom("printer", web46)).toBe("");
    expect(await pings("printer", "2001:db8:bad::2")).toBe(false);
    expect(await askForIpv4("printer")).not.toMatch(/offered|leased/);
  }, 60_000);

  it("reaches an allowed name once it has looked it up, and no drift is seen in that", async () => {
    expect(await sh("printer", "dig +short @2001:db8:beef:102::1 web46.lab.example AAAA")).toBe(
      "2001:db8:46::2\n",
    );
    expect(await fetchFrom("printer", web46)).toMatch(/^hello from web46/);
    expect(await sh("home", "nft list set inet ipv6_home names_devices")).toContain("2001:db8:46::2");
    // Names are answered whether they are allowed or not (docs/NETWORK.md).
    expect(await sh("printer", "dig +short @2001:db8:beef:102::1 web6.lab.example AAAA")).toBe(
      "2001:db8:6::2\n",
    );
    await expectNoDrift();
  }, 60_000);

  it("reaches an allowed name that has IPv4 only, by NAT64, once it has looked it up", async () => {
    expect(await fetchFrom("printer", "http://[64:ff9b::b00:302]/hello")).toBe("");
    await expectNat64("printer");
    expect(await fetchFrom("printer", "http://[64:ff9b::b00:302]/hello")).toBe("hello from web4 to 11.0.1.2");
  }, 30_000);

  it("smuggles nothing out as neighbour discovery, which nobody tracks", async () => {
    expect(await smuggled("laptop")).toBe(1);
    expect(await smuggled("printer")).toBe(0);
  }, 30_000);

  it("begins nothing with other segments, which may begin something with it", async () => {
    expect(await pings("printer", phone)).toBe(false);
    expect(await reaches("printer", "laptop", laptop, 22)).toBe(false);
    expect(await reaches("laptop", "printer", printer, 80)).toBe(true);
  }, 30_000);

  it("verify says of what is beyond the gateway that it was not checked", async () => {
    const beyond = ["tunnel", "internet", "nat64", "ipv4-literal", "mtu-out", "mtu-in", "transfer", "source"];
    await expectVerified("printer", beyond);
  }, 60_000);

  it("a flow that is no longer allowed ends, from inside and by a pinhole; the others go on without a loss", async () => {
    await sh("printer", "dig +short @2001:db8:beef:102::1 web46.lab.example AAAA");
    const paced = (place: "printer" | "laptop", at: string) =>
      spawnIn(place, ["curl", "-sS", `http://[${at}]/paced/100000`], "stderr");
    const listener = spawnIn("laptop", ["nc", "-6", "-l", "22"], "stdout");
    const kept = {
      "an allowed prefix": paced("printer", "64:ff9b::b00:402"),
      "an allowed name": paced("printer", "2001:db8:46::2"),
      "a machine of a segment without a mode": paced("laptop", "2001:db8:6::2"),
    };
    const lost = {
      "a prefix that is not allowed any more": paced("printer", "2001:db8:6::2"),
      "a pinhole that is gone": listener,
    };
    const talk = [
      "import socket, sys, time",
      "def dial():",
      "  while True:",
      "    try: return socket.create_connection((sys.argv[1], 22), 5)",
      "    except OSError: time.sleep(0.1)",
      "s = dial()",
      "while True: s.send(b'x'); time.sleep(0.1)",
    ];
    const sender = spawnIn("attacker", ["python3", "-c", talk.join("\n"), laptop], "stderr");
    const ping = spawnIn("printer", ["ping", "-6", "-n", "-i", "0.01", "64:ff9b::b00:402"], "stdout");
    const all = { ...kept, ...lost };
    const flowing = async (flows: Record<string, Running>) =>
      Promise.all(Object.entries(flows).map(async ([name, each]) => `${name}: ${await grows(each, 3)}`));
    try {
      expect(await flowing(all)).toEqual(Object.keys(all).map((name) => `${name}: true`));
      const others = [...allow.slice(1), "another.lab.example"];
      await convergeModes({}, { mode: "iot", allow: others }, { "lan.pinholes": [] });
      // What is on its way still arrives.
      await sleep(1000);
      expect(await flowing(all)).toEqual([
        ...Object.keys(kept).map((name) => `${name}: true`),
        ...Object.keys(lost).map((name) => `${name}: false`),
      ]);
      // They stand still, and have not ended by themselves.
      expect([...Object.values(lost), sender].map((each) => each.ended())).toEqual([false, false, false]);
      expect(countPings(await ping.stop("SIGINT"))).toEqual({ sent: expect.any(Number) as number, lost: 0 });
    } finally {
      await Promise.all([...Object.values(all), sender, ping].map((each) => each.stop("SIGKILL")));
    }
  }, 90_000);
});

describe("a segment with vlan", () => {
  const converge = async () => {
    writeSettings("home", describeLab(), { "lan.segments": [lan, { ...devices, vlan: 20 }] });
    const { code, stdout, stderr } = await pulumi("home", "up", "--yes", "--skip-preview");
    return { code, said: stdout + stderr };
  };
  const all = () =>
    sh(
      "home",
      "find /etc /usr/local/lib/ipv6-home /var/lib/ipv6-home -type f -exec sha256sum {} + | sort; ip -o link; nft --stateless list ruleset",
    );

  it("is refused by one sentence where the kernel has no VLANs, and made where it has", async () => {
    // The lab has this machine's kernel, and either is a fair one.
    const probe = "ip link add link enp3s0 name probe type vlan id 20 && ip link delete probe";
    const hasVlans = (await trySh("home", probe)).code === 0;
    console.log(`this kernel has ${hasVlans ? "" : "no "}VLANs`);
    await convergeHome({});
    const before = await all();
    const { code, said } = await converge();
    if (hasVlans) {
      expect(`${code} ${code === 0 ? "" : said}`).toBe("0 ");
      expect(await sh("home", "ip -d link show enp3s0.20")).toContain(" id 20 ");
    } else {
      expect(code).not.toBe(0);
      expect(said).toContain(
        "host: the kernel has no VLANs, which a segment with vlan needs; load the module 8021q\n",
      );
      expect(said).toContain("host: the host is not ready, see above; nothing was changed");
      expect(await all()).toBe(before);
    }
  }, 90_000);
});
