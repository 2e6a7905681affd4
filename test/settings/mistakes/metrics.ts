import type { Case } from "./case";

const watching = { "metrics.enabled": true, "monitoring.enabled": true };
const mail = {
  "monitoring.mailTo": "ops@example.net",
  "monitoring.mailFrom": "colo@example.net",
  "monitoring.smarthost": "mail.example.net:587",
};
const half = (title: string, changes: Case["changes"], where: string, needs: string): Case => ({
  title,
  role: "colo",
  changes: { ...watching, ...changes },
  secretKeys: ["monitoring.smtpPassword"],
  sentence: `${where}: given a value without ${needs}; allowed is both or neither; set ${needs} as well, or remove it`,
});
const wrong = (title: string, changes: Case["changes"], sentence: string): Case => ({
  title,
  role: "colo",
  changes: { ...watching, ...changes },
  sentence,
});

/** How hosts tell how they are, and who is told of alerts. */
export const metricsMistakes: readonly Case[] = [
  {
    title: "metrics are asked for in other words",
    role: "home",
    changes: { "metrics.enabled": "on" },
    sentence: 'metrics.enabled: given "on"; allowed is true or false; true makes the host tell how it is',
  },
  {
    title: "somebody may ask for metrics that are not there",
    role: "home",
    changes: { "metrics.enabled": false, "metrics.from": ["2001:db8:beef:101::/64"] },
    sentence:
      "metrics.from: given prefixes while metrics.enabled is false; allowed is a list where there is something to ask for; set metrics.enabled to true, or remove it",
  },
  {
    title: "metrics are asked for by IPv4",
    role: "home",
    changes: { "metrics.enabled": true, "metrics.from": ["192.168.1.0/24"] },
    sentence:
      "metrics.from[0]: given \"192.168.1.0/24\", which is not IPv6; allowed is IPv6 prefixes; name a segment's /64 or a machine's /128, as 2001:db8:0:101::/64",
  },
  wrong(
    "metrics are for everybody",
    { "metrics.from": ["2001:db8:beef:101::/64", "::/0"] },
    'metrics.from[1]: given "::/0", which is outside; allowed is prefixes of 2001:db8:beef::/48; name a part of a home\'s /56',
  ),
  {
    title: "a colo watches, and does not tell how it is itself",
    role: "colo",
    changes: { "monitoring.enabled": true },
    sentence:
      "monitoring.enabled: given true while metrics.enabled is false; allowed is true on a host that tells how it is; set metrics.enabled to true as well",
  },
  {
    title: "somebody is to be told of alerts that nobody makes",
    role: "colo",
    changes: { "metrics.enabled": true, ...mail },
    sentence:
      "monitoring.enabled: given false while somebody is to be told of alerts; allowed is true where monitoring.webhook or monitoring.mailTo is set; set it to true, or remove them",
  },
  {
    title: "a colo is asked to watch in other words",
    role: "colo",
    changes: { "monitoring.enabled": "always" },
    sentence:
      'monitoring.enabled: given "always"; allowed is true or false; true watches the hosts from the colo',
  },
  wrong(
    "hosts are looked at all the time",
    { "monitoring.intervalSec": 1 },
    'monitoring.intervalSec: given "1"; allowed is a whole number from 5 to 300; 15 is usual; an alert comes two of them late',
  ),
  wrong(
    "nothing is remembered for a day",
    { "monitoring.retentionDays": -1 },
    'monitoring.retentionDays: given "-1"; allowed is a whole number from 1 to 3650; 30 is usual',
  ),
  wrong(
    "what is remembered fits nowhere",
    { "monitoring.retentionMb": 64 },
    'monitoring.retentionMb: given "64"; allowed is a whole number from 128 to 1048576; leave the disk some room',
  ),
  wrong(
    "the webhook is not encrypted",
    { "monitoring.webhook": "https://example.net/hook" },
    "monitoring.webhook: given plain text; allowed is an encrypted value; pulumi config set --secret monitoring.webhook < FILE",
  ),
  {
    ...wrong(
      "the webhook is no address",
      { "monitoring.webhook": "example.net" },
      "monitoring.webhook: given something else; allowed is an address that begins with https:// or http://; pulumi config set --secret monitoring.webhook < FILE",
    ),
    secretKeys: ["monitoring.webhook"],
  },
  wrong(
    "mail goes to a name",
    { ...mail, "monitoring.mailTo": "ops" },
    'monitoring.mailTo: given "ops"; allowed is a mail address; write it alone, as ops@example.net',
  ),
  wrong(
    "mail comes from a name",
    { ...mail, "monitoring.mailFrom": "The colo <colo@example.net>" },
    'monitoring.mailFrom: given "The colo <colo@example.net>"; allowed is a mail address; write it alone, as ops@example.net',
  ),
  wrong(
    "the smarthost has no port",
    { ...mail, "monitoring.smarthost": "mail.example.net" },
    'monitoring.smarthost: given "mail.example.net"; allowed is a host and a port; write it as mail.example.net:587',
  ),
  wrong(
    "the smarthost's user has a blank",
    { ...mail, "monitoring.smtpUser": "a b" },
    'monitoring.smtpUser: given "a b"; allowed is a name without blanks; mend it',
  ),
  half(
    "mail has no sender",
    { ...mail, "monitoring.mailFrom": "" },
    "monitoring.mailTo",
    "monitoring.mailFrom",
  ),
  half(
    "mail has no server",
    { ...mail, "monitoring.smarthost": "" },
    "monitoring.mailTo",
    "monitoring.smarthost",
  ),
  half(
    "mail has no receiver",
    { ...mail, "monitoring.mailTo": "" },
    "monitoring.mailFrom",
    "monitoring.mailTo",
  ),
  half(
    "there is nothing but a server",
    { "monitoring.smarthost": "mail.example.net:587" },
    "monitoring.smarthost",
    "monitoring.mailTo",
  ),
  half(
    "a user has no password",
    { ...mail, "monitoring.smtpUser": "colo" },
    "monitoring.smtpUser",
    "monitoring.smtpPassword",
  ),
  half(
    "a password has no user",
    { ...mail, "monitoring.smtpPassword": "secret" },
    "monitoring.smtpPassword",
    "monitoring.smtpUser",
  ),
  half(
    "a login has nobody to write to",
    { "monitoring.smtpUser": "colo", "monitoring.smtpPassword": "secret" },
    "monitoring.smtpUser",
    "monitoring.mailTo",
  ),
  wrong(
    "a password is not encrypted",
    { ...mail, "monitoring.smtpUser": "colo", "monitoring.smtpPassword": "secret" },
    "monitoring.smtpPassword: given plain text; allowed is an encrypted value; pulumi config set --secret monitoring.smtpPassword < FILE",
  ),
  {
    ...wrong(
      "a password has a line break",
      { ...mail, "monitoring.smtpUser": "colo", "monitoring.smtpPassword": "sec\nret" },
      "monitoring.smtpPassword: given something else; allowed is one line of text; pulumi config set --secret monitoring.smtpPassword < FILE",
    ),
    secretKeys: ["monitoring.smtpPassword"],
  },
];
