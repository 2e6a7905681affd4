import type { Case } from "./case";

const web = { name: "web", protocol: "tcp", port: 443, to: "2001:db8:beef:101::42" };

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
  {
    title: "there is no such translator",
    role: "colo",
    changes: { "nat64.translator": "ecdysis" },
    sentence:
      'nat64.translator: given "ecdysis"; allowed is tayga or jool; jool needs a module for the colo\'s kernel, tayga does not',
  },
  {
    title: "Tayga is to have an address",
    role: "colo",
    changes: { "nat64.address4": "198.51.100.11" },
    sentence:
      'nat64.address4: given "198.51.100.11"; allowed is this setting with Jool only; set nat64.translator to jool, or remove it',
  },
  {
    title: "Jool is to have the loopback's address",
    role: "colo",
    changes: { "nat64.translator": "jool", "nat64.address4": "127.0.0.2" },
    sentence:
      'nat64.address4: given "127.0.0.2"; allowed is a unicast IPv4 address that no interface of the colo has; name a further address that the provider brings to the colo, or leave it out',
  },
  {
    title: "the spare address is the colo's",
    role: "colo",
    changes: { "nat64.translator": "jool", "nat64.address4": "198.51.100.10" },
    sentence:
      'nat64.address4: given "198.51.100.10", which is colo.address4; allowed is an address that nobody else uses; remove it: without it Jool shares colo.address4',
  },
  {
    title: "Jool's ports are those of the colo's own connections",
    role: "colo",
    changes: { "nat64.translator": "jool", "nat64.ports": "20000-40000" },
    sentence:
      'nat64.ports: given "20000-40000", which overlaps the ports of what the colo itself begins (32768-60999); allowed is ports that the colo does not use itself; choose others, as 10000-32767, or give Jool an address of its own by nat64.address4',
  },
  {
    title: "Jool's ports are no ports",
    role: "colo",
    changes: { "nat64.translator": "jool", "nat64.ports": "many" },
    sentence:
      'nat64.ports: given "many"; allowed is a port from 1 to 65535, or a range such as 8000-8010; name the port of the service; another port is another pinhole',
  },
  {
    title: "Jool's ports are the tunnels'",
    role: "colo",
    changes: { "nat64.translator": "jool", "tunnel.basePort": 20000 },
    sentence:
      'nat64.ports: given "10000-32767", which overlaps the tunnels\' ports (20000-20509); allowed is ports that the colo does not use itself; choose others, as 10000-32767, or give Jool an address of its own by nat64.address4',
  },
  {
    title: "Tayga is to forward a port",
    role: "colo",
    changes: { "nat64.forwards": [web] },
    sentence:
      "nat64.forwards: given a forward; allowed is this setting with Jool only; set nat64.translator to jool, or remove it",
  },
  {
    title: "a forward takes the port of the colo's sshd",
    role: "colo",
    changes: { "nat64.translator": "jool", "nat64.forwards": [{ ...web, port: 22 }] },
    sentence:
      'nat64.forwards[0].port: given "22", which the colo itself answers at; allowed is a port that is free; choose another one',
  },
  {
    title: "two forwards have one port",
    role: "colo",
    changes: { "nat64.translator": "jool", "nat64.forwards": [web, { ...web, name: "other" }] },
    sentence:
      'nat64.forwards[1].port: given "443", which another forward has already; allowed is a port that is free; choose another one',
  },
  {
    title: "a forward leads to nobody's machine",
    role: "colo",
    changes: { "nat64.translator": "jool", "nat64.forwards": [{ ...web, to: "2001:db8:beef::53" }] },
    sentence:
      'nat64.forwards[0].to: given "2001:db8:beef::53"; allowed is an address of a site, in 2001:db8:beef::/48 but not in its first /56; name the address of the machine at home',
  },
  {
    title: "a forward leads to an IPv4 address",
    role: "colo",
    changes: { "nat64.translator": "jool", "nat64.forwards": [{ ...web, to: "192.168.1.1" }] },
    sentence:
      'nat64.forwards[0].to: given "192.168.1.1"; allowed is an IPv6 address; name the machine\'s own address',
  },
];
