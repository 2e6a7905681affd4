import fc from "fast-check";
import { Address } from "../../network/address";
import { Prefix } from "../../network/prefix";
import { embedIpv4, nat64Prefix, nonPublicIpv4, privateIpv4 } from "../../network/well-known";
import { addressOf, prefixOf } from "../support/arbitraries";

// RFC 6052, section 2.4, and the prefixes of the firewall.
test.each([
  ["192.0.2.33/32", "64:ff9b::c000:221/128"],
  ["10.0.0.0/8", "64:ff9b::a00:0/104"],
  ["0.0.0.0/0", "64:ff9b::/96"],
  ["240.0.0.0/4", "64:ff9b::f000:0/100"],
])("%s looks like %s to a client of the translator", (ipv4, ipv6) => {
  expect(embedIpv4(nat64Prefix, Prefix.of(ipv4)).toString()).toBe(ipv6);
});

test("an address is in a prefix exactly if its translation is in the prefix's translation", () => {
  fc.assert(
    fc.property(prefixOf(4), addressOf(4), (prefix, address) => {
      const translated = Address.of(`64:ff9b::${address.toString()}`);
      expect(embedIpv4(nat64Prefix, prefix).contains(translated)).toBe(prefix.contains(address));
      expect(embedIpv4(nat64Prefix, Prefix.around(address, 32)).base.equals(translated)).toBe(true);
    }),
  );
});

test("a set takes these prefixes: none is inside another", () => {
  for (const list of [nonPublicIpv4, privateIpv4]) {
    list.forEach((each, index) => {
      expect(list.slice(index + 1).some((other) => other.overlaps(each))).toBe(false);
    });
  }
});

test("what is private is not public", () => {
  expect(privateIpv4.every((each) => nonPublicIpv4.some((other) => other.contains(each)))).toBe(true);
});

test.each([
  "10.1.2.3",
  "100.64.0.1",
  "127.0.0.1",
  "169.254.169.254",
  "172.31.255.255",
  "192.168.1.1",
  "224.0.0.251",
])("the translator refuses %s", (address) => {
  expect(nonPublicIpv4.some((each) => each.contains(Address.of(address)))).toBe(true);
});

test.each(["1.1.1.1", "172.32.0.1", "100.128.0.1", "198.51.100.1", "203.0.113.1", "223.255.255.255"])(
  "the translator takes %s",
  (address) => {
    expect(nonPublicIpv4.some((each) => each.contains(Address.of(address)))).toBe(false);
  },
);
