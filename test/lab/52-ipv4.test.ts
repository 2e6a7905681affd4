import { restartClients } from "../../lab/clients";
import { advertisementsAt } from "./advertisements";
import { capture } from "./capture";
import {
  askForIpv4,
  fetchFrom,
  forgetIpv4,
  namedByLease,
  nat64PrefixAt,
  runIn,
  startClat,
  stopClat,
} from "./devices";
import { convergeHome, convergeModes, expectNoDrift, literal, phone, pings } from "./segments";
import { closeEngine, sh, trySh, until } from "./support";
import { expectVerified, verifiedFrom } from "./verify/chair";

/** What the provider sees of the home while something is done, but for the tunnel and the lease of the gateway. */
async function seenByIsp(work: () => Promise<unknown>): Promise<readonly string[]> {
  const filter = "(ip or ip6) and not udp portrange 51820-51821 and not port 67";
  const ping = "ping -c 1 -W 2 10.99.0.1";
  const lines = await capture("isp", "home", filter, async (sees) => {
    await sh("home", ping);
    await sees(/ICMP echo reply/);
    await work();
    await sh("home", `${ping} -s 99`);
    await sees(/ICMP echo reply.* length 107/);
  });
  return lines.filter((line) => !/10\.99\.0\.1(00)? > 10\.99\.0\.1(00)?: ICMP echo/.test(line));
}

let forwardingBefore: string;
beforeAll(async () => {
  await convergeModes({}, {});
  forwardingBefore = await sh("home", "sysctl -n net.ipv4.ip_forward");
}, 120_000);

afterAll(async () => {
  await forgetIpv4("printer");
  await forgetIpv4("laptop");
  await closeEngine();
});

describe("without a mode", () => {
  it("nobody gets IPv4, and nobody gets out by an address of their own choice", async () => {
    expect(await askForIpv4("printer")).not.toMatch(/offered|leased/);
    await sh("printer", "ip address add 172.31.2.50/24 dev eth0; ip route add default via 172.31.2.1");
    expect(await fetchFrom("printer", literal)).toBe("");
    await forgetIpv4("printer");
  }, 60_000);

  it("a phone cannot use an IPv4 literal", async () => {
    expect((await trySh("phone", `curl -sS -m 3 ${literal}`)).stderr).toMatch(
      /Network is unreachable|Could not connect|Couldn't connect/,
    );
  });
});

describe("IPv4 that is in use already", () => {
  it("is refused before anything is touched", async () => {
    const before = await sh("home", "sha256sum /etc/ipv6-home/*.conf /etc/ipv6-home/firewall.nft");
    await sh("home", "ip route add 172.31.0.0/16 dev mgmt0");
    await expect(convergeModes({}, { mode: "legacy" })).rejects.toThrow(
      "the IPv4 of enp3s0 is to be 172.31.2.0/24, which overlaps the route 172.31.0.0/16 by mgmt0; choose another lan.ipv4Prefix",
    );
    await sh("home", "ip route del 172.31.0.0/16 dev mgmt0");
    expect(await sh("home", "sha256sum /etc/ipv6-home/*.conf /etc/ipv6-home/firewall.nft")).toBe(before);
  }, 60_000);
});

describe("a client with a CLAT (RFC 6877)", () => {
  it("reaches an IPv4 literal through NAT64, whatever the segment's mode", async () => {
    const prefix = await nat64PrefixAt("phone", "2001:db8:beef:101::1");
    expect(prefix).toBe("64:ff9b::/96");
    await startClat("phone", "2001:db8:beef:101::c1a7", prefix);
    try {
      expect(await fetchFrom("phone", literal)).toBe("hello from web4 to 11.0.1.2");
      expect(await pings("phone", "11.0.3.2")).toBe(true);
    } finally {
      await stopClat("phone");
    }
    expect(await fetchFrom("phone", literal)).toBe("");
  }, 60_000);
});

