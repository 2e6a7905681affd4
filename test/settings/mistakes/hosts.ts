import type { Case } from "./case";

const nas = { name: "nas", segment: "lan", mac: "02:00:5e:10:00:01" };

/** A list of machines, beside the examples' segments. */
const hosts = (...list: readonly object[]): Case["changes"] => ({ "lan.hosts": list });

/** Machines with a name. */
export const hostsMistakes: readonly Case[] = [
  {
    title: "a machine has no name",
    role: "home",
    changes: hosts({ ...nas, name: undefined }),
    sentence: "lan.hosts[0].name: given nothing; allowed is a value; add this field",
  },
  ...["ignore", "infinite", "7d", "42", "24h", "10m", "1w", "30s"].map((name) => ({
    title: `a machine's name is dnsmasq's word ${name}`,
    role: "home" as const,
    changes: hosts({ ...nas, name }),
    sentence: `lan.hosts[0].name: given "${name}", which dnsmasq takes for a word of its own; allowed is any label but ignore, infinite, and a number alone or with one of w, d, h, m, s behind it; choose another name`,
  })),
  {
    title: "a machine's name is a number",
    role: "home",
    changes: hosts({ ...nas, name: 5 }),
    sentence: "lan.hosts[0].name: given 5, a number; allowed is text; put it in quotes",
  },
  {
    title: "a machine's MAC is a number",
    role: "home",
    changes: hosts({ ...nas, mac: 2147483714 }),
    sentence: "lan.hosts[0].mac: given 2147483714, a number; allowed is text; put it in quotes",
  },
  {
    title: "a machine's name has nothing behind it",
    role: "home",
    changes: hosts({ ...nas, name: null }),
    sentence:
      "lan.hosts[0].name: given nothing; allowed is a host name label in lower case: letters a-z, digits and inner hyphens, at most 63, no dots; choose another name",
  },
  {
    title: "a machine's name has the domain behind it",
    role: "home",
    changes: hosts({ ...nas, name: "nas.home.arpa" }),
    sentence:
      'lan.hosts[0].name: given "nas.home.arpa"; allowed is a host name label in lower case: letters a-z, digits and inner hyphens, at most 63, no dots; choose another name',
  },
  {
    title: "the machines are a map",
    role: "home",
    changes: { "lan.hosts": { nas: { segment: "lan" } } },
    sentence:
      'lan.hosts: given {"nas":{"segment":"lan"}}; allowed is a list; write it as a YAML list, or as JSON',
  },
  {
    title: "a machine's field is misspelt",
    role: "home",
    changes: hosts({ ...nas, sufix: "::42" }),
    sentence:
      "lan.hosts[0].sufix: given a field that does not exist; allowed is name, segment, mac, duid, suffix, slaac, pinholes, boot, public; did you mean suffix?",
  },
  {
    title: "a machine's MAC is in another form",
    role: "home",
    changes: hosts({ ...nas, mac: "0200.5e10.0001" }),
    sentence:
      'lan.hosts[0].mac: given "0200.5e10.0001"; allowed is the MAC of one machine, as 02:00:5e:10:00:01; see `ip link` on the machine',
  },
  {
    title: "two machines have one MAC, once by dashes",
    role: "home",
    changes: hosts(
      { ...nas, suffix: "::42", slaac: "token" },
      { ...nas, name: "pi", segment: "devices", mac: "02-00-5E-10-00-01" },
    ),
    sentence:
      'lan.hosts[1].mac: given "02:00:5e:10:00:01" for pi, which machine nas has already; allowed is each only once; name each machine once',
  },
  {
    title: "two machines have one DUID, once by dashes",
    role: "home",
    changes: hosts(
      { name: "nas", segment: "lan", duid: "00:03:00:01:02:00:5e:10:00:01", suffix: "::42" },
      { name: "pi", segment: "lan", duid: "00-03-00-01-02-00-5E-10-00-01", suffix: "::43" },
    ),
    sentence:
      'lan.hosts[1].duid: given "00:03:00:01:02:00:5e:10:00:01" for pi, which machine nas has already; allowed is each only once; name each machine once',
  },
  {
    title: "a machine is in an unknown segment",
    role: "home",
    changes: hosts({ ...nas, segment: "guests" }),
    sentence: 'lan.hosts[0].segment: given "guests"; allowed is lan, devices; name a segment of lan.segments',
  },
  {
    title: "a machine has neither MAC nor DUID",
    role: "home",
    changes: hosts({ ...nas, mac: undefined }),
    sentence:
      "lan.hosts[0].mac: given neither mac nor duid; allowed is one of the two; name the machine by the one that it keeps",
  },
  {
    title: "a machine has both MAC and DUID",
    role: "home",
    changes: hosts({ ...nas, duid: "00:03:00:01:02:00:5e:10:00:01" }),
    sentence:
      "lan.hosts[0].mac: given both mac and duid; allowed is one of the two; name the machine by the one that it keeps",
  },
  {
    title: "a machine's MAC is a group's",
    role: "home",
    changes: hosts({ ...nas, mac: "33:33:00:00:00:01" }),
    sentence:
      'lan.hosts[0].mac: given "33:33:00:00:00:01"; allowed is the MAC of one machine, as 02:00:5e:10:00:01; see `ip link` on the machine',
  },
  {
    title: "a machine's DUID is too short",
    role: "home",
    changes: hosts({ ...nas, mac: undefined, duid: "00:03", suffix: "::42" }),
    sentence:
      'lan.hosts[0].duid: given "00:03"; allowed is a DHCP unique identifier, as 00:03:00:01:02:00:5e:10:00:01; see the lease of the machine, /var/lib/ipv6-home-dnsmasq/leases on the gateway',
  },
  {
    title: "a machine with a DUID has no suffix",
    role: "home",
    changes: hosts({ ...nas, mac: undefined, duid: "00:03:00:01:02:00:5e:10:00:01" }),
    sentence:
      "lan.hosts[0].suffix: given nothing; allowed is the last 64 bits of an address, as ::42; a DUID gives no address, so choose one",
  },
  {
    title: "a machine's suffix is outside of its segment",
    role: "home",
    changes: hosts({ ...nas, suffix: "2001:db8:beef:102::42" }),
    sentence:
      'lan.hosts[0].suffix: given "2001:db8:beef:102::42"; allowed is the last 64 bits of an address, as ::42, and not the gateway\'s ::1; see `ip -6 address` on the machine; reserve a fixed one there',
  },
  {
    title: "a machine's suffix is the gateway's",
    role: "home",
    changes: hosts({ ...nas, suffix: "::1" }),
    sentence:
      'lan.hosts[0].suffix: given "::1"; allowed is the last 64 bits of an address, as ::42, and not the gateway\'s ::1; see `ip -6 address` on the machine; reserve a fixed one there',
  },
  {
    title: "a machine with a DUID forms its address from its MAC",
    role: "home",
    changes: hosts({
      ...nas,
      mac: undefined,
      duid: "00:03:00:01:02:00:5e:10:00:01",
      suffix: "::42",
      slaac: "eui64",
    }),
    sentence:
      'lan.hosts[0].slaac: given "eui64"; allowed is eui64 beside a mac only; name the machine by its mac, or set token',
  },
  {
    title: "a machine has a token but no suffix",
    role: "home",
    changes: hosts({ ...nas, slaac: "token" }),
    sentence:
      'lan.hosts[0].slaac: given "token"; allowed is token beside a suffix only; add the suffix that is its token',
  },
  {
    title: "a machine forms its address in an unknown way",
    role: "home",
    changes: hosts({ ...nas, slaac: "privacy" }),
    sentence:
      'lan.hosts[0].slaac: given "privacy"; allowed is eui64 or token or none; how the machine forms its address, see docs/NAMES.md',
  },
  {
    title: "a machine is public by another word",
    role: "home",
    changes: hosts({ ...nas, public: "maybe" }),
    sentence:
      'lan.hosts[0].public: given "maybe"; allowed is true or false; true gives it a name on the internet as well',
  },
  {
    title: "two machines have one name",
    role: "home",
    changes: hosts(nas, { name: "nas", segment: "devices", mac: "02:00:5e:10:00:02" }),
    sentence:
      'lan.hosts[1].name: given "nas", which the machine in lan has already; allowed is each only once; choose another name',
  },
  {
    title: "two machines have one MAC",
    role: "home",
    changes: hosts({ ...nas, suffix: "::42", slaac: "token" }, { ...nas, name: "pi", segment: "devices" }),
    sentence:
      'lan.hosts[1].mac: given "02:00:5e:10:00:01" for pi, which machine nas has already; allowed is each only once; name each machine once',
  },
  {
    title: "two machines have one DUID",
    role: "home",
    changes: hosts(
      { name: "nas", segment: "lan", duid: "00:03:00:01:02:00:5e:10:00:01", suffix: "::42" },
      { name: "pi", segment: "lan", duid: "00:03:00:01:02:00:5E:10:00:01", suffix: "::43" },
    ),
    sentence:
      'lan.hosts[1].duid: given "00:03:00:01:02:00:5e:10:00:01" for pi, which machine nas has already; allowed is each only once; name each machine once',
  },
  {
    title: "two machines have one address",
    role: "home",
    changes: hosts(nas, {
      name: "pi",
      segment: "lan",
      duid: "00:03:00:01:02:00:5e:10:00:07",
      suffix: "::5eff:fe10:1",
    }),
    sentence:
      'lan.hosts[1].suffix: given "::5eff:fe10:1" for pi, which machine nas has already; allowed is each only once; choose another suffix',
  },
  {
    title: "a machine's pinhole is one of lan.pinholes",
    role: "home",
    changes: {
      "lan.hosts": [
        { ...nas, suffix: "::42", slaac: "none", pinholes: [{ protocol: "tcp", port: "20-30" }] },
      ],
      "lan.pinholes": [{ name: "ssh", segment: "lan", host: "::42", protocol: "tcp", port: 22 }],
    },
    sentence:
      'lan.hosts[0].pinholes[0].port: given "20-30", which pinhole ssh has at least in part (22) for the same machine; allowed is each only once; join the two pinholes',
  },
  {
    title: "a machine's pinhole has no port",
    role: "home",
    changes: hosts({ ...nas, pinholes: [{ protocol: "tcp" }] }),
    sentence: "lan.hosts[0].pinholes[0].port: given nothing; allowed is a value; add this field",
  },
];
