import { Prefix } from "../../network/prefix";
import { lanLinks, lanLinksAway, lanLinkStates } from "../../render/lan-links";
import { segmentsOf } from "../support/segments";

const segments = segmentsOf([{}, { interface: "eth1.20", vlan: { parent: "eth1", id: 20 }, mode: "guest" }]);

test("each segment has its words: interface, address, prefix, and what its mode and VLAN add", () => {
  expect(lanLinks(segments, []).split(" ").slice(1)).toEqual([
    ...["vpn", "eth1", "2001:db8:beef:101::1/64", "2001:db8:beef:101::/64"],
    ...["eth1.20", "2001:db8:beef:102::1/64", "2001:db8:beef:102::/64", "vlan=eth1:20", "ipv4=172.31.2.1/24"],
  ]);
});

test("all of it is taken away again, a VLAN only if it is ours", () => {
  const away = lanLinksAway(segments, []);
  expect(away).toContain("/usr/sbin/ip -4 address delete 172.31.2.1/24 dev eth1.20");
  expect(away.filter((command) => command.includes("link delete"))).toEqual([
    "/bin/sh -c '! grep -qsx ipv6-home /sys/class/net/eth1.20/ifalias || /usr/sbin/ip link delete eth1.20'",
  ]);
});

test("the live state has IPv4 where the segment has it", () => {
  expect(
    segments.map((segment) => lanLinkStates(segment).filter((each) => each.includes("-4")).length),
  ).toEqual([0, 1]);
});

test("what is delegated from a segment has its route there, and it goes with the segment", () => {
  const [segment] = segments;
  if (segment === undefined) throw new Error("no segment");
  const reserved = segment.prefix.host(0x42n);
  const host = {
    name: "attic",
    segment,
    mac: "02:00:5e:10:00:01",
    reserved,
    addresses: [reserved],
    public: false,
  };
  const delegations = [{ host, prefix: Prefix.of("2001:db8:beef:110::/60") }];
  expect(lanLinks(segments, delegations)).toContain(
    "eth1 2001:db8:beef:101::1/64 2001:db8:beef:101::/64 route=2001:db8:beef:110::/60@2001:db8:beef:101::42 tell=ipv6-home-delegation.service eth1.20 ",
  );
  expect(lanLinksAway(segments, delegations)[0]).toBe(
    "/usr/sbin/ip -6 route delete 2001:db8:beef:110::/60 dev eth1 table vpn",
  );
});
