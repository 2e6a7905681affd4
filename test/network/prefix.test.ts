import fc from "fast-check";
import { Address, bitsOf } from "../../network/address";
import { outermost, Prefix } from "../../network/prefix";
import { address, addressOf, prefix, prefixOf } from "../support/arbitraries";

test.each([
  ["2001:db8::/48", "2001:db8::", 48],
  ["::/0", "::", 0],
  ["2001:db8::1/128", "2001:db8::1", 128],
  ["10.0.0.0/8", "10.0.0.0", 8],
  ["192.0.2.1/32", "192.0.2.1", 32],
])("reads %s", (text, base, length) => {
  const read = Prefix.of(text);
  expect([read.base.toString(), read.length, read.toString()]).toEqual([base, length, text]);
});

test.each([
  ["2001:db8::", "an address without a length (/128 for it alone)"],
  ["2001:db8::/", "not a prefix in CIDR form"],
  ["2001:db8::/+48", "not a prefix in CIDR form"],
  ["2001:db8::/48/64", "not a prefix in CIDR form"],
  ["/48", "not a prefix in CIDR form"],
  ["", "not a prefix in CIDR form"],
  ["2001:db8::/129", "longer than /128"],
  ["10.0.0.0/33", "longer than /32"],
  ["2001:db8::1/48", "not at a /48 boundary (2001:db8::/48 would be)"],
  ["10.1.0.0/8", "not at a /8 boundary (10.0.0.0/8 would be)"],
])("does not read %j: it is %s", (text, problem) => {
  expect(Prefix.parse(text)).toEqual({ problem });
  expect(() => Prefix.of(text)).toThrow(`${text} is ${problem}`);
});

test("what is written is what is read", () => {
  fc.assert(
    fc.property(prefix, (each) => {
      expect(Prefix.parse(each.toString())).toEqual(each);
    }),
  );
});

test("a prefix holds exactly the addresses that share its first bits", () => {
  fc.assert(
    fc.property(prefix, address, (each, other) => {
      const shift = BigInt(bitsOf(each.family) - each.length);
      const shares = each.family === other.family && each.base.value >> shift === other.value >> shift;
      expect(each.contains(other)).toBe(shares);
      expect(each.contains(each.base)).toBe(true);
      expect(each.contains(each.host(each.size - 1n))).toBe(true);
    }),
  );
});

test("subnets are inside, apart, in order, and fill their prefix", () => {
  const parts = fc.integer({ min: 1, max: 6 }).chain((bits) =>
    fc.tuple(
      fc.constant(bits),
      fc.constantFrom<4 | 6>(4, 6).chain((family) => prefixOf(family, bitsOf(family) - bits)),
    ),
  );
  fc.assert(
    fc.property(parts, ([bits, parent]) => {
      const count = 2 ** bits;
      const subnets = Array.from({ length: count }, (_, index) => parent.subnet(parent.length + bits, index));
      expect(subnets.every((subnet) => parent.contains(subnet) && !subnet.contains(parent))).toBe(true);
      expect(subnets.reduce((sum, subnet) => sum + subnet.size, 0n)).toBe(parent.size);
      subnets.slice(1).forEach((subnet, index) => {
        expect(subnet.base.value).toBe((subnets[index]?.base.value ?? 0n) + subnet.size);
        expect(subnets.slice(0, index + 1).some((other) => other.overlaps(subnet))).toBe(false);
      });
    }),
  );
});

test.each([
  ["2001:db8::/48", 56, 256],
  ["2001:db8::/48", 56, -1],
  ["2001:db8::/48", 47, 0],
  ["10.0.0.0/8", 8, 1],
])("%s has no /%i number %i", (parent, length, index) => {
  expect(() => Prefix.of(parent).subnet(length, index)).toThrow(
    new RangeError(`${parent} has no /${length} number ${index}`),
  );
});

test.each([-1n, 1n << 80n])("a /48 has no address number %s", (offset) => {
  expect(() => Prefix.of("2001:db8::/48").host(offset)).toThrow(
    new RangeError(`2001:db8::/48 has no address number ${offset}`),
  );
});

test("prefixes overlap when one holds the other, and only then", () => {
  fc.assert(
    fc.property(prefix, prefix, (a, b) => {
      expect(a.overlaps(b)).toBe(b.overlaps(a));
      expect(a.overlaps(b)).toBe(a.contains(b.base) || b.contains(a.base));
    }),
  );
});

test("the outermost prefixes hold the same addresses and no other one of them", () => {
  // Few enough that many lie inside each other.
  const crowded = fc
    .tuple(addressOf(4), fc.integer({ min: 0, max: 4 }))
    .map(([base, length]) => Prefix.around(base, length));
  fc.assert(
    fc.property(fc.array(crowded, { maxLength: 12 }), (all) => {
      const kept = outermost(all);
      expect(all.every((each) => kept.some((other) => other.contains(each)))).toBe(true);
      kept.forEach((each, index) => {
        expect(all).toContain(each);
        expect(kept.some((other, at) => at !== index && other.contains(each))).toBe(false);
      });
    }),
  );
});

test("outermost keeps the order", () => {
  const all = ["2001:db8:1::/48", "203.0.113.0/24", "2001:db8::/32", "203.0.113.7/32", "203.0.113.0/24"].map(
    (text) => Prefix.of(text),
  );
  expect(outermost(all).map(String)).toEqual(["203.0.113.0/24", "2001:db8::/32"]);
});

test("the prefix around an address holds it and is as long as asked", () => {
  fc.assert(
    fc.property(addressOf(6), fc.integer({ min: 0, max: 128 }), (each: Address, length) => {
      const around = Prefix.around(each, length);
      expect([around.contains(each), around.length]).toEqual([true, length]);
    }),
  );
});
