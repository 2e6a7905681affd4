import type { Case } from "./case";

/** The interface towards the provider. */
export const wanMistakes: readonly Case[] = [
  {
    title: "the WAN's interface is missing",
    role: "home",
    changes: { "wan.interface": undefined },
    sentence:
      "wan.interface: given nothing; allowed is interface towards the provider; pulumi config set wan.interface …",
  },
  {
    title: "the WAN's interface has a name of 16 bytes",
    role: "colo",
    changes: { "wan.interface": "enp0s31f6abcdefg" },
    sentence:
      'wan.interface: given "enp0s31f6abcdefg"; allowed is the name of an interface that exists on the host, not lo, clat, nat64 or vpn…; see `ip link` on the host',
  },
  {
    title: "the WAN's interface is a tunnel",
    role: "home",
    changes: { "wan.interface": "vpn0" },
    sentence:
      'wan.interface: given "vpn0"; allowed is the name of an interface that exists on the host, not lo, clat, nat64 or vpn…; see `ip link` on the host',
  },
  {
    title: "the WAN's interface is the loopback",
    role: "home",
    changes: { "wan.interface": "lo" },
    sentence:
      'wan.interface: given "lo"; allowed is the name of an interface that exists on the host, not lo, clat, nat64 or vpn…; see `ip link` on the host',
  },
  {
    title: "the WAN's interface has a quote",
    role: "colo",
    changes: { "wan.interface": 'ens3"' },
    sentence:
      'wan.interface: given "ens3\\""; allowed is the name of an interface that exists on the host, not lo, clat, nat64 or vpn…; see `ip link` on the host',
  },
  {
    title: "the WAN's MTU leaves IPv6 too little",
    role: "home",
    changes: { "wan.mtu": 1339 },
    sentence:
      'wan.mtu: given "1339"; allowed is a whole number from 1340 to 9000; 1500 for Ethernet or cable, 1492 for PPPoE; IPv6 needs 1280 in the tunnel',
  },
  {
    title: "the WAN's MTU is beyond jumbo frames",
    role: "colo",
    changes: { "wan.mtu": 9001 },
    sentence:
      'wan.mtu: given "9001"; allowed is a whole number from 1340 to 9000; 1500 for Ethernet or cable, 1492 for PPPoE; IPv6 needs 1280 in the tunnel',
  },
  {
    title: "the guard's window is shorter than a tunnel takes to come up",
    role: "home",
    changes: { "guard.windowSec": 10 },
    sentence:
      'guard.windowSec: given "10"; allowed is a whole number from 30 to 3600; a new login must fit into it; the tunnel alone may take 20 s to come up',
  },
  {
    title: "observe is switched on",
    role: "home",
    changes: { observe: "on" },
    sentence: 'observe: given "on"; allowed is auto or always or never; auto looks whenever a key is at hand',
  },
  {
    title: "packages are to be removed in other words",
    role: "home",
    changes: { "destroy.packages": "remove" },
    sentence:
      'destroy.packages: given "remove"; allowed is keep or purge; purge takes away what was not there before',
  },
  {
    title: "acceptRa is no yes and no no",
    role: "colo",
    changes: { "wan.acceptRa": "true" },
    sentence: `wan.acceptRa: given "true"; allowed is yes or no; yes if the host's IPv6 comes by router advertisements`,
  },
  {
    title: "acceptRa was written without quotes",
    role: "colo",
    changes: { "wan.acceptRa": false },
    sentence: `wan.acceptRa: given "false"; allowed is yes or no; yes if the host's IPv6 comes by router advertisements`,
  },
];
