import type { Aspect, Difference } from "./snapshot";

/** Something that a host still has differently when it was given back. */
export interface LeftBehind {
  readonly aspect: Aspect;
  /** Names of what differs: whole paths, units, users. */
  readonly name: RegExp;
  readonly why: string;
  /** Whether it differs on some runs only, so that nobody can tell whether the entry is out of date. @default false */
  readonly sometimes?: true;
  /** Whether it is there only because `destroy.packages` was `keep`. @default false */
  readonly kept?: true;
}

/** All that stays. The lab compares a host before its first `up` with the same host after `destroy`. */
export const leftBehind: readonly LeftBehind[] = [
  {
    aspect: "users",
    name: /^(dnsmasq|radvd)$/,
    why: "the packages dnsmasq-base and radvd leave their system users, as packages of Debian do",
  },
  {
    aspect: "contents",
    name: /^\/etc\/(passwd|shadow)$/,
    why: "the lines of these users",
  },
  {
    aspect: "contents",
    name: /^\/etc\/(passwd|shadow|group|gshadow)-$/,
    why: "what these files were before the last change by a package",
  },
  {
    aspect: "contents",
    name: /^\/var\/(cache\/apt\/pkgcache\.bin|lib\/apt\/extended_states|lib\/dpkg\/status(-old)?)$/,
    why: "books of apt and dpkg, in another order; the packages themselves are compared",
  },
  {
    aspect: "files",
    name: /^\/var\/(cache\/debconf\/tmp\.ci|lib\/apt\/extended_states)$/,
    why: "books of apt and debconf that came with their first use",
  },
  {
    aspect: "contents",
    name: /^\/var\/cache\/ldconfig\/aux-cache$/,
    why: "what ldconfig remembers of libraries, after some came and went with bind9 at a home with a public zone",
    sometimes: true,
  },
  {
    aspect: "files",
    name: /^\/var\/log\/apt\/(eipp\.log\.xz|history\.log|term\.log)$/,
    why: "logs of apt",
  },
  {
    aspect: "contents",
    name: /^\/var\/log\/(apt\/(eipp\.log\.xz|history\.log|term\.log)|dpkg\.log)$/,
    why: "logs of apt and dpkg",
  },
  {
    aspect: "contents",
    name: /^\/var\/log\/journal\/.*\.journal~?$/,
    why: "the journal",
  },
  {
    aspect: "files",
    name: /^\/var\/log\/journal\/.*\.journal~?$/,
    why: "the journal has more files by now",
    sometimes: true,
  },
  {
    aspect: "contents",
    name: /^\/var\/log\/(wtmp(\.db)?|lastlog)$/,
    why: "the logs of boots, and of logins at a terminal",
    sometimes: true,
  },
  {
    aspect: "files",
    name: /^\/var\/log\/(wtmp\.db|lastlog)$/,
    why: "the log of logins at a terminal, if nobody had logged in at one before",
    sometimes: true,
  },
  {
    aspect: "units",
    name: /^state (ldconfig|systemd-journal-catalog-update|systemd-sysusers|systemd-update-done)\.service$/,
    why: "jobs of the first boot of an installation, if the host was rebooted since",
    sometimes: true,
  },
  {
    aspect: "units",
    name: /^state (network-online\.target|systemd-networkd-wait-online\.service)$/,
    why: "reached, because units of ours waited for it; until the next boot",
    sometimes: true,
  },
  ...["files" as const, "contents" as const].map((aspect) => ({
    aspect,
    name: /^\/var\/www(\/html(\/index\.lighttpd\.html)?)?$/,
    why: "the package lighttpd leaves its page, if machines booted over the network",
    sometimes: true as const,
  })),
  ...kept(
    "files",
    /^\/var\/lib\/(dpkg\/info\/.*|systemd\/deb-systemd-helper-.*)$/,
    "Debian's books of these packages",
  ),
  ...kept(
    "files",
    /^\/etc\/(bind\/rndc\.key|apparmor\.d\/local\/usr\.sbin\.named|rc[0-6S]\.d\/K01(named|radvd|tayga))$|^\/var\/lib\/bind$/,
    "made by bind9, radvd and tayga when they were installed; their daemons are off",
  ),
  ...kept(
    "contents",
    /^\/etc\/(group|gshadow|ld\.so\.cache)$|^\/var\/cache\/ldconfig\/aux-cache$/,
    "the group of bind9, and the list of libraries",
  ),
  { aspect: "users", name: /^bind$/, why: "the system user of bind9", kept: true },
  { aspect: "groups", name: /^bind$/, why: "its group", kept: true },
  ...sometimes(
    "users",
    /^_kea$/,
    "the package kea-common leaves its system user, if there was a router to delegate to",
  ),
  ...sometimes("groups", /^_kea$/, "its group"),
  ...sometimes("contents", /^\/etc\/(group|gshadow)$/, "that group's lines"),
  ...sometimes(
    "files",
    /^\/var\/lib\/dpkg\/statoverride-old$/,
    "books of dpkg, which kea-common has written into",
  ),
  ...sometimes("contents", /^\/var\/lib\/dpkg\/statoverride(-old)?$/, "the same"),
  ...sometimes(
    "contents",
    /^\/var\/(cache\/ldconfig\/aux-cache|log\/alternatives\.log)$/,
    "notes of Kea's libraries, which came and went",
  ),
  ...sometimes("users", /^prometheus$/, "Debian's packages of Prometheus leave their system user"),
  ...sometimes("groups", /^prometheus$/, "its group"),
  ...sometimes("contents", /^\/etc\/(group|gshadow)$/, "that group's lines"),
  ...sometimes(
    "files",
    /^\/var\/log\/unattended-upgrades(\/.*)?$/,
    "its logs, if a host installed upgrades by itself",
  ),
  ...sometimes("contents", /^\/var\/log\/unattended-upgrades\/.*$/, "what is in them"),
  ...sometimes(
    "files",
    /^\/var\/lib\/ucf\/(hashfile|registry)\.\d$/,
    "books of ucf, which its package has written into",
  ),
  ...sometimes("contents", /^\/var\/lib\/ucf\/(hashfile|registry)(\.\d)?$/, "the same"),
  ...sometimes(
    "contents",
    /^\/var\/(cache\/debconf\/(config|templates)\.dat-old|lib\/dpkg\/diversions-old)$/,
    "what books of debconf and dpkg were before its packages came and went",
  ),
];

