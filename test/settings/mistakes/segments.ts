import { devices, lan } from "../../support/examples";
import type { Case } from "./case";

/** The segments of the LAN. */
export const segmentsMistakes: readonly Case[] = [
  {
    title: "there is no segment",
    role: "home",
    changes: { "lan.segments": [] },
    sentence:
      "lan.segments: given nothing; allowed is LAN segments: name, subnet (1 to 255, the number of its /64 in the /56), interface, vlan (1 to 4094, a tag on that interface), mode (v6only if left out, v6mostly, legacy, guest or iot), allow (what an iot segment may reach: prefixes and names), onMetered (whether it may use a metered uplink: true if left out, but false for guest); write the list in the stack's file",
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
      "lan.segments: given nothing; allowed is LAN segments: name, subnet (1 to 255, the number of its /64 in the /56), interface, vlan (1 to 4094, a tag on that interface), mode (v6only if left out, v6mostly, legacy, guest or iot), allow (what an iot segment may reach: prefixes and names), onMetered (whether it may use a metered uplink: true if left out, but false for guest); write the list in the stack's file",
  },
  {
    title: "the fields of one segment of several were removed by path",
    role: "home",
    changes: { "lan.segments": [{}, lan], "lan.pinholes": [] },
    sentence:
      "lan.segments[0]: given {}; allowed is an object of name, subnet, interface, vlan, mode, allow, onMetered; write its fields, or remove it from the list: pulumi config rm --path leaves such rests",
  },
  {
    title: "a segment is only a name",
    role: "home",
    changes: { "lan.segments": ["lan"] },
    sentence:
      'lan.segments[0]: given "lan"; allowed is an object of name, subnet, interface, vlan, mode, allow, onMetered; write its fields',
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
    changes: { "lan.segments": [{ name: "lan", subnet: 1, interface: "eth1", colour: "blue" }] },
    sentence:
      "lan.segments[0].colour: given a field that does not exist; allowed is name, subnet, interface, vlan, mode, allow, onMetered; remove it, or mend its name",
  },
  {
    title: "a segment is to have option 108 by itself",
    role: "home",
    changes: { "lan.segments": [{ name: "lan", subnet: 1, interface: "eth1", option108: true }] },
    sentence:
      "lan.segments[0].option108: given a field that does not exist; allowed is name, subnet, interface, vlan, mode, allow, onMetered; it follows from mode: v6mostly and guest have it; set mode, or remove it",
  },
  {
    title: "a segment is to have IPv4 by itself",
    role: "home",
    changes: { "lan.segments": [{ name: "lan", subnet: 1, interface: "eth1", ipv4: true }] },
    sentence:
      "lan.segments[0].ipv4: given a field that does not exist; allowed is name, subnet, interface, vlan, mode, allow, onMetered; it follows from mode: v6mostly, legacy and guest have it; set mode, or remove it",
  },
  ...[
    ["nat64", ""],
    ["dns64", ""],
    ["pref64", " by radvd"],
  ].map(([field = "", by]) => ({
    title: `a segment is to have no ${field}`,
    role: "home" as const,
    changes: { "lan.segments": [{ name: "lan", subnet: 1, interface: "eth1", [field]: false }] },
    sentence: `lan.segments[0].${field}: given a field that does not exist; allowed is name, subnet, interface, vlan, mode, allow, onMetered; every segment has it${by}, whatever its mode; remove it`,
  })),
  {
    title: "a segment's name has a blank",
    role: "home",
    changes: { "lan.segments": [{ name: "my lan", subnet: 1, interface: "eth1" }], "lan.pinholes": [] },
    sentence:
      'lan.segments[0].name: given "my lan"; allowed is a host name label in lower case: letters a-z, digits and inner hyphens, at most 63, no dots; choose another name',
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
    sentence: `lan.segments[0].subnet: given [1]; allowed is a whole number from 1 to 255; number 0 is the gateway's own; a /56 has 256`,
  },
  {
    title: "a segment's interface is the translator's",
    role: "home",
    changes: { "lan.segments": [{ name: "lan", subnet: 1, interface: "nat64" }], "lan.pinholes": [] },
    sentence:
      'lan.segments[0].interface: given "nat64"; allowed is the name of an interface that exists on the host, not lo, clat, nat64 or vpn…; see `ip link` on the host',
  },
  {
    title: "a segment's VLAN is beyond 4094",
    role: "home",
    changes: { "lan.segments": [{ ...lan, vlan: 4095 }], "lan.pinholes": [] },
    sentence: `lan.segments[0].vlan: given "4095"; allowed is a whole number from 1 to 4094; the number of an IEEE 802.1Q tag; leave it out for none`,
  },
  {
    title: "a VLAN's interface would have too long a name",
    role: "home",
    changes: {
      "lan.segments": [{ ...lan, interface: "enx0123456789a", vlan: 20 }],
      "lan.pinholes": [],
    },
    sentence: `lan.segments[0].vlan: given "enx0123456789a.20" as the name of its interface; allowed is at most 15 characters; give the parent a shorter name (systemd.link(5))`,
  },
  {
    title: "two segments share a VLAN",
    role: "home",
    changes: {
      "lan.segments": [
        { ...lan, vlan: 20 },
        { ...devices, interface: "enp1s0", vlan: 20 },
      ],
    },
    sentence:
      'lan.segments[1].interface: given "enp1s0.20" for devices, which segment lan has already; allowed is each only once; one segment per interface; another one on the same wire needs a vlan of its own',
  },
  {
    title: "a segment has an unknown mode",
    role: "home",
    changes: { "lan.segments": [{ ...lan, mode: "v4only" }, devices] },
    sentence:
      'lan.segments[0].mode: given "v4only"; allowed is v6only or v6mostly or legacy or guest or iot; see docs/NETWORK.md, segments',
  },
  {
    title: "a segment allows something and is not iot",
    role: "home",
    changes: { "lan.segments": [{ ...lan, allow: ["time.example.net"] }, devices] },
    sentence:
      "lan.segments[0].allow: given a list in a segment of mode v6only; allowed is this field in a segment of mode iot only; machines of the other modes reach everything outside; remove it, or set mode to iot",
  },
  {
    title: "an iot segment allows something that is no place",
    role: "home",
    changes: { "lan.segments": [{ ...lan, mode: "iot", allow: ["Time Server"] }, devices] },
    sentence:
      'lan.segments[0].allow[0]: given "Time Server"; allowed is a prefix of the internet such as 2001:db8:46::/64 or 192.0.2.0/24, or a lower-case host name, which stands for all below it too; name what the devices of this segment may reach',
  },
  ...(
    [
      ["2001:db8::1/64", ", which is not at a /64 boundary (2001:db8::/64 would be)"],
      ["192.0.2.1", ", which is an address without a length (/32 for it alone)"],
      ["*.example.net", ""],
      ["192.168.0.0/16", ", which is nowhere that the tunnel leads to"],
      ["10.1.2.0/24", ", which is nowhere that the tunnel leads to"],
      ["127.0.0.0/8", ", which is nowhere that the tunnel leads to"],
      ["fe80::/10", ", which is nowhere that the tunnel leads to"],
      ["ff02::1/128", ", which is nowhere that the tunnel leads to"],
      ["fd00::/8", ", which is nowhere that the tunnel leads to"],
      ["::1/128", ", which is nowhere that the tunnel leads to"],
      ["64:ff9b::a00:0/104", ", which is nowhere that the tunnel leads to"],
    ] as const
  ).map(([given, why]) => ({
    title: `an iot segment allows ${given}`,
    role: "home" as const,
    changes: { "lan.segments": [{ ...lan, mode: "iot", allow: ["0.0.0.0/0", "::/0", given] }, devices] },
    sentence: `lan.segments[0].allow[2]: given "${given}"${why}; allowed is a prefix of the internet such as 2001:db8:46::/64 or 192.0.2.0/24, or a lower-case host name, which stands for all below it too; name what the devices of this segment may reach`,
  })),
  {
    title: "an iot segment allows a machine at home",
    role: "home",
    changes: { "lan.segments": [{ ...lan, mode: "iot", allow: ["nas.home.arpa"] }, devices] },
    sentence:
      'lan.segments[0].allow[0]: given "nas.home.arpa", which is in lan.domain home.arpa; allowed is a name of the internet, because devices begin nothing with other segments; remove it; the other segments may connect to the devices',
  },
  {
    title: "a segment has its tag twice",
    role: "home",
    changes: { "lan.segments": [{ ...lan, interface: "enp1s0.20", vlan: 20 }, devices] },
    sentence:
      'lan.segments[0].vlan: given "20" on enp1s0.20, which has that tag already; allowed is a tag beside the interface that carries it; name the interface enp1s0, or leave vlan out',
  },
  {
    title: "the IPv4 prefix is not private",
    role: "home",
    changes: { "lan.ipv4Prefix": "100.64.0.0/16" },
    sentence:
      'lan.ipv4Prefix: given "100.64.0.0/16", which is not private; allowed is a private IPv4 /16 (RFC 1918); segment n gets its /24 number n',
  },
  {
    title: "the IPv4 prefix is a /24",
    role: "home",
    changes: { "lan.ipv4Prefix": "192.168.1.0/24" },
    sentence:
      'lan.ipv4Prefix: given "192.168.1.0/24", which is a /24; allowed is a private IPv4 /16 (RFC 1918); segment n gets its /24 number n',
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
      "lan.segments[1].subnet: given 1 for devices, which segment lan has already; allowed is each only once; their /64s would overlap; choose another number",
  },
  {
    title: "two segments share an interface",
    role: "home",
    changes: { "lan.segments": [lan, { ...devices, interface: "enp1s0" }] },
    sentence:
      'lan.segments[1].interface: given "enp1s0" for devices, which segment lan has already; allowed is each only once; one segment per interface; another one on the same wire needs a vlan of its own',
  },
  {
    title: "a segment is on the WAN",
    role: "home",
    changes: { "lan.segments": [lan, { ...devices, interface: "enp2s0" }] },
    sentence:
      'lan.segments[1].interface: given "enp2s0" for devices, which the WAN has already; allowed is each only once; choose the interface of the LAN',
  },
];
