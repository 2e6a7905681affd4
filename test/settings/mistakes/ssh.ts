import { devices, exampleBlob, lan, privateKey } from "../../support/examples";
import type { Case } from "./case";

/** How Pulumi logs in. */
export const sshMistakes: readonly Case[] = [
  {
    title: "the key that can only look is asked for in other words",
    role: "home",
    changes: { "drift.readOnlyKey": "yes" },
    sentence:
      'drift.readOnlyKey: given "yes"; allowed is true or false; true makes a key that can only look at the host',
  },
  {
    title: "health is asked for in other words",
    role: "colo",
    changes: { "health.enabled": "on" },
    sentence: 'health.enabled: given "on"; allowed is true or false; true starts what has died on the host',
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
    sentence: `ssh.managementPrefixes: given {"lan":"203.0.113.0/24"}; allowed is a list; write it as a YAML list, or as JSON`,
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
      'ssh.managementPrefixes[1]: given "203.0.113.7", which is an address without a length (/32 for it alone); allowed is IPv4 and IPv6 prefixes; name the networks you log in from, as 198.51.100.0/24',
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
    title: "a setting's name has a line break",
    role: "colo",
    changes: { "ssh.\nport": "22" },
    sentence:
      "ssh.\\nport: given a setting that does not exist; allowed is the settings of docs/SETTINGS.md; did you mean ssh.port?",
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
  ...["127.0.0.0/8", "0.0.0.0/32", "239.1.2.0/24", "::1/128", "ff02::/16", "::ffff:0:0/96"].map((given) => ({
    title: `a management prefix is ${given}`,
    role: "colo" as const,
    changes: { "ssh.managementPrefixes": ["0.0.0.0/0", "::/0", given] },
    sentence: `ssh.managementPrefixes[2]: given "${given}", which is where nobody logs in from; allowed is IPv4 and IPv6 prefixes; name the networks you log in from, as 198.51.100.0/24`,
  })),
  {
    title: "a management prefix is the IPv4 of guests",
    role: "home",
    changes: {
      "lan.segments": [lan, { ...devices, mode: "guest" }],
      "ssh.managementPrefixes": ["172.31.0.0/16", "172.31.2.0/25"],
    },
    sentence:
      'ssh.managementPrefixes[1]: given "172.31.2.0/25", which is the IPv4 of segment devices, whose mode is guest; allowed is networks outside of such a segment, because nobody logs in from there; remove it',
  },
];
