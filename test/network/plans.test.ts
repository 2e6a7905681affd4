import fc from "fast-check";
import {
  coloAddresses,
  segmentNumbers,
  siteAddresses,
  siteNumbers,
  type Segment,
} from "../../network/address-plan";
import { maximumUnderlayMtu, minimumIpv6Mtu, minimumUnderlayMtu, mtuPlan } from "../../network/mtu-plan";
import { Prefix } from "../../network/prefix";
import { tunnelGeneration, tunnelInterfaces, tunnelPortCount } from "../../network/tunnel-plan";
import { prefixOf, siteNumber } from "../support/arbitraries";

const colo = coloAddresses(Prefix.of("2001:db8:beef::/48"), Prefix.of("fd00:cafe:f00d::/64"));

const ipv4 = Prefix.of("172.31.0.0/16");
const lan: Segment = {
  name: "lan",
  subnet: 1,
  interface: "enp1s0",
  mode: "v6only",
  allow: [],
  onMetered: true,
};

/** Everything of a plan as text, for tables. */
const shown = (plan: unknown): unknown =>
  JSON.parse(
    JSON.stringify(plan, (_, value: unknown) =>
      typeof value === "object" && value !== null && ("family" in value || "base" in value)
        ? (value as { toString(): string }).toString()
        : value,
    ),
  );

describe("address plan", () => {
  test("of the colo", () => {
    expect(shown(colo)).toEqual({
      prefix: "2001:db8:beef::/48",
      own: "2001:db8:beef::/56",
      nameServer: "2001:db8:beef::a53",
      resolver: "2001:db8:beef::53",
      translator: "2001:db8:beef::64",
      tunnelPrefix: "fd00:cafe:f00d::/64",
      tunnel: "fd00:cafe:f00d::1",
      monitor: "fd00:cafe:f00d::9090",
    });
  });

  test("of the article's home", () => {
    expect(shown(siteAddresses(colo, 1, [lan], ipv4))).toEqual({
      number: 1,
      prefix: "2001:db8:beef:100::/56",
      gateway: "2001:db8:beef:100::1",
      tunnel: "fd00:cafe:f00d::2",
      segments: [
        {
          name: "lan",
          subnet: 1,
          interface: "enp1s0",
          mode: "v6only",
          onMetered: true,
          allow: [],
          prefix: "2001:db8:beef:101::/64",
          gateway: "2001:db8:beef:101::1",
          leases: { first: "2001:db8:beef:101::100", last: "2001:db8:beef:101::ffff" },
        },
      ],
    });
  });

  test("of the last site's last segment", () => {
    const site = siteAddresses(colo, 255, [{ ...lan, subnet: 255 }], ipv4);
    expect(shown(site)).toMatchObject({
      prefix: "2001:db8:beef:ff00::/56",
      tunnel: "fd00:cafe:f00d::100",
      segments: [{ prefix: "2001:db8:beef:ffff::/64" }],
    });
  });

  test("has no site 0 and no site 256", () => {
    expect(() => siteAddresses(colo, 0, [], ipv4)).toThrow(new RangeError("site 0 is the colo"));
    expect(() => siteAddresses(colo, 256, [], ipv4)).toThrow(
      new RangeError("2001:db8:beef::/48 has no /56 number 256"),
    );
  });

  test("gives every site and every segment its own, of any colo", () => {
    const numbers = fc.uniqueArray(siteNumber, { minLength: 2, maxLength: 8 });
    const subnets = fc.uniqueArray(fc.integer({ min: segmentNumbers.first, max: segmentNumbers.last }), {
      minLength: 2,
      maxLength: 8,
    });
    const prefix48 = prefixOf(6).map(({ base }) => Prefix.around(base, 48));
    fc.assert(
      fc.property(prefix48, numbers, subnets, (prefix, sites, segments) => {
        const shared = coloAddresses(prefix, colo.tunnelPrefix);
        const plans = sites.map((number) =>
          siteAddresses(
            shared,
            number,
            segments.map((subnet) => ({ ...lan, name: `s${subnet}`, subnet, interface: `eth${subnet}` })),
            ipv4,
          ),
        );
        const own = plans.flatMap((plan) => plan.segments.map((segment) => segment.prefix));
        expect(apart([shared.own, ...plans.map((plan) => plan.prefix)])).toBe(true);
        expect(apart([...own, ...plans.map((plan) => Prefix.around(plan.gateway, 64))])).toBe(true);
        expect(
          apart([shared.tunnel, ...plans.map((plan) => plan.tunnel)].map((each) => Prefix.around(each, 128))),
        ).toBe(true);
        for (const plan of plans) {
          expect(prefix.contains(plan.prefix)).toBe(true);
          expect(plan.prefix.contains(plan.gateway)).toBe(true);
          expect(shared.tunnelPrefix.contains(plan.tunnel)).toBe(true);
          for (const segment of plan.segments) {
            expect(plan.prefix.contains(segment.prefix)).toBe(true);
            expect(segment.prefix.contains(segment.gateway)).toBe(true);
            expect(segment.prefix.contains(segment.leases.first)).toBe(true);
            expect(segment.prefix.contains(segment.leases.last)).toBe(true);
            expect(segment.leases.first.value).toBeGreaterThan(segment.gateway.value);
          }
        }
        expect(shared.own.contains(shared.resolver) && shared.own.contains(shared.translator)).toBe(true);
      }),
      { numRuns: 50 },
    );
  });
});

