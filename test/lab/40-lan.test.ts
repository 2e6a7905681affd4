import { capture } from "./capture";
import { closeEngine, sh, trySh, until } from "./support";

afterAll(closeEngine);

const globals = async (place: "laptop" | "phone" | "printer") =>
  (await sh(place, "ip -6 -o address show dev eth0 scope global | awk '{ print $4 }'"))
    .trim()
    .split("\n")
    .sort();

describe("router advertisements", () => {
  let advertisement: string;
  beforeAll(async () => {
    advertisement = await sh("phone", "rdisc6 -1 eth0");
  });

  it("carry the plan's MTU (RFC 4861, section 4.6.4)", () => {
    expect(advertisement).toMatch(/MTU\s*:\s*1440 bytes/);
  });

  it("ask for stateful DHCPv6 and allow SLAAC (flags M, O, A)", () => {
    expect(advertisement).toMatch(/Stateful address conf\.\s*:\s*Yes/);
    expect(advertisement).toMatch(/Stateful other conf\.\s*:\s*Yes/);
    expect(advertisement).toMatch(/Prefix\s*:\s*2001:db8:beef:101::\/64/);
    expect(advertisement).toMatch(/Autonomous address conf\.:\s*Yes/);
  });

  it("have lifetimes within RFC 9096", () => {
    expect(Number(/Valid time\s*:\s*(\d+)/.exec(advertisement)?.[1])).toBeLessThanOrEqual(5400);
    expect(Number(/Pref\. time\s*:\s*(\d+)/.exec(advertisement)?.[1])).toBeLessThanOrEqual(2700);
    expect(Number(/Router lifetime\s*:\s*(\d+)/.exec(advertisement)?.[1])).toBe(1800);
  });

  it("name the resolver and the domain (RFC 8106)", () => {
    expect(advertisement).toMatch(/Recursive DNS server\s*:\s*2001:db8:beef:101::1/);
    expect(advertisement).toMatch(/DNS search list\s*:\s*home\.arpa/);
  });

  it("each segment hears of its own prefix only", async () => {
    const other = await sh("printer", "rdisc6 -1 eth0");
    expect(other).toMatch(/Prefix\s*:\s*2001:db8:beef:102::\/64/);
    expect(other).not.toContain("2001:db8:beef:101");
    expect(other).toMatch(/Recursive DNS server\s*:\s*2001:db8:beef:102::1/);
    expect(await globals("printer")).toEqual(["2001:db8:beef:102:0:ff:fe00:301/64"]);
  });
});

describe("addresses", () => {
  it("laptop has a lease beside its SLAAC address, phone has SLAAC alone", async () => {
    const laptop = await globals("laptop");
    expect(laptop).toContain("2001:db8:beef:101:0:ff:fe00:101/64");
    expect(laptop.filter((each) => /^2001:db8:beef:101::[0-9a-f]{3,4}\/128$/.test(each))).toHaveLength(1);
    expect(await globals("phone")).toEqual(["2001:db8:beef:101:0:ff:fe00:102/64"]);
  });

  it("the MTU of the clients is the tunnel's", async () => {
    expect(
      await sh("laptop", "ip -6 route get 2001:db8:6::2; cat /proc/sys/net/ipv6/conf/eth0/mtu"),
    ).toContain("1440");
  });
});

describe("names", () => {
  const dig = (place: "laptop" | "phone", ...args: string[]) =>
    sh(place, `dig +short +time=2 +tries=2 @2001:db8:beef:101::1 ${args.join(" ")}`).then((text) =>
      text.trim(),
    );

  it("a leased machine resolves forward and reverse", async () => {
    await until("laptop has a name", 30, async () => (await dig("phone", "laptop.home.arpa", "AAAA")) !== "");
    const address = await dig("phone", "laptop.home.arpa", "AAAA");
    expect(address).toMatch(/^2001:db8:beef:101::[0-9a-f]{3,4}$/);
    expect(await dig("phone", "-x", address)).toBe("laptop.home.arpa.");
  }, 60_000);

  it("an unknown name of the domain is answered at home, with NXDOMAIN", async () => {
    expect(await sh("phone", "dig @2001:db8:beef:101::1 nobody.home.arpa AAAA")).toContain("NXDOMAIN");
  });

  it("everything else is asked at the colo, through the tunnel", async () => {
    // One that does go to the ISP, as a leak would: the gateway asks for itself.
    const mark = (name: string) => sh("home", `getent ahosts ${name}.lab.example || true`);
    const atColo = "udp dst port 53 and ip6 dst 2001:db8:beef::53";
    const atIsp = await capture("isp", "home", "port 53", async (seesAtIsp) => {
      await mark("mark1");
      await seesAtIsp(/ mark1\.lab\.example/i);
      await capture("home", "vpn0", atColo, async (seesInTunnel) => {
        expect(await dig("phone", "web6.lab.example", "AAAA")).toBe("2001:db8:6::2");
        await trySh("phone", "dig +short +time=1 +tries=1 @2001:db8:beef:101::1 nothere.lab.example AAAA");
        await seesInTunnel(/ web6\.lab\.example/i);
        await seesInTunnel(/ nothere\.lab\.example/i);
      });
      await mark("mark2");
      await seesAtIsp(/ mark2\.lab\.example/i);
    });
    expect(atIsp.filter((packet) => /(web6|nothere)\.lab\.example/i.test(packet))).toEqual([]);
  }, 30_000);
});