describe("modes v6mostly and legacy", () => {
  const listed = [
    { name: "laptop", segment: "lan", mac: "02:00:00:00:01:01", suffix: "::42" },
    { name: "phone", segment: "lan", mac: "02:00:00:00:01:02" },
  ];
  beforeAll(() => convergeModes({ mode: "v6mostly" }, { mode: "legacy" }, { "lan.hosts": listed }), 120_000);

  it("a machine of the list has its reserved address, and its name for the one of IPv4 as well", async () => {
    await restartClients();
    await until("the laptop has its reserved address", 30, async () =>
      (await sh("laptop", "ip -6 -o address show dev eth0")).includes("2001:db8:beef:101::42/128"),
    );
    expect(await askForIpv4("laptop")).toMatch(/leased 172\.31\.1\.\d+/);
    const dig = "dig +short +time=2 +tries=2 @2001:db8:beef:101::1 laptop.home.arpa A";
    expect(await sh("phone", dig)).toMatch(/^172\.31\.1\.\d+\n$/);
    await forgetIpv4("laptop");
  }, 60_000);

  it("a device with IPv4 only gets an address, the right MTU, names, and the internet by the tunnel alone", async () => {
    const log = await askForIpv4("printer");
    expect(log).toMatch(/leased 172\.31\.2\.\d+ for 2700 seconds/);
    expect(await sh("printer", "ip -4 route show default")).toMatch(/via 172\.31\.2\.1 .* mtu 1420/);
    expect(await sh("printer", "dig +short @172.31.2.1 web4.lab.example A")).toBe("11.0.3.2\n");
    const seen = await seenByIsp(async () => {
      expect(await fetchFrom("printer", literal)).toBe("hello from web4 to 11.0.1.2");
      expect(await pings("printer", "11.0.3.2")).toBe(true);
    });
    expect(seen).toEqual([]);
  }, 60_000);

  it("verify finds its IPv4, and finds when the gateway's translator for that is down", async () => {
    await expectVerified("printer", []);
    await sh("home", "systemctl stop ipv6-home-clat");
    try {
      const { cause, checks } = await verifiedFrom("printer");
      expect(cause).toMatchObject({ id: "gateway-clat" });
      expect(checks.filter(({ verdict }) => verdict === "failed")).toEqual([
        expect.objectContaining({ id: "ipv4-literal", measured: "IPv4, and no answer" }),
      ]);
    } finally {
      await sh("home", "systemctl start ipv6-home-clat");
    }
    await until("IPv4 is back", 20, async () => (await fetchFrom("printer", literal)) !== "");
  }, 60_000);

  it("verify finds that its IPv4 goes out beside the tunnel", async () => {
    await sh(
      "home",
      "ip rule add from 172.31.2.0/24 lookup main priority 100; nft insert rule inet ipv6_home forward meta nfproto ipv4 accept; nft 'table ip fault { chain c { type nat hook postrouting priority srcnat; oifname enp2s0 masquerade; }; }'",
    );
    try {
      expect(await fetchFrom("printer", literal)).toBe("hello from web4 to 11.0.2.2");
      expect((await verifiedFrom("printer")).cause).toMatchObject({
        id: "ipv4-beside",
        evidence: "the far end sees 11.0.2.2 by IPv4, and 11.0.1.2 through NAT64",
      });
    } finally {
      await sh(
        "home",
        "nft delete table ip fault; systemctl reload ipv6-home-firewall; ip rule del from 172.31.2.0/24 lookup main priority 100",
      );
    }
    expect(await fetchFrom("printer", literal)).toBe("hello from web4 to 11.0.1.2");
  }, 60_000);

  it("a machine that is not listed has the name that it asks for, but not everybody's proxy's", async () => {
    expect(await namedByLease("printer", "old-tv", 4)).toMatch(/^172\.31\.2\.\d+\n$/);
    for (const name of ["wpad", "wpad.home.arpa"]) expect(await namedByLease("printer", name, 4)).toBe("");
  }, 60_000);

  it("nor that of a listed one, which has no lease, however it is spelt", async () => {
    for (const name of ["phone", "PHONE", "phone.home.arpa", "phone.example.net"])
      expect(await namedByLease("printer", name, 4)).toBe("");
    for (const name of ["phone", "phone.home.arpa"])
      expect(await namedByLease("printer", name, 6)).toBe(`${phone}\n`);
  }, 120_000);

  it("downloads and uploads pass, and what is too large for the tunnel is told so", async () => {
    const size = "curl -sS -m 10 -o /dev/null -w '%{size_download}' http://11.0.3.2/bytes/1000000";
    expect(await sh("printer", size)).toBe("1000000");
    const upload = "head -c 1000000 /dev/zero | curl -sS -m 10 --data-binary @- http://11.0.3.2/upload";
    expect(await sh("printer", upload)).toBe("1000000\n");
    // No larger ones: an answer without DF comes in fragments, of which ICMP cannot be translated (RFC 7915, section 5.1).
    expect(await pings("printer", "11.0.3.2 -M do -s 1200")).toBe(true);
    await sh("printer", "ip -4 route replace default via 172.31.2.1 metric 1; ip -4 route flush cache");
    expect((await trySh("printer", "ping -c 1 -W 1 -M do -s 1393 11.0.3.2")).stdout).toContain(
      "From 172.31.2.1 icmp_seq=1 Frag needed and DF set (mtu = 1420)",
    );
  }, 60_000);

  it("IPv4 reaches neither the provider's network, nor another segment, nor the outside when the tunnel or the translator is down", async () => {
    const elsewhere = ["10.99.0.1", "172.31.1.50", "172.31.9.9"];
    await sh("laptop", "ip address add 172.31.1.50/24 dev eth0; ip route add default via 172.31.1.1");
    const seen = await seenByIsp(async () => {
      for (const address of elsewhere)
        expect([address, await pings("printer", address)]).toEqual([address, false]);
      for (const unit of ["ipv6-home-vpn0", "ipv6-home-clat"]) {
        await sh("home", `systemctl stop ${unit}`);
        expect([unit, await fetchFrom("printer", literal)]).toEqual([unit, ""]);
        await sh("home", `systemctl start ${unit}`);
      }
    });
    expect(seen).toEqual([]);
    await until("IPv4 is back", 20, async () => (await fetchFrom("printer", literal)) !== "");
  }, 90_000);

  it("one machine cannot take the ports of all (RFC 6888)", async () => {
    const flows = [
      "import socket",
      "for port in range(20000, 24300):",
      "  s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)",
      "  s.bind(('', port)); s.sendto(b'x', ('11.0.3.2', 9)); s.close()",
    ];
    await runIn("printer", ["python3", "/srv/lab/flows.py"], { "flows.py": flows.join("\n") });
    expect(await fetchFrom("printer", literal)).toBe("");
    expect(await fetchFrom("laptop", literal)).toBe("hello from web4 to 11.0.1.2");
    await expectNoDrift();
    await sh("home", "systemctl reload ipv6-home-firewall");
    expect(await fetchFrom("printer", literal)).toBe("hello from web4 to 11.0.1.2");
  }, 60_000);

  it("a device that can do without IPv4 is told so, and has none (RFC 8925); one that never asks has one", async () => {
    await forgetIpv4("laptop");
    const told = await askForIpv4("laptop", "option ipv6_only_preferred");
    expect(told).toContain("IPv6-Only Preferred received (1800 seconds)");
    expect(await sh("laptop", "ip -4 -o address show dev eth0")).toBe("");
    expect(await askForIpv4("laptop")).toMatch(/leased 172\.31\.1\.\d+/);
    const seen = await seenByIsp(async () => {
      expect(await fetchFrom("laptop", literal)).toBe("hello from web4 to 11.0.1.2");
      expect(await pings("laptop", "11.0.3.2")).toBe(true);
    });
    expect(seen).toEqual([]);
    expect(await askForIpv4("printer", "option ipv6_only_preferred")).toMatch(/leased 172\.31\.2\.\d+/);
  }, 60_000);
});