/** What is left only where a setting asked for it. */
function sometimes(aspect: Aspect, name: RegExp, why: string): LeftBehind[] {
  return [{ aspect, name, why, sometimes: true }];
}

/** A file, with what is in it. */
function kept(aspect: "files" | "contents", name: RegExp, why: string): LeftBehind[] {
  const entry = { aspect, name, why, kept: true } as const;
  return aspect === "files" ? [entry, { ...entry, aspect: "contents" }] : [entry];
}

/** Parts differences into those that no entry names, and the entries that named the others. */
export function unnamed(
  differences: readonly Difference[],
  entries: readonly LeftBehind[] = leftBehind,
): { readonly rest: readonly Difference[]; readonly named: ReadonlySet<LeftBehind> } {
  const entryOf = ({ aspect, name }: Difference) =>
    entries.find((entry) => entry.aspect === aspect && entry.name.test(name));
  return {
    rest: differences.filter((difference) => entryOf(difference) === undefined),
    named: new Set(differences.flatMap((difference) => entryOf(difference) ?? [])),
  };
}

/** The page docs/LEFT-BEHIND.md. */
export function renderLeftBehind(): string {
  const row = ({ aspect, name, why }: LeftBehind) =>
    `| ${aspect} | \`${name.source.replaceAll("\\/", "/").replaceAll("|", "\\|")}\` | ${why} |`;
  const table = (entries: readonly LeftBehind[]) => [
    "| what | names | why |",
    "| ---- | ----- | --- |",
    ...entries.map(row),
  ];
  return [
    "# What a host keeps",
    "",
    "After `pulumi destroy` a host is as it was before the first `pulumi up`: the lab compares both, on Debian 13 and 12,",
    "the whole file system (path, kind, mode, owner, content, target of links), nftables, routes, rules, addresses, links,",
    "units, sysctls, users and groups (`test/lab/80-destroy.test.ts`, `test/lab/90-bookworm.test.ts`). What is listed here",
    "may differ, and nothing else. The names are regular expressions. This page is written from `lab/left-behind.ts` by",
    "`npm run docs`.",
    "",
    "## In any case",
    "",
    ...table(leftBehind.filter(({ kept }) => kept !== true)),
    "",
    "## With `destroy.packages: keep`",
    "",
    "Also every file of a package that came with this project, and:",
    "",
    ...table(leftBehind.filter(({ kept }) => kept === true)),
    "",
  ].join("\n");
}
