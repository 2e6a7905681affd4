import type { Case } from "./case";

/** The colo's addresses, and which stack built it. */
export const coloMistakes: readonly Case[] = [
  {
    title: "the colo's address is missing",
    role: "colo",
    changes: { "colo.address4": undefined },
    sentence:
      "colo.address4: given nothing; allowed is IPv4 address of the colo that homes dial; pulumi config set colo.address4 …",
  },
  {
    title: "the colo's address is IPv6",
    role: "colo",
    changes: { "colo.address4": "2001:db8::1" },
    sentence:
      'colo.address4: given "2001:db8::1"; allowed is a unicast IPv4 address; name the address that homes can reach',
  },
  {
    title: "the colo's address is a name",
    role: "colo",
    changes: { "colo.address4": "colo.example.net" },
    sentence:
      'colo.address4: given "colo.example.net"; allowed is a unicast IPv4 address; name the address that homes can reach',
  },
  {
    title: "the colo's address is the loopback",
    role: "colo",
    changes: { "colo.address4": "127.0.0.1" },
    sentence:
      'colo.address4: given "127.0.0.1"; allowed is a unicast IPv4 address; name the address that homes can reach',
  },
  {
    title: "the colo's address is multicast",
    role: "colo",
    changes: { "colo.address4": "224.0.0.1" },
    sentence:
      'colo.address4: given "224.0.0.1"; allowed is a unicast IPv4 address; name the address that homes can reach',
  },
  {
    title: "the colo's prefix is missing",
    role: "colo",
    changes: { "colo.prefix": "" },
    sentence:
      "colo.prefix: given nothing; allowed is the /48 that the provider routes to the colo; pulumi config set colo.prefix …",
  },
  {
    title: "the colo's prefix is a /56",
    role: "colo",
    changes: { "colo.prefix": "2001:db8:beef::/56" },
    sentence:
      'colo.prefix: given "2001:db8:beef::/56", which is a /56; allowed is a global /48; name the prefix that the provider routes to the colo',
  },
  {
    title: "the colo's prefix has host bits",
    role: "colo",
    changes: { "colo.prefix": "2001:db8:beef:1::/48" },
    sentence:
      'colo.prefix: given "2001:db8:beef:1::/48", which is not at a /48 boundary (2001:db8:beef::/48 would be); allowed is a global /48; name the prefix that the provider routes to the colo',
  },
  {
    title: "the colo's prefix is a ULA",
    role: "colo",
    changes: { "colo.prefix": "fd00:cafe:f00d::/48" },
    sentence:
      'colo.prefix: given "fd00:cafe:f00d::/48", which is not global unicast IPv6; allowed is a global /48; name the prefix that the provider routes to the colo',
  },
  {
    title: "the colo's prefix is the translator's",
    role: "colo",
    changes: { "colo.prefix": "64:ff9b::/48" },
    sentence:
      'colo.prefix: given "64:ff9b::/48", which is not global unicast IPv6; allowed is a global /48; name the prefix that the provider routes to the colo',
  },
  {
    title: "the colo's prefix is IPv4",
    role: "colo",
    changes: { "colo.prefix": "198.51.100.0/24" },
    sentence:
      'colo.prefix: given "198.51.100.0/24", which is not global unicast IPv6; allowed is a global /48; name the prefix that the provider routes to the colo',
  },
  {
    title: "the colo's prefix is no prefix",
    role: "colo",
    changes: { "colo.prefix": "2001:db8:beef::" },
    sentence:
      'colo.prefix: given "2001:db8:beef::", which is an address without a length (/128 for it alone); allowed is a global /48; name the prefix that the provider routes to the colo',
  },
  {
    title: "the colo's stack is only a name",
    role: "home",
    changes: { "colo.stack": "colo" },
    sentence:
      'colo.stack: given "colo"; allowed is organization/project/stack; see `pulumi stack ls --all`; leave it out for colo beside this one',
  },
];
