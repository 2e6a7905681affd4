import type { Case } from "./case";

/** A site: its number and its domain. */
export const siteMistakes: readonly Case[] = [
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
    title: "the domain has capitals",
    role: "home",
    changes: { "lan.domain": "Home.arpa" },
    sentence:
      'lan.domain: given "Home.arpa"; allowed is a lower-case domain name without a dot at its end, not local nor under it; use home.arpa, or a domain of your own',
  },
  {
    title: "the domain is that of multicast",
    role: "home",
    changes: { "lan.domain": "home.local" },
    sentence:
      'lan.domain: given "home.local"; allowed is a lower-case domain name without a dot at its end, not local nor under it; use home.arpa, or a domain of your own',
  },
  {
    title: "the domain ends with a dot",
    role: "home",
    changes: { "lan.domain": "home.arpa." },
    sentence:
      'lan.domain: given "home.arpa."; allowed is a lower-case domain name without a dot at its end, not local nor under it; use home.arpa, or a domain of your own',
  },
];
