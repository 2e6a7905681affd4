import { devices, lan } from "../../support/examples";
import type { Case } from "./case";

/** The segments of the LAN. */
export const segmentsMistakes: readonly Case[] = [
  {
    title: "there is no segment",
    role: "home",
    changes: { "lan.segments": [] },
    sentence:
      "lan.segments: given nothing; allowed is LAN segments: name, subnet (1 to 255, the number of its /64 in the /56), interface; write the list in the stack's file",
  },
  {
    title: "the segments are not JSON",
    role: "home",
    changes: { "lan.segments": "lan" },
    sentence: `lan.segments: given "lan"; allowed is a list; write it as a YAML list in the stack's file`,
  },
  {
    title: "all of the one segment was removed by path",
    role: "home",
    changes: { "lan.segments": undefined, lan: { segments: [{}] }, "lan.pinholes": [] },
    sentence:
      "lan.segments: given nothing; allowed is LAN segments: name, subnet (1 to 255, the number of its /64 in the /56), interface; write the list in the stack's file",
  },
  {
    title: "the fields of one segment of several were removed by path",
    role: "home",
    changes: { "lan.segments": [{}, lan], "lan.pinholes": [] },
    sentence:
      'lan.segments[0]: given "{}"; allowed is an object of name, subnet, interface; write its fields, or remove it from the list: pulumi config rm --path leaves such rests',
  },
  {
    title: "a segment is only a name",
    role: "home",
    changes: { "lan.segments": ["lan"] },
    sentence:
      'lan.segments[0]: given "lan"; allowed is an object of name, subnet, interface; write its fields',
  },
  {
    title: "a segment lacks its interface",
    role: "home",
    changes: { "lan.segments": [{ name: "lan", subnet: 1 }] },
    sentence: "lan.segments[0].interface: given nothing; allowed is a value; add this field",
  },
  {
    title: "a segment has a field too many",
    role: "home",
    changes: { "lan.segments": [{ name: "lan", subnet: 1, interface: "eth1", vlan: 20 }] },
    sentence:
      "lan.segments[0].vlan: given a field that does not exist; allowed is name, subnet, interface; remove it, or mend its name",
  },
  {
    title: "a segment's name has a blank",
    role: "home",
    changes: { "lan.segments": [{ name: "my lan", subnet: 1, interface: "eth1" }], "lan.pinholes": [] },
    sentence:
      'lan.segments[0].name: given "my lan"; allowed is a host name label: letters a-z, digits and inner hyphens, at most 63; choose another name',
  },
  {
    title: "a segment takes the gateway's own number",
    role: "home",
    changes: { "lan.segments": [{ name: "lan", subnet: 0, interface: "eth1" }], "lan.pinholes": [] },
    sentence: `lan.segments[0].subnet: given "0"; allowed is a whole number from 1 to 255; number 0 is the gateway's own; a /56 has 256`,
  },
  {
    title: "a segment's number is beyond 255",
    role: "home",
    changes: { "lan.segments": [{ name: "lan", subnet: 256, interface: "eth1" }], "lan.pinholes": [] },
    sentence: `lan.segments[0].subnet: given "256"; allowed is a whole number from 1 to 255; number 0 is the gateway's own; a /56 has 256`,
  },
  {
    title: "a segment's number is hexadecimal",
    role: "home",
    changes: { "lan.segments": [{ name: "lan", subnet: "0x10", interface: "eth1" }], "lan.pinholes": [] },
    sentence: `lan.segments[0].subnet: given "0x10"; allowed is a whole number from 1 to 255; number 0 is the gateway's own; a /56 has 256`,
  },
  {
    title: "a segment's number is a list",
    role: "home",
    changes: { "lan.segments": [{ name: "lan", subnet: [1], interface: "eth1" }], "lan.pinholes": [] },
    sentence: `lan.segments[0].subnet: given "[1]"; allowed is a whole number from 1 to 255; number 0 is the gateway's own; a /56 has 256`,
  },
  {
    title: "a segment's interface is the translator's",
    role: "home",
    changes: { "lan.segments": [{ name: "lan", subnet: 1, interface: "nat64" }], "lan.pinholes": [] },
    sentence:
      'lan.segments[0].interface: given "nat64"; allowed is the name of an interface that exists on the host, not lo, nat64 or vpn…; see `ip link` on the host',
  },
  {
    title: "two segments have one name",
    role: "home",
    changes: { "lan.segments": [lan, { ...devices, name: "lan" }], "lan.pinholes": [] },
    sentence:
      'lan.segments[1].name: given "lan", which subnet 1 has already; allowed is each only once; choose another name',
  },
  {
    title: "two segments overlap",
    role: "home",
    changes: { "lan.segments": [lan, { ...devices, subnet: 1 }] },
    sentence:
      "lan.segments[1].subnet: given 1, which segment lan has already; allowed is each only once; their /64s would overlap; choose another number",
  },
  {
    title: "two segments share an interface",
    role: "home",
    changes: { "lan.segments": [lan, { ...devices, interface: "enp1s0" }] },
    sentence:
      'lan.segments[1].interface: given "enp1s0", which segment lan has already; allowed is each only once; one segment per interface',
  },
  {
    title: "a segment is on the WAN",
    role: "home",
    changes: { "lan.segments": [lan, { ...devices, interface: "enp2s0" }] },
    sentence:
      'lan.segments[1].interface: given "enp2s0", which the WAN has already; allowed is each only once; choose the interface of the LAN',
  },
];
