import type { Case } from "./case";

/** The role, and names of settings: unknown ones, ones of the other kind of stack, ones given twice. */
export const namesMistakes: readonly Case[] = [
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
