import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { exec, withTools } from "./exec";
import { inState } from "./paths";
import { run } from "./run";
import { type HostName } from "./topology";

/** What is compared of a host. */
export const aspects = [
  "files",
  "contents",
  "packages",
  "nft",
  "routes",
  "rules",
  "addresses",
  "links",
  "units",
  "sysctls",
  "users",
  "groups",
] as const;
export type Aspect = (typeof aspects)[number];

/** A host at one moment: for each aspect what it holds, by a name that stays (a path, a unit, a route). */
export type Snapshot = Readonly<Record<Aspect, Readonly<Record<string, string>>>>;

/** What one thing was and is; "" where it is not there. */
export interface Difference {
  readonly aspect: Aspect;
  readonly name: string;
  readonly was: string;
  readonly is: string;
}

/** Not of the disk, or gone with the next boot. */
const pruned = ["/proc", "/sys", "/dev", "/run", "/tmp"];

const found = `find / -xdev ${pruned.map((path) => `-path ${path} -prune -o`).join(" ")}`;
// Units that somebody's question starts and that end by themselves.
const fleeting = "systemd-hostnamed[.]service|user@|user-runtime-dir@|session-|run-u[0-9]";

// A line: NAME, a tab, what it holds. What only counts, and times, are no state of a host.
const commands: Readonly<Record<Exclude<Aspect, "nft" | "contents">, string>> = {
  files: `${found} ! -path '/var/tmp/systemd-private-*' -printf '%p\\t%y %m %u:%g %l\\n'`,
  packages: "dpkg-query -W -f '${Package}:${Architecture}\\t${db:Status-Abbrev}${Version}\\n'",
  routes:
    "{ ip -4 route show table all; ip -6 route show table all; } | sed 's/ expires [^ ]*//; s/ *$//; s/$/\\t+/'",
  rules: "{ ip -4 rule; ip -6 rule; } | sed 's/\\t/ /; s/$/\\t+/'",
  addresses: "ip -o address show | sed -E 's/^[0-9]+: //; s/ *\\\\.*//; s/ dynamic//; s/ +/ /g; s/$/\\t+/'",
  links: "ip -o link show | sed -E 's/^[0-9]+: ([^:@]+)[:@].*<([^>]*)> mtu ([0-9]+).*/\\1\\t\\2 \\3/'",
  units: `{ systemctl list-unit-files --no-legend --plain | awk '{ print "file " $1 "\\t" $2 }'; systemctl list-units --all --no-legend --plain --type=service,socket,timer,path,target | awk '$2 != "not-found" { print "state " $1 "\\t" $3 }'; } | grep -vE '${fleeting}'`,
  // The kernel makes that key when it first needs it.
  sysctls: "sysctl -a 2>/dev/null | grep '^net[.]' | grep -vE '_count |tcp_fastopen_key' | sed 's/ = /\\t/'",
  users: "getent passwd | sed 's/:/\\t/'",
  groups: "getent group | sed 's/:/\\t/'",
};

const sha256sums = `${found} -type f -print0 | xargs -0 sha256sum | sed -E 's/^(\\S+)  (.*)/\\2\\t\\1/'`;

// Addresses that are still being checked for duplicates (RFC 4862, section 5.4) have no route yet.
const settled =
  'for _ in $(seq 50); do [ -n "$(ip -o -6 address show tentative)" ] || exit 0; sleep 0.1; done; exit 1';

/** Looks at a whole host. */
export async function takeSnapshot(host: HostName): Promise<Snapshot> {
  await exec(host, ["bash", "-c", settled], { timeoutSec: 20 });
  const entries = await Promise.all(
    aspects.map(async (aspect) => {
      // A bare host has no nft.
      const { stdout } =
        aspect === "nft"
          ? await run(withTools(host, ["nft", "list", "ruleset"]))
          : await exec(host, ["bash", "-c", aspect === "contents" ? sha256sums : commands[aspect]], {
              timeoutSec: 120,
            });
      return [aspect, aspect === "nft" ? { ruleset: stdout } : named(stdout)] as const;
    }),
  );
  return Object.fromEntries(entries) as Record<Aspect, Record<string, string>>;
}

function named(text: string): Record<string, string> {
  return Object.fromEntries(
    text
      .split("\n")
      .filter(Boolean)
      .map((line) => {
        const [name = "", ...rest] = line.split("\t");
        return [name, rest.join("\t")] as const;
      }),
  );
}

/** What differs between two looks at a host, sorted. */
export function differences(before: Snapshot, after: Snapshot): Difference[] {
  return aspects.flatMap((aspect) => {
    const [was, is] = [before[aspect], after[aspect]];
    return [...new Set([...Object.keys(was), ...Object.keys(is)])]
      .filter((name) => was[name] !== is[name])
      .sort()
      .map((name) => ({ aspect, name, was: was[name] ?? "", is: is[name] ?? "" }));
  });
}

const pathOf = (host: HostName) => inState("snapshots", `${host}.json`);

/** Keeps a snapshot for as long as this lab is up. */
export function keepSnapshot(host: HostName, snapshot: Snapshot): void {
  mkdirSync(inState("snapshots"), { recursive: true });
  writeFileSync(pathOf(host), JSON.stringify(snapshot));
}

/** The one that was kept. */
export const keptSnapshot = (host: HostName): Snapshot =>
  JSON.parse(readFileSync(pathOf(host), "utf8")) as Snapshot;
