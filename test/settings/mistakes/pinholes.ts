import { ssh } from "../../support/examples";
import type { Case } from "./case";

/** Ways in to single machines. */
export const pinholesMistakes: readonly Case[] = [
  {
    title: "a pinhole has nothing left but an empty list",
    role: "home",
    changes: { "lan.pinholes": [ssh, { from: [] }] },
    sentence:
      'lan.pinholes[1]: given {"from":[]}; allowed is an object of name, segment, host, protocol, port, from; write its fields, or remove it from the list: pulumi config rm --path leaves such rests',
  },
  {
    title: "a pinhole lacks its machine",
    role: "home",
    changes: { "lan.pinholes": [{ ...ssh, host: undefined }] },
    sentence: "lan.pinholes[0].host: given nothing; allowed is a value; add this field",
  },
  {
    title: "a pinhole's name has an underscore",
    role: "home",
    changes: { "lan.pinholes": [{ ...ssh, name: "my_ssh" }] },
    sentence:
      'lan.pinholes[0].name: given "my_ssh"; allowed is a host name label in lower case: letters a-z, digits and inner hyphens, at most 63, no dots; choose another name',
  },
  {
    title: "a pinhole leads to an unknown segment",
    role: "home",
    changes: { "lan.pinholes": [{ ...ssh, segment: "guests" }] },
    sentence:
      'lan.pinholes[0].segment: given "guests"; allowed is lan, devices; name a segment of lan.segments',
  },
  {
    title: "a pinhole leads to the gateway",
    role: "home",
    changes: { "lan.pinholes": [{ ...ssh, host: "::1" }] },
    sentence:
      'lan.pinholes[0].host: given "::1"; allowed is the last 64 bits of an address, as ::42, and not the gateway\'s ::1; see `ip -6 address` on the machine; reserve a fixed one there',
  },
  {
    title: "a pinhole leads to the segment itself",
    role: "home",
    changes: { "lan.pinholes": [{ ...ssh, host: "::" }] },
    sentence:
      'lan.pinholes[0].host: given "::"; allowed is the last 64 bits of an address, as ::42, and not the gateway\'s ::1; see `ip -6 address` on the machine; reserve a fixed one there',
  },
  {
    title: "a pinhole's machine has the whole address",
    role: "home",
    changes: { "lan.pinholes": [{ ...ssh, host: "2001:db8:beef:101::42" }] },
    sentence:
      'lan.pinholes[0].host: given "2001:db8:beef:101::42"; allowed is the last 64 bits of an address, as ::42, and not the gateway\'s ::1; see `ip -6 address` on the machine; reserve a fixed one there',
  },
  {
    title: "a pinhole's machine has an IPv4 address",
    role: "home",
    changes: { "lan.pinholes": [{ ...ssh, host: "192.0.2.42" }] },
    sentence:
      'lan.pinholes[0].host: given "192.0.2.42"; allowed is the last 64 bits of an address, as ::42, and not the gateway\'s ::1; see `ip -6 address` on the machine; reserve a fixed one there',
  },
  {
    title: "a pinhole's protocol is neither TCP nor UDP",
    role: "home",
    changes: { "lan.pinholes": [{ ...ssh, protocol: "icmp" }] },
    sentence:
      'lan.pinholes[0].protocol: given "icmp"; allowed is tcp or udp; other protocols need no pinhole or have none',
  },
  {
    title: "a pinhole's port is 0",
    role: "home",
    changes: { "lan.pinholes": [{ ...ssh, port: 0 }] },
    sentence:
      'lan.pinholes[0].port: given "0"; allowed is a port from 1 to 65535, or a range such as 8000-8010; name the port of the service; another port is another pinhole',
  },
  {
    title: "a pinhole's ports run backwards",
    role: "home",
    changes: { "lan.pinholes": [{ ...ssh, port: "8010-8000" }] },
    sentence:
      'lan.pinholes[0].port: given "8010-8000"; allowed is a port from 1 to 65535, or a range such as 8000-8010; name the port of the service; another port is another pinhole',
  },
  {
    title: "a pinhole's port is beyond 65535",
    role: "home",
    changes: { "lan.pinholes": [{ ...ssh, port: "8000-70000" }] },
    sentence:
      'lan.pinholes[0].port: given "8000-70000"; allowed is a port from 1 to 65535, or a range such as 8000-8010; name the port of the service; another port is another pinhole',
  },
  {
    title: "a pinhole's port is a list",
    role: "home",
    changes: { "lan.pinholes": [{ ...ssh, port: [22] }] },
    sentence:
      "lan.pinholes[0].port: given [22]; allowed is a port from 1 to 65535, or a range such as 8000-8010; name the port of the service; another port is another pinhole",
  },
  {
    title: "a pinhole's from is no list",
    role: "home",
    changes: { "lan.pinholes": [{ ...ssh, from: "2001:db8::/32" }] },
    sentence:
      'lan.pinholes[0].from: given "2001:db8::/32"; allowed is a list; write it as a YAML list, or as JSON',
  },
  {
    title: "a pinhole's from is IPv4",
    role: "home",
    changes: { "lan.pinholes": [{ ...ssh, from: ["2001:db8::/32", "203.0.113.0/24"] }] },
    sentence:
      'lan.pinholes[0].from[1]: given "203.0.113.0/24", which is not IPv6; allowed is IPv6 prefixes; leave it out for everybody',
  },
  {
    title: "a pinhole's from has host bits",
    role: "home",
    changes: { "lan.pinholes": [{ ...ssh, from: ["2001:db8::1/32"] }] },
    sentence:
      'lan.pinholes[0].from[0]: given "2001:db8::1/32", which is not at a /32 boundary (2001:db8::/32 would be); allowed is IPv6 prefixes; leave it out for everybody',
  },
  {
    title: "a pinhole has two ports",
    role: "home",
    changes: { "lan.pinholes": [{ ...ssh, port: [80, 443] }] },
    sentence:
      "lan.pinholes[0].port: given [80,443]; allowed is a port from 1 to 65535, or a range such as 8000-8010; name the port of the service; another port is another pinhole",
  },
  {
    title: "two pinholes have one name",
    role: "home",
    changes: { "lan.pinholes": [ssh, { ...ssh, port: 23 }] },
    sentence:
      'lan.pinholes[1].name: given "ssh", which another pinhole has already; allowed is each only once; choose another name',
  },
  {
    title: "two pinholes open one port",
    role: "home",
    changes: { "lan.pinholes": [ssh, { ...ssh, name: "all", port: "1-1024" }] },
    sentence:
      'lan.pinholes[1].port: given "1-1024", which pinhole ssh has at least in part (22) for the same machine; allowed is each only once; join the two pinholes',
  },
  {
    title: "two pinholes open one port to some of the same people",
    role: "home",
    changes: {
      "lan.pinholes": [
        { ...ssh, from: ["2001:db8:1::/48"] },
        { ...ssh, name: "two", from: ["2001:db8::/32"] },
      ],
    },
    sentence:
      'lan.pinholes[1].port: given "22", which pinhole ssh has at least in part (22) for the same machine; allowed is each only once; join the two pinholes',
  },
];
