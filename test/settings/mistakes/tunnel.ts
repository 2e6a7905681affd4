import type { Case } from "./case";

/** The tunnels: their prefix, ports and keys. */
export const tunnelMistakes: readonly Case[] = [
  {
    title: "the tunnels' prefix is missing",
    role: "colo",
    changes: { "tunnel.prefix": undefined },
    sentence:
      "tunnel.prefix: given nothing; allowed is a ULA /64 (RFC 4193) for the ends of all tunnels: the colo is ::1, site n is ::n+1; pulumi config set tunnel.prefix …",
  },
  {
    title: "the tunnels' prefix is global",
    role: "colo",
    changes: { "tunnel.prefix": "2001:db8:beef:ff::/64" },
    sentence:
      'tunnel.prefix: given "2001:db8:beef:ff::/64", which is no ULA; allowed is a /64 in fd00::/8; take one with 40 random bits (RFC 4193, section 3.2.2)',
  },
  {
    title: "the tunnels' prefix is in fc00::/8",
    role: "colo",
    changes: { "tunnel.prefix": "fc00::/64" },
    sentence:
      'tunnel.prefix: given "fc00::/64", which is no ULA; allowed is a /64 in fd00::/8; take one with 40 random bits (RFC 4193, section 3.2.2)',
  },
  {
    title: "the tunnels' prefix is a /48",
    role: "colo",
    changes: { "tunnel.prefix": "fd00:cafe:f00d::/48" },
    sentence:
      'tunnel.prefix: given "fd00:cafe:f00d::/48", which is a /48; allowed is a /64 in fd00::/8; take one with 40 random bits (RFC 4193, section 3.2.2)',
  },
  {
    title: "the first port leaves no room",
    role: "colo",
    changes: { "tunnel.basePort": 65027 },
    sentence:
      'tunnel.basePort: given "65027"; allowed is a whole number from 1024 to 65026; leave room for 510 ports; 51820 is usual',
  },
  {
    title: "the first port is a privileged one",
    role: "colo",
    changes: { "tunnel.basePort": 1023 },
    sentence:
      'tunnel.basePort: given "1023"; allowed is a whole number from 1024 to 65026; leave room for 510 ports; 51820 is usual',
  },
  {
    title: "the key epoch is 0",
    role: "home",
    changes: { "tunnel.keyEpoch": 0 },
    sentence:
      'tunnel.keyEpoch: given "0"; allowed is a whole number from 1 to 9007199254740991; add one to rotate the keys',
  },
  {
    title: "the key epoch is a date",
    role: "home",
    changes: { "tunnel.keyEpoch": "2026-11-24" },
    sentence:
      'tunnel.keyEpoch: given "2026-11-24"; allowed is a whole number from 1 to 9007199254740991; add one to rotate the keys',
  },
];