describe("a phone on a network that is mostly IPv6", () => {
  it("is told so, has no IPv4, and reaches a literal by a CLAT with the prefix that the router advertises (RFC 8781)", async () => {
    await forgetIpv4("laptop");
    expect(await askForIpv4("laptop", "option ipv6_only_preferred")).toContain(
      "IPv6-Only Preferred received",
    );
    expect(await fetchFrom("laptop", literal)).toBe("");
    let heard: readonly string[] = [];
    await advertisementsAt("laptop", async (hears) => {
      await sh("laptop", "rdisc6 -1 eth0");
      heard = (await hears("advertisement", () => true)).pref64.map(({ prefix }) => prefix);
    });
    expect(heard).toEqual(["64:ff9b::/96"]);
    await startClat("laptop", "2001:db8:beef:101::c1a8", heard[0] ?? "");
    try {
      const seen = await seenByIsp(async () => {
        expect(await fetchFrom("laptop", literal)).toBe("hello from web4 to 11.0.1.2");
      });
      expect(seen).toEqual([]);
      await expectVerified("laptop", []);
    } finally {
      await stopClat("laptop");
    }
    expect(await fetchFrom("laptop", literal)).toBe("");
  }, 60_000);
});

describe("segments that move to another interface", () => {
  beforeAll(
    () =>
      convergeHome({
        "lan.segments": [
          { name: "lan", subnet: 1, interface: "enp3s0", mode: "v6mostly" },
          { name: "devices", subnet: 2, interface: "enp1s0", mode: "legacy" },
        ],
      }),
    120_000,
  );

  it("take their IPv4 along, which is theirs and not somebody else's", async () => {
    for (const place of ["printer", "laptop"] as const) await forgetIpv4(place);
    expect(await askForIpv4("printer")).toMatch(/leased 172\.31\.1\.\d+/);
    expect(await askForIpv4("laptop")).toMatch(/leased 172\.31\.2\.\d+/);
    for (const place of ["printer", "laptop"] as const) {
      expect(await fetchFrom(place, literal)).toBe("hello from web4 to 11.0.1.2");
      await forgetIpv4(place);
    }
    expect(await sh("home", "ip -4 -o address show to 172.31.0.0/16 | awk '{ print $2, $4 }' | sort")).toBe(
      "enp1s0 172.31.2.1/24\nenp3s0 172.31.1.1/24\n",
    );
  }, 60_000);

  afterAll(async () => {
    await convergeModes({}, {});
    // dhcpcd keeps a route to the prefix of before (docs/NETWORK.md).
    await restartClients();
  }, 90_000);
});

describe("back to v6only", () => {
  it("leaves no IPv4 behind", async () => {
    await convergeModes({}, {});
    expect(await sh("home", "ip -4 rule; ip -4 address show dev enp3s0; ip -o link show")).not.toMatch(
      /clat|172\.31/,
    );
    expect(
      await sh("home", "systemctl list-units --all --no-legend 'ipv6-home-clat*'; ls /etc/ipv6-home"),
    ).not.toContain("clat");
    expect(await sh("home", "sysctl -n net.ipv4.ip_forward")).toBe(forwardingBefore);
    await convergeHome({});
  }, 90_000);
});
