import { parseSettings } from "../../settings/parse";
import { declarations } from "../../settings/schema";
import { devices, exampleBlob, lan, privateKey, ssh } from "../support/examples";
import { exampleFile, rawSettings, type Given } from "../support/settings";

/** One mistake that a person can make in a good file, and the whole sentence that it must be answered with. */
interface Case {
  readonly title: string;
  readonly role: "colo" | "home";
  readonly changes: Readonly<Record<string, Given | undefined>>;
  readonly secretKeys?: string[];
  readonly sentence: string;
}

const mistakes: readonly Case[] = [
  {
    title: "the role is missing",
    role: "colo",
    changes: { role: undefined },
    sentence:
      "role: given nothing; allowed is what this stack builds: colo (the server everybody shares) or home (one site); pulumi config set role …",
  },
  {
    title: "the role is another word",
    role: "colo",
    changes: { role: "router" },
    sentence: 'role: given "router"; allowed is colo or home; pulumi config set role colo, or home',
  },
  {
    title: "the login's address is missing",
    role: "colo",
    changes: { "ssh.address": undefined },
    sentence:
      "ssh.address: given nothing; allowed is where Pulumi logs in to this stack's host: an address or a host name; pulumi config set ssh.address …",
  },
  {
    title: "the login's address is empty",
    role: "home",
    changes: { "ssh.address": "" },
    sentence:
      "ssh.address: given nothing; allowed is where Pulumi logs in to this stack's host: an address or a host name; pulumi config set ssh.address …",
  },
  {
    title: "the login's address has a port",
    role: "colo",
    changes: { "ssh.address": "198.51.100.10:22" },
    sentence:
      'ssh.address: given "198.51.100.10:22"; allowed is an IPv4 or IPv6 address or a host name; write it without brackets and without a port',
  },
  {
    title: "the login's address is in brackets",
    role: "colo",
    changes: { "ssh.address": "[2001:db8::1]" },
    sentence:
      'ssh.address: given "[2001:db8::1]"; allowed is an IPv4 or IPv6 address or a host name; write it without brackets and without a port',
  },
  {
    title: "the login's address lacks an octet",
    role: "colo",
    changes: { "ssh.address": "198.51.100" },
    sentence:
      'ssh.address: given "198.51.100"; allowed is an IPv4 or IPv6 address or a host name; write it without brackets and without a port',
  },
  {
    title: "the login's host name has a blank",
    role: "colo",
    changes: { "ssh.address": "my host" },
    sentence:
      'ssh.address: given "my host"; allowed is an IPv4 or IPv6 address or a host name; write it without brackets and without a port',
  },
  {
    title: "the login's host name has an underscore",
    role: "colo",
    changes: { "ssh.address": "my_host" },
    sentence:
      'ssh.address: given "my_host"; allowed is an IPv4 or IPv6 address or a host name; write it without brackets and without a port',
  },
  {
    title: "the login's port is 0",
    role: "colo",
    changes: { "ssh.port": 0 },
    sentence:
      'ssh.port: given "0"; allowed is a whole number from 1 to 65535; name the port of sshd, mostly 22',
  },
  {
    title: "the login's port is beyond 65535",
    role: "colo",
    changes: { "ssh.port": 65536 },
    sentence:
      'ssh.port: given "65536"; allowed is a whole number from 1 to 65535; name the port of sshd, mostly 22',
  },
  {
    title: "the login's port is no number",
    role: "home",
    changes: { "ssh.port": "ssh" },
    sentence:
      'ssh.port: given "ssh"; allowed is a whole number from 1 to 65535; name the port of sshd, mostly 22',
  },
  {
    title: "the login's port is a fraction",
    role: "home",
    changes: { "ssh.port": 22.5 },
    sentence:
      'ssh.port: given "22.5"; allowed is a whole number from 1 to 65535; name the port of sshd, mostly 22',
  },
  {
    title: "the host key is missing",
    role: "colo",
    changes: { "ssh.hostKey": undefined },
    sentence:
      "ssh.hostKey: given nothing; allowed is public host key of that sshd, one line as ssh-keyscan prints it without the host's name; pulumi config set ssh.hostKey …",
  },
  {
    title: "the host key is only the base64",
    role: "colo",
    changes: { "ssh.hostKey": exampleBlob },
    sentence:
      'ssh.hostKey: given "AAAAC3NzaC1lZDI1NTE5AAAAIExampleExampleExampleExampleExampleExampleE"; allowed is one whole line `ssh-ed25519 AAAA…`; take it from the host\'s console: cat /etc/ssh/ssh_host_ed25519_key.pub',
  },
  {
    title: "the host key still has the host's name",
    role: "colo",
    changes: { "ssh.hostKey": `198.51.100.10 ssh-ed25519 ${exampleBlob}` },
    sentence:
      'ssh.hostKey: given "198.51.100.10 ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIExampleExampleExampleExamp..."; allowed is one whole line `ssh-ed25519 AAAA…`; take it from the host\'s console: cat /etc/ssh/ssh_host_ed25519_key.pub',
  },
  {
    title: "the host key was cut off",
    role: "colo",
    changes: { "ssh.hostKey": `ssh-ed25519 ${exampleBlob.slice(0, 40)}` },
    sentence:
      'ssh.hostKey: given "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIExampleExampleE"; allowed is one whole line `ssh-ed25519 AAAA…`; take it from the host\'s console: cat /etc/ssh/ssh_host_ed25519_key.pub',
  },
  {
    title: "the host key is of another type than it says",
    role: "colo",
    changes: { "ssh.hostKey": `ssh-rsa ${exampleBlob}` },
    sentence:
      'ssh.hostKey: given "ssh-rsa AAAAC3NzaC1lZDI1NTE5AAAAIExampleExampleExampleExampleExampleExampleE"; allowed is one whole line `ssh-ed25519 AAAA…`; take it from the host\'s console: cat /etc/ssh/ssh_host_ed25519_key.pub',
  },
  {
    title: "the host key is of a type that nobody should use",
    role: "colo",
    changes: { "ssh.hostKey": "ssh-dss AAAAB3NzaC1kc3M=" },
    sentence:
      'ssh.hostKey: given "ssh-dss AAAAB3NzaC1kc3M="; allowed is one whole line `ssh-ed25519 AAAA…`; take it from the host\'s console: cat /etc/ssh/ssh_host_ed25519_key.pub',
  },
  {
    title: "nobody may log in",
    role: "colo",
    changes: { "ssh.managementPrefixes": [] },
    sentence:
      "ssh.managementPrefixes: given nothing; allowed is prefixes, IPv4 or IPv6, from which the host's sshd can be reached; write the list in the stack's file",
  },
  {
    title: "the management prefixes are no list",
    role: "colo",
    changes: { "ssh.managementPrefixes": "203.0.113.0/24" },
    sentence: `ssh.managementPrefixes: given "203.0.113.0/24"; allowed is a list; write it as a YAML list in the stack's file`,
  },
  {
    title: "the management prefixes are an object",
    role: "colo",
    changes: { "ssh.managementPrefixes": { lan: "203.0.113.0/24" } },
    sentence: `ssh.managementPrefixes: given "{\\"lan\\":\\"203.0.113.0/24\\"}"; allowed is a list; write it as a YAML list, or as JSON`,
  },
  {
    title: "a management prefix has host bits",
    role: "colo",
    changes: { "ssh.managementPrefixes": ["203.0.113.7/24"] },
    sentence:
      'ssh.managementPrefixes[0]: given "203.0.113.7/24", which is not at a /24 boundary (203.0.113.0/24 would be); allowed is IPv4 and IPv6 prefixes; name the networks you log in from, as 198.51.100.0/24',
  },
  {
    title: "a management prefix is an address",
    role: "colo",
    changes: { "ssh.managementPrefixes": ["2001:db8::/48", "203.0.113.7"] },
    sentence:
      'ssh.managementPrefixes[1]: given "203.0.113.7", which is not a prefix in CIDR form; allowed is IPv4 and IPv6 prefixes; name the networks you log in from, as 198.51.100.0/24',
  },
  {
    title: "a management prefix is too long",
    role: "colo",
    changes: { "ssh.managementPrefixes": ["203.0.113.0/33"] },
    sentence:
      'ssh.managementPrefixes[0]: given "203.0.113.0/33", which is longer than /32; allowed is IPv4 and IPv6 prefixes; name the networks you log in from, as 198.51.100.0/24',
  },
  {
    title: "a management prefix is a number",
    role: "colo",
    changes: { "ssh.managementPrefixes": [24] },
    sentence:
      'ssh.managementPrefixes[0]: given "24", which is not text; allowed is IPv4 and IPv6 prefixes; name the networks you log in from, as 198.51.100.0/24',
  },
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
      'wan.interface: given "enp0s31f6abcdefg"; allowed is the name of an interface that exists on the host, not lo, nat64 or vpn…; see `ip link` on the host',
  },
  {
    title: "the WAN's interface is a tunnel",
    role: "home",
    changes: { "wan.interface": "vpn0" },
    sentence:
      'wan.interface: given "vpn0"; allowed is the name of an interface that exists on the host, not lo, nat64 or vpn…; see `ip link` on the host',
  },
  {
    title: "the WAN's interface is the loopback",
    role: "home",
    changes: { "wan.interface": "lo" },
    sentence:
      'wan.interface: given "lo"; allowed is the name of an interface that exists on the host, not lo, nat64 or vpn…; see `ip link` on the host',
  },
  {
    title: "the WAN's interface has a quote",
    role: "colo",
    changes: { "wan.interface": 'ens3"' },
    sentence:
      'wan.interface: given "ens3\\""; allowed is the name of an interface that exists on the host, not lo, nat64 or vpn…; see `ip link` on the host',
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
  {
    title: "the colo's address is missing",
    role: "colo",
    changes: { "colo.address4": undefined },
    sentence:
      "colo.address4: given nothing; allowed is IPv4 address of the colo that homes dial; pulumi config set colo.address4 …",
  },
  {
    title: "the colo's address is IPv6",
    role: "colo",
    changes: { "colo.address4": "2001:db8::1" },
    sentence:
      'colo.address4: given "2001:db8::1"; allowed is a unicast IPv4 address; name the address that homes can reach',
  },
  {
    title: "the colo's address is a name",
    role: "colo",
    changes: { "colo.address4": "colo.example.net" },
    sentence:
      'colo.address4: given "colo.example.net"; allowed is a unicast IPv4 address; name the address that homes can reach',
  },
  {
    title: "the colo's address is the loopback",
    role: "colo",
    changes: { "colo.address4": "127.0.0.1" },
    sentence:
      'colo.address4: given "127.0.0.1"; allowed is a unicast IPv4 address; name the address that homes can reach',
  },
  {
    title: "the colo's address is multicast",
    role: "colo",
    changes: { "colo.address4": "224.0.0.1" },
    sentence:
      'colo.address4: given "224.0.0.1"; allowed is a unicast IPv4 address; name the address that homes can reach',
  },
  {
    title: "the colo's prefix is missing",
    role: "colo",
    changes: { "colo.prefix": "" },
    sentence:
      "colo.prefix: given nothing; allowed is the /48 that the provider routes to the colo; pulumi config set colo.prefix …",
  },
  {
    title: "the colo's prefix is a /56",
    role: "colo",
    changes: { "colo.prefix": "2001:db8:beef::/56" },
    sentence:
      'colo.prefix: given "2001:db8:beef::/56", which is a /56; allowed is a global /48; name the prefix that the provider routes to the colo',
  },
  {
    title: "the colo's prefix has host bits",
    role: "colo",
    changes: { "colo.prefix": "2001:db8:beef:1::/48" },
    sentence:
      'colo.prefix: given "2001:db8:beef:1::/48", which is not at a /48 boundary (2001:db8:beef::/48 would be); allowed is a global /48; name the prefix that the provider routes to the colo',
  },
  {
    title: "the colo's prefix is a ULA",
    role: "colo",
    changes: { "colo.prefix": "fd00:cafe:f00d::/48" },
    sentence:
      'colo.prefix: given "fd00:cafe:f00d::/48", which is not global unicast IPv6; allowed is a global /48; name the prefix that the provider routes to the colo',
  },
  {
    title: "the colo's prefix is the translator's",
    role: "colo",
    changes: { "colo.prefix": "64:ff9b::/48" },
    sentence:
      'colo.prefix: given "64:ff9b::/48", which is not global unicast IPv6; allowed is a global /48; name the prefix that the provider routes to the colo',
  },
  {
    title: "the colo's prefix is IPv4",
    role: "colo",
    changes: { "colo.prefix": "198.51.100.0/24" },
    sentence:
      'colo.prefix: given "198.51.100.0/24", which is not global unicast IPv6; allowed is a global /48; name the prefix that the provider routes to the colo',
  },
  {
    title: "the colo's prefix is no prefix",
    role: "colo",
    changes: { "colo.prefix": "2001:db8:beef::" },
    sentence:
      'colo.prefix: given "2001:db8:beef::", which is not a prefix in CIDR form; allowed is a global /48; name the prefix that the provider routes to the colo',
  },
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
    title: "the colo's stack is only a name",
    role: "home",
    changes: { "colo.stack": "colo" },
    sentence:
      'colo.stack: given "colo"; allowed is organization/project/stack; see `pulumi stack ls --all`; leave it out for colo beside this one',
  },
  {
    title: "the site has no number",
    role: "home",
    changes: { "site.number": 0 },
    sentence:
      "site.number: given nothing; allowed is number of this site, 1 to 255, unique at its colo; pulumi config set site.number …",
  },
  {
    title: "the site's number is beyond 255",
    role: "home",
    changes: { "site.number": 256 },
    sentence:
      'site.number: given "256"; allowed is a whole number from 1 to 255; a /48 has 256 sites; number 0 is the colo',
  },
  {
    title: "the site's number is negative",
    role: "home",
    changes: { "site.number": -1 },
    sentence:
      'site.number: given "-1"; allowed is a whole number from 1 to 255; a /48 has 256 sites; number 0 is the colo',
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
  {
    title: "the domain has capitals",
    role: "home",
    changes: { "lan.domain": "Home.arpa" },
    sentence:
      'lan.domain: given "Home.arpa"; allowed is a lower-case domain name; use home.arpa, or a domain of your own',
  },
  {
    title: "the domain ends with a dot",
    role: "home",
    changes: { "lan.domain": "home.arpa." },
    sentence:
      'lan.domain: given "home.arpa."; allowed is a lower-case domain name; use home.arpa, or a domain of your own',
  },
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
      'lan.pinholes[0].name: given "my_ssh"; allowed is a host name label: letters a-z, digits and inner hyphens, at most 63; choose another name',
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
      'lan.pinholes[0].port: given "0"; allowed is a port from 1 to 65535, or a range such as 8000-8010; name the port of the service',
  },
  {
    title: "a pinhole's ports run backwards",
    role: "home",
    changes: { "lan.pinholes": [{ ...ssh, port: "8010-8000" }] },
    sentence:
      'lan.pinholes[0].port: given "8010-8000"; allowed is a port from 1 to 65535, or a range such as 8000-8010; name the port of the service',
  },
  {
    title: "a pinhole's port is beyond 65535",
    role: "home",
    changes: { "lan.pinholes": [{ ...ssh, port: "8000-70000" }] },
    sentence:
      'lan.pinholes[0].port: given "8000-70000"; allowed is a port from 1 to 65535, or a range such as 8000-8010; name the port of the service',
  },
  {
    title: "a pinhole's port is a list",
    role: "home",
    changes: { "lan.pinholes": [{ ...ssh, port: [22] }] },
    sentence:
      'lan.pinholes[0].port: given "[22]"; allowed is a port from 1 to 65535, or a range such as 8000-8010; name the port of the service',
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
  {
    title: "a setting is misspelt",
    role: "colo",
    changes: { "wan.interfaces": "ens3" },
    sentence:
      "wan.interfaces: given a setting that does not exist; allowed is the settings of docs/SETTINGS.md; did you mean wan.interface?",
  },
  {
    title: "a setting does not exist",
    role: "colo",
    changes: { colour: "blue" },
    sentence:
      "colour: given a setting that does not exist; allowed is the settings of docs/SETTINGS.md; remove it",
  },
  {
    title: "a setting's name has a line break",
    role: "colo",
    changes: { "ssh.\nport": "22" },
    sentence:
      "ssh.\\nport: given a setting that does not exist; allowed is the settings of docs/SETTINGS.md; did you mean ssh.port?",
  },
  {
    title: "a setting of the colo stands in a home",
    role: "home",
    changes: { "colo.prefix": "2001:db8:beef::/48" },
    sentence:
      'colo.prefix: given "2001:db8:beef::/48"; allowed is this setting in a colo stack only; remove it: pulumi config rm colo.prefix',
  },
  {
    title: "a setting of a home stands in the colo",
    role: "colo",
    changes: { "site.number": 1 },
    sentence:
      'site.number: given "1"; allowed is this setting in a home stack only; remove it: pulumi config rm site.number',
  },
  {
    title: "the private key is not encrypted",
    role: "colo",
    changes: { "ssh.privateKey": privateKey },
    sentence:
      "ssh.privateKey: given plain text; allowed is an encrypted value; pulumi config set --secret ssh.privateKey < FILE",
  },
  {
    title: "the private key is something else",
    role: "colo",
    changes: { "ssh.privateKey": "id_ed25519" },
    secretKeys: ["ssh.privateKey"],
    sentence:
      "ssh.privateKey: given something else; allowed is a private key in PEM or OpenSSH form; pulumi config set --secret ssh.privateKey < FILE",
  },
  {
    title: "a setting is given by path and by name",
    role: "colo",
    changes: { ssh: { port: 2222 }, "ssh.port": 22 },
    sentence:
      'ssh.port: given twice, once inside an object as "2222"; allowed is one value; remove one of them: pulumi config rm --path ssh.port',
  },
  {
    title: "a group of settings is given by path with a field that does not exist",
    role: "colo",
    changes: { wan: { mtus: 1500 } },
    sentence:
      "wan.mtus: given a setting that does not exist; allowed is the settings of docs/SETTINGS.md; did you mean wan.mtu?",
  },
];

