import { Prefix } from "../../network/prefix";
import { modeRules } from "../../render/mode-firewall";
import type { Segment } from "../../network/address-plan";
import { siteOf } from "../support/segments";

const rules = (...segments: readonly Partial<Segment>[]) =>
  modeRules({ site: siteOf(segments), sshPort: 22 });
const setsOf = (...segments: readonly Partial<Segment>[]) =>
  Object.fromEntries(rules(...segments).sets.map(({ name, elements = [] }) => [name, elements]));

test("segments of mode v6only add nothing", () => {
  expect(Object.values(rules({}, {})).flat()).toEqual([]);
});

test("guests and devices begin nothing inside, and nobody logs in from there", () => {
  expect(setsOf({}, { mode: "guest" }, { mode: "iot" })["isolated_interfaces"]).toEqual(['"eth2"', '"eth3"']);
  const { prerouting, forwardFirst } = rules({ mode: "iot" });
  expect(forwardFirst).toContain(
    "iifname @isolated_interfaces oifname @lan_interfaces ct state new,invalid counter drop",
  );
  expect(prerouting).toContain("iifname @isolated_interfaces tcp dport 22 fib daddr type local counter drop");
});

test("devices reach what is allowed: IPv6 as it is, IPv4 as NAT64 shows it, names by a set that dnsmasq fills", () => {
  const allow = ["2001:db8:46::/64", "2001:db8:46::5/128", "192.0.2.0/24"].map((text) => Prefix.of(text));
  const segment = { mode: "iot", allow: [...allow, "time.example.net"] } as const;
  const sets = setsOf(segment);
  // A set takes no element inside another one.
  expect(sets["allow_s1"]).toEqual(["2001:db8:46::/64", "64:ff9b::c000:200/120"]);
  expect(sets["names_s1"]).toEqual([]);
  expect(rules(segment).forwardFirst.join("\n")).toContain(
    'iifname "eth1" oifname "vpn*" ct state new,invalid ip6 daddr != @allow_s1 ip6 daddr != @names_s1 counter drop',
  );
});

test.each(["v6mostly", "legacy", "guest"] as const)(
  "IPv4 of mode %s goes out by the translator only",
  (mode) => {
    const { chains, forwardLast, sets } = rules({}, { mode });
    expect(sets.find(({ name }) => name === "lan_sources4")?.elements).toEqual([
      '"eth2" . 172.31.2.0/24',
      '"eth2" . 0.0.0.0/32',
    ]);
    expect(forwardLast.filter((rule) => rule.endsWith(" accept"))).toEqual([
      'iifname @ipv4_interfaces oifname "clat" accept',
      'iifname "clat" oifname "vpn*" ip6 saddr 2001:db8:beef:100::464 accept',
    ]);
    expect(chains.flatMap((chain) => chain.rules)).toEqual(['oifname "clat" snat ip to 192.0.0.1']);
  },
);
