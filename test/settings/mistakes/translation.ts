import type { Case } from "./case";

/** NAT64 and DNS64. */
export const translationMistakes: readonly Case[] = [
  {
    title: "the pool is public",
    role: "colo",
    changes: { "nat64.pool4": "198.51.100.0/24" },
    sentence:
      'nat64.pool4: given "198.51.100.0/24", which is not private; allowed is a private IPv4 prefix from /8 to /29; take one that the colo does not use otherwise',
  },
  {
    title: "the pool is the loopback's",
    role: "colo",
    changes: { "nat64.pool4": "127.0.0.0/8" },
    sentence:
      'nat64.pool4: given "127.0.0.0/8", which is not private; allowed is a private IPv4 prefix from /8 to /29; take one that the colo does not use otherwise',
  },
  {
    title: "the pool is too small",
    role: "colo",
    changes: { "nat64.pool4": "192.168.240.0/30" },
    sentence:
      'nat64.pool4: given "192.168.240.0/30", which is a /30; allowed is a private IPv4 prefix from /8 to /29; take one that the colo does not use otherwise',
  },
  {
    title: "the pool is too large",
    role: "colo",
    changes: { "nat64.pool4": "0.0.0.0/0" },
    sentence:
      'nat64.pool4: given "0.0.0.0/0", which is a /0; allowed is a private IPv4 prefix from /8 to /29; take one that the colo does not use otherwise',
  },
  {
    title: "the pool is IPv6",
    role: "colo",
    changes: { "nat64.pool4": "fd00::/64" },
    sentence:
      'nat64.pool4: given "fd00::/64", which is not IPv4; allowed is a private IPv4 prefix from /8 to /29; take one that the colo does not use otherwise',
  },
  {
    title: "the pool holds an operator's address",
    role: "colo",
    changes: { "ssh.managementPrefixes": ["192.168.250.0/24"] },
    sentence:
      'nat64.pool4: given "192.168.240.0/20", which overlaps ssh.managementPrefixes 192.168.250.0/24; allowed is a prefix that nobody else uses; choose another private prefix',
  },
  {
    title: "the pool holds the colo's own address",
    role: "colo",
    changes: { "colo.address4": "192.168.241.7" },
    sentence:
      'nat64.pool4: given "192.168.240.0/20", which overlaps colo.address4 192.168.241.7; allowed is a prefix that nobody else uses; choose another private prefix',
  },
  {
    title: "a trust anchor is only the digest",
    role: "colo",
    changes: { "dns64.trustAnchors": ["E06D44B80B8F1D39"] },
    sentence:
      'dns64.trustAnchors[0]: given "E06D44B80B8F1D39"; allowed is an anchor as `. static-ds 20326 8 2 "E06D…"`; see trust-anchors in BIND\'s reference manual',
  },
  {
    title: "a trust anchor would end its statement",
    role: "colo",
    changes: { "dns64.trustAnchors": ['.;}; static-ds 20326 8 2 "E06D"'] },
    sentence:
      'dns64.trustAnchors[0]: given ".;}; static-ds 20326 8 2 \\"E06D\\""; allowed is an anchor as `. static-ds 20326 8 2 "E06D…"`; see trust-anchors in BIND\'s reference manual',
  },
];
