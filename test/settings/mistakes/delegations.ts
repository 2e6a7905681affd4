import type { Case } from "./case";

const attic = { name: "attic", segment: "lan", mac: "02:00:5e:10:00:01" };
const cellar = { name: "cellar", segment: "lan", mac: "02:00:5e:10:00:02" };

/** Prefixes for these two machines, beside the examples' segments 1 and 2. */
const delegations = (...list: readonly object[]): Case["changes"] => ({
  "lan.hosts": [attic, cellar],
  "lan.delegations": list,
});

/** Prefixes for routers behind the gateway. */
export const delegationsMistakes: readonly Case[] = [
  {
    title: "a prefix is for no machine",
    role: "home",
    changes: delegations({ host: "garage", subnet: 16 }),
    sentence:
      'lan.delegations[0].host: given "garage"; allowed is the name of a machine of lan.hosts; add the router there, by its MAC or DUID',
  },
  {
    title: "a router has two prefixes",
    role: "home",
    changes: delegations({ host: "attic", subnet: 16 }, { host: "attic", subnet: 32 }),
    sentence:
      'lan.delegations[1].host: given "attic", which has a prefix already; allowed is one for each router; delegate a /60, which holds 16 networks',
  },
  {
    title: "a prefix has another length",
    role: "home",
    changes: delegations({ host: "attic", subnet: 16, length: 62 }),
    sentence: 'lan.delegations[0].length: given "62"; allowed is 60 or 64; a /60 has 16 networks, a /64 one',
  },
  {
    title: "a /60 begins between two",
    role: "home",
    changes: delegations({ host: "attic", subnet: 20 }),
    sentence:
      "lan.delegations[0].subnet: given 20 for the /60 of attic; allowed is a multiple of 16; choose for instance 32",
  },
  {
    title: "a prefix is the gateway's own",
    role: "home",
    changes: delegations({ host: "attic", subnet: 0, length: 64 }),
    sentence: `lan.delegations[0].subnet: given "0"; allowed is a whole number from 1 to 255; the number of its first /64 within the /56, beside those of the segments`,
  },
  {
    title: "a prefix is that of a segment",
    role: "home",
    changes: delegations({ host: "attic", subnet: 2, length: 64 }),
    sentence:
      "lan.delegations[0].subnet: given subnet 2 for attic, which overlaps segment devices; allowed is what neither a segment nor another delegation has; choose another number",
  },
  {
    title: "a prefix holds a segment",
    role: "home",
    changes: {
      ...delegations({ host: "attic", subnet: 16 }),
      "lan.segments": [
        { name: "lan", subnet: 1, interface: "enp1s0" },
        { name: "devices", subnet: 20, interface: "enp3s0" },
      ],
    },
    sentence:
      "lan.delegations[0].subnet: given subnets 16 to 31 for attic, which overlaps segment devices; allowed is what neither a segment nor another delegation has; choose another number",
  },
  {
    title: "two prefixes overlap",
    role: "home",
    changes: delegations({ host: "attic", subnet: 16 }, { host: "cellar", subnet: 17, length: 64 }),
    sentence:
      "lan.delegations[1].subnet: given subnet 17 for cellar, which overlaps the delegation to attic; allowed is what neither a segment nor another delegation has; choose another number",
  },
];
