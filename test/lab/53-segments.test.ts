import { askForIpv4, fetchFrom, forgetIpv4, reaches } from "./devices";
import {
  convergeHome,
  convergeModes,
  expectNoDrift,
  laptop,
  literal,
  phone,
  pings,
  printer,
} from "./segments";
import { closeEngine, sh, trySh } from "./support";

afterAll(async () => {
  await forgetIpv4("printer");
  await convergeHome({});
  await closeEngine();
}, 90_000);

describe("without a mode", () => {
  beforeAll(() => convergeModes({}, {}), 120_000);

  it("another segment can be pinged, and used by a pinhole; a connection to its other ports is refused", async () => {
    expect(await pings("printer", laptop)).toBe(true);
    expect(await reaches("printer", "laptop", laptop, 22)).toBe(true);
    expect(await reaches("laptop", "printer", printer, 80)).toBe(false);
  }, 30_000);
});

describe("mode guest", () => {
  beforeAll(() => convergeModes({}, { mode: "guest" }), 120_000);

  it("has the internet by both protocols, and is told that it can do without IPv4", async () => {
    expect(await askForIpv4("printer", "option ipv6_only_preferred")).toContain(
      "IPv6-Only Preferred received",
    );
    expect(await askForIpv4("printer")).toMatch(/leased 172\.31\.2\.\d+/);
    expect(await fetchFrom("printer", literal)).toBe("hello from web4 to 11.0.1.2");
    expect(await fetchFrom("printer", "http://[2001:db8:6::2]/hello")).toMatch(/^hello from web6/);
  }, 60_000);

  it("has no way to other segments, not by a ping and not by a pinhole that all others have", async () => {
    expect(await pings("printer", laptop)).toBe(false);
    expect(await reaches("printer", "laptop", laptop, 22)).toBe(false);
    expect(await reaches("attacker", "laptop", laptop, 22)).toBe(true);
  }, 30_000);

  it("has of the gateway names, addresses and pings only, even as one who may log in", async () => {
    const gateway = "2001:db8:beef:102::1";
    expect(await pings("printer", gateway)).toBe(true);
    const ssh = `nc -6 -z -w 1 ${gateway} 22`;
    await sh("home", "nft add element inet ipv6_home management6 '{ 2001:db8:beef:102::/64 }'");
    expect((await trySh("printer", ssh)).code).not.toBe(0);
    // The listener is there: it is this rule that hides it.
    await sh("home", "nft delete element inet ipv6_home isolated_interfaces '{ \"enp3s0\" }'");
    expect((await trySh("printer", ssh)).code).toBe(0);
    await sh("home", "systemctl reload ipv6-home-firewall");
    await forgetIpv4("printer");
  }, 30_000);
});

describe("mode iot", () => {
  const allow = ["2001:db8:6::/64", "11.0.3.0/24", "web46.lab.example"];
  beforeAll(() => convergeModes({}, { mode: "iot", allow }), 120_000);

  const web46 = "http://[2001:db8:46::2]/hello";

  it("reaches allowed prefixes, IPv4 ones by NAT64, and nothing else", async () => {
    expect(await fetchFrom("printer", "http://[2001:db8:6::2]/hello")).toMatch(/^hello from web6/);
    expect(await fetchFrom("printer", "http://[64:ff9b::b00:302]/hello")).toBe("hello from web4 to 11.0.1.2");
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
    await expectNoDrift();
  }, 60_000);

  it("begins nothing with other segments, which may begin something with it", async () => {
    expect(await pings("printer", phone)).toBe(false);
    expect(await reaches("printer", "laptop", laptop, 22)).toBe(false);
    expect(await reaches("laptop", "printer", printer, 80)).toBe(true);
  }, 30_000);
});
