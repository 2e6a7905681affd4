import type { Case } from "./case";

const nas = { name: "nas", segment: "lan", mac: "02:00:5e:10:00:01", public: true };

/** Names for the internet. */
export const dnsMistakes: readonly Case[] = [
  {
    title: "the colo answers for zones by another word",
    role: "colo",
    changes: { "dns.authoritative": "sometimes" },
    sentence:
      'dns.authoritative: given "sometimes"; allowed is true or false; true opens port 53 to the internet for the public zones of sites',
  },
  {
    title: "the public zone lies in the domain of the LAN",
    role: "home",
    changes: { "dns.publicZone": "public.example.net", "lan.domain": "example.net" },
    sentence:
      'dns.publicZone: given "public.example.net", which lies in lan.domain example.net; allowed is a domain outside of it, because the gateway answers for that one by itself; choose another one of the two',
  },
  {
    title: "the public zone is a top-level domain",
    role: "home",
    changes: { "dns.publicZone": "example" },
    sentence:
      'dns.publicZone: given "example"; allowed is a lower-case domain name of two labels or more and at most 173 characters, without a dot at its end and not under arpa; name a domain that you can delegate, as home.example.net',
  },
  {
    title: "the public zone is so long that no machine has a name in it",
    role: "home",
    changes: { "dns.publicZone": `${"a".repeat(60)}.${"b".repeat(60)}.${"c".repeat(60)}` },
    sentence: `dns.publicZone: given "${"a".repeat(60)}.${"b".repeat(16)}..."; allowed is a lower-case domain name of two labels or more and at most 173 characters, without a dot at its end and not under arpa; name a domain that you can delegate, as home.example.net`,
  },
  {
    title: "the public zone is a reverse one",
    role: "home",
    changes: { "dns.publicZone": "2.0.192.in-addr.arpa" },
    sentence:
      'dns.publicZone: given "2.0.192.in-addr.arpa"; allowed is a lower-case domain name of two labels or more and at most 173 characters, without a dot at its end and not under arpa; name a domain that you can delegate, as home.example.net',
  },
  {
    title: "a public machine has the name that the LAN's domain is under",
    role: "home",
    changes: {
      "dns.publicZone": "example.net",
      "lan.domain": "nas.example.net",
      "lan.hosts": [nas],
    },
    sentence:
      'lan.hosts[0].name: given "nas", whose public name nas.example.net the gateway takes for a part of lan.domain nas.example.net; allowed is a public machine outside of that domain; choose another name, or another lan.domain',
  },
  {
    title: "the public zone is no domain",
    role: "home",
    changes: { "dns.publicZone": "Home.example.net." },
    sentence:
      'dns.publicZone: given "Home.example.net."; allowed is a lower-case domain name of two labels or more and at most 173 characters, without a dot at its end and not under arpa; name a domain that you can delegate, as home.example.net',
  },
  {
    title: "there is ACME but no zone",
    role: "home",
    changes: { "dns.acmeUpdate": true, "dns.publicZone": "" },
    sentence:
      "dns.acmeUpdate: given true; allowed is true beside a dns.publicZone only; set that, or take this away",
  },
  {
    title: "there is ACME but no public machine",
    role: "home",
    changes: {
      "dns.acmeUpdate": true,
      "dns.publicZone": "home.example.net",
      "lan.hosts": [{ ...nas, public: false }],
    },
    sentence:
      "dns.acmeUpdate: given true without a machine that is public; allowed is true beside one, because the key is for the names of such machines alone; set public at a machine of lan.hosts, or take this away",
  },
  {
    title: "ACME is set by another word",
    role: "home",
    changes: { "dns.acmeUpdate": "certbot" },
    sentence:
      'dns.acmeUpdate: given "certbot"; allowed is true or false; true lets machines with a key prove to a CA that a name is theirs',
  },
  {
    title: "the generation of the zone's keys is no number",
    role: "home",
    changes: { "dns.keyEpoch": "next" },
    sentence:
      'dns.keyEpoch: given "next"; allowed is a whole number from 1 to 9007199254740991; add one for new keys',
  },
  {
    title: "a machine is public but there is no zone",
    role: "home",
    changes: { "lan.hosts": [nas], "dns.publicZone": "" },
    sentence:
      "lan.hosts[0].public: given true; allowed is true beside a dns.publicZone only; set that, or take this away",
  },
  {
    title: "a public machine has the name of the name server",
    role: "home",
    changes: { "lan.hosts": [{ ...nas, name: "ns" }], "dns.publicZone": "home.example.net" },
    sentence:
      'lan.hosts[0].name: given "ns", which the name server of home.example.net has already; allowed is another name for a public machine; choose another name',
  },
];