function apart(prefixes: readonly Prefix[]): boolean {
  return prefixes.every((each, index) => prefixes.slice(index + 1).every((other) => !each.overlaps(other)));
}

describe("MTU plan", () => {
  test.each([
    [1500, { underlay: 1500, tunnel: 1440, mss: 1380, nat64Ipv4: 1420, edns: 1232 }],
    [1492, { underlay: 1492, tunnel: 1432, mss: 1372, nat64Ipv4: 1412, edns: 1232 }],
    [1340, { underlay: 1340, tunnel: 1280, mss: 1220, nat64Ipv4: 1260, edns: 1232 }],
    [9000, { underlay: 9000, tunnel: 8940, mss: 8880, nat64Ipv4: 8920, edns: 1232 }],
  ])("of %i", (underlay, plan) => {
    expect(mtuPlan(underlay)).toEqual(plan);
  });

  test.each([1339, 9001, 1400.5, NaN, -1])("there is none of %d", (underlay) => {
    expect(() => mtuPlan(underlay)).toThrow(new RangeError(`no plan for an underlay MTU of ${underlay}`));
  });

  test("holds together at any size", () => {
    fc.assert(
      fc.property(fc.integer({ min: minimumUnderlayMtu, max: maximumUnderlayMtu }), (underlay) => {
        const plan = mtuPlan(underlay);
        expect(plan.tunnel + 60).toBe(underlay);
        expect(plan.tunnel).toBeGreaterThanOrEqual(minimumIpv6Mtu);
        expect(plan.mss + 60).toBe(plan.tunnel);
        expect(plan.nat64Ipv4).toBe(plan.tunnel - 20);
        // An answer of that size with its IPv6 and UDP headers.
        expect(plan.edns + 48).toBeLessThanOrEqual(plan.tunnel);
      }),
    );
  });
});

describe("tunnel plan", () => {
  test.each([
    [1, 1, { keyEpoch: 1, homeInterface: "vpn0", coloInterface: "vpn1-0", port: 51820 }],
    [1, 2, { keyEpoch: 2, homeInterface: "vpn1", coloInterface: "vpn1-1", port: 51821 }],
    [1, 3, { keyEpoch: 3, homeInterface: "vpn0", coloInterface: "vpn1-0", port: 51820 }],
    [7, 2, { keyEpoch: 2, homeInterface: "vpn1", coloInterface: "vpn7-1", port: 51833 }],
    [255, 2, { keyEpoch: 2, homeInterface: "vpn1", coloInterface: "vpn255-1", port: 52329 }],
  ])("of site %i, key epoch %i", (site, keyEpoch, generation) => {
    expect(tunnelGeneration(site, keyEpoch, 51820)).toEqual(generation);
  });

  test("one generation and the next share nothing, and the one after takes the place of the first", () => {
    const keyEpoch = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER - 2 });
    fc.assert(
      fc.property(siteNumber, keyEpoch, (site, epoch) => {
        const [now, next, later] = [0, 1, 2].map((step) => tunnelGeneration(site, epoch + step, 1024));
        expect(now?.homeInterface).not.toBe(next?.homeInterface);
        expect(now?.coloInterface).not.toBe(next?.coloInterface);
        expect(now?.port).not.toBe(next?.port);
        expect({ ...now, keyEpoch: 0 }).toEqual({ ...later, keyEpoch: 0 });
      }),
    );
  });

  test("no two sites share a port or an interface, every name fits the kernel, every port the range", () => {
    const basePort = 65535 - tunnelPortCount + 1;
    const all = Array.from({ length: siteNumbers.last }, (_, index) => index + siteNumbers.first).flatMap(
      (site) => [1, 2].map((epoch) => tunnelGeneration(site, epoch, basePort)),
    );
    expect(all).toHaveLength(tunnelPortCount);
    expect(new Set(all.map(({ port }) => port)).size).toBe(all.length);
    expect(new Set(all.map(({ coloInterface }) => coloInterface)).size).toBe(all.length);
    for (const { port, homeInterface, coloInterface } of all) {
      expect(port >= basePort && port <= 65535).toBe(true);
      for (const name of [homeInterface, coloInterface]) {
        // net/core/dev.c: IFNAMSIZ is 16 with the terminating zero.
        expect(Buffer.byteLength(name)).toBeLessThanOrEqual(15);
        expect(name.startsWith(tunnelInterfaces.replace("*", ""))).toBe(true);
      }
    }
  });
});
