import type { Case } from "./case";

const noTime = (given: string): Case => ({
  title: `upgrades come at ${given}`,
  role: "colo",
  changes: { "upgrades.at": given },
  sentence: `upgrades.at: given "${given}"; allowed is an hour and a minute from 00:00 to 23:59; choose an hour in which nobody needs the network, as 04:00`,
});

/** Security upgrades. */
export const upgradesMistakes: readonly Case[] = [
  {
    title: "upgrades are asked for in other words",
    role: "home",
    changes: { "upgrades.enabled": "nightly" },
    sentence:
      'upgrades.enabled: given "nightly"; allowed is true or false; true installs security upgrades of Debian by itself',
  },
  noTime("4:00"),
  noTime("24:00"),
  noTime("04:00:00"),
  {
    title: "the reboot has another word",
    role: "home",
    changes: { "upgrades.reboot": "always" },
    sentence:
      'upgrades.reboot: given "always"; allowed is never or when-needed; when-needed reboots the host in the hour after upgrades.at',
  },
];
