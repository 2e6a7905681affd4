import type { Case } from "./case";

const on = { "health.enabled": true, "status.enabled": true };

/** The status page. */
export const statusMistakes: readonly Case[] = [
  {
    title: "the status page is asked for in other words",
    role: "home",
    changes: { "status.enabled": "lan" },
    sentence:
      'status.enabled: given "lan"; allowed is true or false; true shows the LAN a page of what works',
  },
  {
    title: "the status page has nothing to show",
    role: "home",
    changes: { "status.enabled": true },
    sentence:
      "status.enabled: given true without health.enabled; allowed is true beside it, because the page shows what health finds; set that, or take this away",
  },
  {
    title: "a machine has the name that the status page is at",
    role: "home",
    changes: { ...on, "lan.hosts": [{ name: "gateway", segment: "lan", mac: "02:00:5e:10:00:01" }] },
    sentence:
      'lan.hosts[0].name: given "gateway"; allowed is another name beside status.enabled, whose page is at gateway; choose one, or take status.enabled away',
  },
];
