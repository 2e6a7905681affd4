import fc from "fast-check";
import { Address } from "../../network/address";
import { Prefix } from "../../network/prefix";
import { reverseName, reverseZone } from "../../network/reverse";
import { delegationsOf, renderForwardZone, renderReverseZone, type PublicZones } from "../../render/zone";

const site = Prefix.of("2001:db8:beef:100::/56");
const servers = [Address.of("192.0.2.1"), Address.of("2001:db8:beef::a53")] as const;
const zones = (hosts: PublicZones["hosts"]): PublicZones => ({
  zone: "home.example.net",
  prefix: site,
  servers,
  hosts,
});

/** The records of a zone file below its head, with their whole names. */
const recordsOf = (text: string): string[][] => {
  const origin = /^\$ORIGIN (\S+)$/m.exec(text)?.[1] ?? "";
  return text
    .trimEnd()
    .split("\n")
    .slice(4)
    .map((line) => {
      const [name = "", type = "", value = ""] = line.split(" ");
      return [`${name}.${origin}`, type, value];
    });
};

const host = fc.record({
  name: fc.stringMatching(/^[a-z][a-z0-9]{0,20}$/),
  addresses: fc.uniqueArray(
    fc.bigInt({ min: 2n, max: site.size - 1n }).map((offset) => site.host(offset)),
    { minLength: 1, maxLength: 3, selector: (address) => address.value },
  ),
});

test("every address is under its name, and every name under its address", () => {
  fc.assert(
    fc.property(fc.array(host, { maxLength: 20 }), (hosts) => {
      const pairs = hosts.flatMap(({ name, addresses }) =>
        addresses.map((address) => [`${name}.home.example.net.`, address] as const),
      );
      const forward = recordsOf(renderForwardZone(zones(hosts))).slice(2);
      expect(forward).toEqual(pairs.map(([name, address]) => [name, "AAAA", address.toString()]));
      expect(recordsOf(renderReverseZone(zones(hosts)))).toEqual(
        pairs.map(([name, address]) => [`${reverseName(address)}.`, "PTR", name]),
      );
    }),
  );
});

test("a reverse name holds its address, and lies in the zone of every prefix around it", () => {
  fc.assert(
    fc.property(
      fc.bigInt({ min: 0n, max: (1n << 128n) - 1n }),
      fc.integer({ min: 0, max: 32 }),
      (value, n) => {
        const address = new Address(6, value);
        const nibbles = reverseName(address)
          .replace(/\.ip6\.arpa$/, "")
          .split(".");
        expect(BigInt(`0x${[...nibbles].reverse().join("")}`)).toBe(value);
        expect(nibbles).toHaveLength(32);
        expect(`.${reverseName(address)}`.endsWith(`.${reverseZone(Prefix.around(address, 4 * n))}`)).toBe(
          true,
        );
      },
    ),
  );
  expect(reverseZone(site)).toBe("1.0.f.e.e.b.8.b.d.0.1.0.0.2.ip6.arpa");
  expect(() => reverseZone(Prefix.of("2001:db8::/45"))).toThrow("2001:db8::/45 is no zone of its own");
});

test("the parents are told the name server, and its addresses where that is needed", () => {
  expect(delegationsOf(zones([]))).toEqual({
    "home.example.net": [
      "home.example.net. NS ns.home.example.net.",
      "ns.home.example.net. A 192.0.2.1",
      "ns.home.example.net. AAAA 2001:db8:beef::a53",
    ],
    "1.0.f.e.e.b.8.b.d.0.1.0.0.2.ip6.arpa": ["1.0.f.e.e.b.8.b.d.0.1.0.0.2.ip6.arpa. NS ns.home.example.net."],
  });
});

test("of 1,000 machines one that changes is one line that changes, in either zone", () => {
  const many = (changed: bigint) =>
    zones(
      Array.from({ length: 1000 }, (_, index) => ({
        name: `host${index}`,
        addresses: [site.host(BigInt(index) + (index === 500 ? changed : 0n) + 2n)],
      })),
    );
  for (const render of [renderForwardZone, renderReverseZone]) {
    const [before, after] = [many(0n), many(5000n)].map((each) => render(each).split("\n"));
    expect(before?.length).toBeGreaterThan(1000);
    expect(before?.filter((line, index) => line !== after?.[index])).toHaveLength(1);
  }
});

test("a rendering has no serial number of its own", () => {
  for (const render of [renderForwardZone, renderReverseZone])
    expect(render(zones([]))).toMatch(/^@ SOA ns\.home\.example\.net\. hostmaster\.home\.example\.net\. 0 /m);
});
