import type { Case } from "./case";

const cable = { name: "cable", interface: "enp2s0" };
const lte = { name: "lte", interface: "wwan0", metered: true };
const given = (...uplinks: unknown[]) => ({ role: "home" as const, changes: { uplinks } });

/** Several ways to the internet. */
export const uplinksMistakes: readonly Case[] = [
  {
    title: "there is one uplink",
    ...given(cable),
    sentence:
      "uplinks: given one uplink; allowed is two or more, or none; add the second one, or leave the list out: wan.interface alone is one uplink",
  },
  {
    title: "the first uplink is not the WAN",
    ...given(lte, cable),
    sentence:
      'uplinks[0].interface: given "wwan0"; allowed is "enp2s0", the interface of wan.interface; put the uplink first that is to be used while it works, and name its interface in both places',
  },
  {
    title: "two uplinks have one name",
    ...given(cable, { ...lte, name: "cable" }),
    sentence:
      'uplinks[1].name: given "cable", which another uplink has already; allowed is each only once; choose another name',
  },
  {
    title: "two uplinks have one interface",
    ...given(cable, lte, { name: "dsl", interface: "wwan0" }),
    sentence:
      'uplinks[2].interface: given "wwan0", which uplink lte has already; allowed is each only once; see `ip link` on the host',
  },
  {
    title: "an uplink has the interface of a segment",
    ...given(cable, { ...lte, interface: "enp3s0" }),
    sentence:
      'uplinks[1].interface: given "enp3s0", which segment devices has already; allowed is each only once; see `ip link` on the host',
  },
  {
    title: "an uplink has the VLAN of a segment",
    role: "home",
    changes: {
      uplinks: [cable, { ...lte, interface: "enp1s0.20" }],
      "lan.segments": [
        { name: "lan", subnet: 1, interface: "enp1s0" },
        { name: "devices", subnet: 2, interface: "enp3s0" },
        { name: "guests", subnet: 20, interface: "enp1s0", vlan: 20, mode: "guest" },
      ],
    },
    sentence:
      'uplinks[1].interface: given "enp1s0.20", which segment guests has already; allowed is each only once; see `ip link` on the host',
  },
  {
    title: "an uplink is named tunnel",
    ...given(cable, { ...lte, name: "tunnel" }),
    sentence:
      'uplinks[1].name: given "tunnel"; allowed is a label that is not tunnel; name it after what it is, as cable or lte',
  },
  {
    title: "an uplink's MTU is too small",
    ...given(cable, { ...lte, mtu: 1300 }),
    sentence:
      'uplinks[1].mtu: given "1300"; allowed is a whole number from 1340 to 9000; that of wan.mtu if left out; LTE often has 1428 to 1500',
  },
  {
    title: "an uplink is metered by a word",
    ...given(cable, { ...lte, metered: "sometimes" }),
    sentence:
      'uplinks[1].metered: given "sometimes"; allowed is true or false; true for a link whose bytes cost, as LTE',
  },
  {
    title: "an uplink's probe is a name",
    ...given(cable, { ...lte, probe: "example.net" }),
    sentence:
      'uplinks[1].probe: given "example.net"; allowed is an IPv4 address; name one that answers pings whenever this uplink works',
  },
  {
    title: "an uplink is back before it can be known",
    ...given(cable, { ...lte, answers: 1 }),
    sentence:
      'uplinks[1].answers: given "1"; allowed is a whole number from 3 to 60; that many answers, 250 ms apart, before it is used again',
  },
];
