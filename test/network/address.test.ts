import fc from "fast-check";
import { isIP } from "node:net";
import { Address } from "../../network/address";
import { address } from "../support/arbitraries";

test.each([
  ["192.0.2.1", 4, 0xc0000201n],
  ["255.255.255.255", 4, 0xffffffffn],
  ["::", 6, 0n],
  ["::1", 6, 1n],
  ["2001:db8::1", 6, 0x20010db8000000000000000000000001n],
  ["2001:DB8:0:0:0:0:0:1", 6, 0x20010db8000000000000000000000001n],
  ["64:ff9b::192.0.2.33", 6, 0x64ff9b0000000000000000c0000221n],
] as const)("reads %s", (text, family, value) => {
  expect(Address.parse(text)).toEqual(new Address(family, value));
});

test.each([
  "",
  "192.0.2",
  "192.0.2.256",
  "192.0.2.1.1",
  "192.0.2.1/24",
  "192.0.2.1:22",
  "2001:db8::1::2",
  "2001:db8:::1",
  "2001:db8::g",
  "[2001:db8::1]",
  "fe80::1%eth0",
  "2001:db8::1/64",
  "1:2:3:4:5:6:7:8:9",
  "::ffff:192.0.2.256",
  "colo.example.net",
  " ::1",
  "::1\n",
])("does not read %j", (text) => {
  expect(Address.parse(text)).toBeUndefined();
  expect(() => Address.of(text)).toThrow(`not an IP address: ${text}`);
});

// RFC 5952, section 4.
test.each([
  ["2001:0db8::0001", "2001:db8::1"],
  ["2001:db8:0:0:0:0:2:1", "2001:db8::2:1"],
  ["2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"],
  ["2001:0:0:1:0:0:0:1", "2001:0:0:1::1"],
  ["2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"],
  ["2001:DB8::ABCD", "2001:db8::abcd"],
])("writes %s as %s", (given, written) => {
  expect(Address.of(given).toString()).toBe(written);
});

test("what is written is what is read, and Node agrees on what it is", () => {
  fc.assert(
    fc.property(address, (each) => {
      const text = each.toString();
      expect(isIP(text)).toBe(each.family);
      expect(Address.of(text)).toEqual(each);
      expect(Address.of(text).equals(each)).toBe(true);
    }),
  );
});

test("Node agrees on what is no address", () => {
  const text = fc.oneof(fc.string(), fc.stringMatching(/^[0-9a-f:.]{0,40}$/));
  fc.assert(
    fc.property(text, (each) => {
      expect(Address.parse(each)?.family ?? 0).toBe(isIP(each));
    }),
    { numRuns: 1000 },
  );
});

test("equal numbers of different versions are different addresses", () => {
  expect(new Address(4, 1n).equals(new Address(6, 1n))).toBe(false);
});
