import type { Case } from "./case";

/** Router advertisements: who sends them, and when they offer no way out. */
export const raMistakes: readonly Case[] = [
  {
    title: "the advertisements are to come from a program that is neither",
    role: "home",
    changes: { "ra.daemon": "networkd" },
    sentence:
      'ra.daemon: given "networkd"; allowed is radvd or dnsmasq; dnsmasq on Debian 12, whose radvd has no PREF64',
  },
  {
    title: "the uplink counts as lost after one lost packet",
    role: "home",
    changes: { "ra.uplinkLossSec": 1 },
    sentence:
      'ra.uplinkLossSec: given "1"; allowed is a whole number from 5 to 3600; shorter ones would take each lost packet for a loss; 0 is the usual time',
  },
  {
    title: "dnsmasq is to withdraw the default route",
    role: "home",
    changes: { "ra.daemon": "dnsmasq", "ra.uplinkLossSec": 30 },
    sentence:
      'ra.uplinkLossSec: given "30" with ra.daemon dnsmasq, which cannot change what it advertises while it runs; allowed is a time with ra.daemon radvd only; remove it, or set ra.daemon to radvd',
  },
];