const answer = ({ role, changes, secretKeys }: Omit<Case, "sentence">) => {
  const result = parseSettings(rawSettings({ ...exampleFile(role), ...changes }, secretKeys));
  return result.ok ? [] : result.problems;
};

describe("fails when", () => {
  test.each(mistakes)("$title", ({ sentence, ...mistake }) => {
    expect(answer(mistake)).toEqual([sentence]);
  });

  test("everything is wrong at once, with every sentence", () => {
    // Those that change a setting each on its own; the WAN's interface stays good, because a segment's mistake needs it.
    const bySetting = new Map(
      mistakes
        .filter(
          ({ role, changes }) =>
            role === "home" && Object.keys(changes).length === 1 && !("wan.interface" in changes),
        )
        .map((mistake) => [Object.keys(mistake.changes).join(), mistake]),
    );
    const all = [...bySetting.values()];
    const problems = answer({
      title: "all",
      role: "home",
      changes: Object.assign({}, ...all.map(({ changes }) => changes)) as Case["changes"],
    });
    expect(all.length).toBeGreaterThanOrEqual(10);
    expect([...problems].sort()).toEqual(all.map(({ sentence }) => sentence).sort());
  });
});

test("every setting has a mistake here", () => {
  const named = new Set(mistakes.map(({ sentence }) => /^[\w.]+/.exec(sentence)?.[0]));
  expect(Object.keys(declarations).filter((key) => !named.has(key))).toEqual([]);
});

test("a private key is never quoted, neither a good nor a bad one, nor one given twice", () => {
  const given: [Record<string, Given>, string[]][] = [
    [{ "ssh.privateKey": privateKey }, []],
    [{ "ssh.privateKey": "hunter2 hunter2" }, ["ssh.privateKey"]],
    [{ "ssh.privateKey": "hunter2 hunter2" }, []],
    [{ "ssh.privateKey": "a", ssh: { privateKey: "hunter2 hunter2" } }, ["ssh"]],
    [{ ssh: { privateKey: "hunter2 hunter2" } }, []],
  ];
  for (const [changes, secretKeys] of given) {
    const problems = answer({ title: "", role: "home", changes, secretKeys }).join("\n");
    expect(problems).not.toBe("");
    expect(problems).not.toMatch(/hunter2|RkFLRS|BEGIN/);
  }
});
