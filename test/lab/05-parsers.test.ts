import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fullImage, runInImage } from "../../lab/lab";
import { healthFolder } from "../../render/health";
import { metricsFolder } from "../../render/metrics";
import { statusFolder } from "../../render/status";
import { upgradesFolder } from "../../render/upgrades";
import { programFolder as uplinksFolder } from "../../render/uplinks";

const root = join(__dirname, "..", "..");
const golden = join(root, "test", "golden");

/** The golden files below a folder by their path on the host, and the directives of its bundles. */
function goldenHost(...folders: string[]): { files: Record<string, string>; directives: string } {
  const files: Record<string, string> = {};
  let directives = "";
  for (const folder of folders) {
    const base = join(golden, folder);
    for (const entry of readdirSync(base, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const path = join(entry.parentPath, entry.name);
      const text = readFileSync(path, "utf8");
      if (entry.name.endsWith(".bundle")) directives += text;
      else files[path.slice(base.length)] = text;
    }
  }
  const program = (folder: string, file: string) => readFileSync(join(root, "assets", folder, file), "utf8");
  const programs = (folder: string) => readdirSync(join(root, "assets", folder));
  for (const folder of ["host", "lan", "names", "tunnel"])
    for (const file of programs(folder))
      files[`/usr/local/lib/ipv6-home/${file.replace(/\.\w+$/, "")}`] = program(folder, file);
  for (const file of programs("uplink")) files[`${uplinksFolder}/${file}`] = program("uplink", file);
  for (const file of programs("health")) files[`${healthFolder}/${file}`] = program("health", file);
  files[`${metricsFolder}/metrics-watch.pl`] = program("metrics", "metrics-watch.pl");
  files[`${metricsFolder}/health-looks.pl`] = program("health", "health-looks.pl");
  for (const file of programs("status")) files[`${statusFolder}/${file}`] = program("status", file);
  for (const file of programs("upgrades")) files[`${upgradesFolder}/${file}`] = program("upgrades", file);
  return { files, directives };
}

const hosts: Record<string, ReturnType<typeof goldenHost>> = {
  // The site's registration at the colo needs the colo's own table.
  "the colo": goldenHost("colo/colo", "home/colo"),
  "the colo, with Jool": goldenHost("colo-jool/colo", "home/colo"),
  "the colo, variant": goldenHost("colo-variant/colo", "home-variant/colo"),
  "the home": goldenHost("home/home"),
  "the home, variant": goldenHost("home-variant/home"),
};

/** The commands that converge would run, on the files at their own paths. */
const checksOf = (directives: string) =>
  directives
    .split("\n")
    .flatMap((line) => (line.startsWith("check ") ? [line.slice(6).replaceAll("{stage}", "")] : []));

/** Debian 12 has radvd 2.19, which does not know the option; ra.daemon must be dnsmasq there, as in the variant. */
const knowsPref64 = (release: string) => release !== "bookworm";

/** All commands in one go: the ruleset is loaded once, because a site's elements are judged against it. */
const script = (checks: readonly string[]) =>
  [
    "set -e",
    `chmod 0755 /usr/local/lib/ipv6-home/* ${uplinksFolder}/* ${healthFolder}/* ${metricsFolder}/* ${statusFolder}/* ${upgradesFolder}/*`,
    "[ ! -e /etc/ipv6-home/keys ] || chmod -R go-rwx /etc/ipv6-home/keys",
    "nft --file /etc/ipv6-home/firewall.nft",
    ...checks
      // Shellcheck knows more of scripts, authorized-keys judges a host as it runs (67-drift-key), and Jool needs its
      // module (08-jool).
      .filter((check) => !/^bash -n|\/authorized-keys |\/jool /.test(check))
      .map((check) => `echo "+ ${check}"; ${check} 2>&1`),
  ].join("\n");

describe.each(["trixie", "bookworm"] as const)(
  "the programs of Debian (%s) accept what is rendered",
  (release) => {
    let image: string;
    beforeAll(async () => {
      image = await fullImage(release, () => undefined);
    }, 1_200_000);

    it.each(Object.entries(hosts))(
      "for %s",
      async (_, { files, directives }) => {
        const checks = checksOf(directives).filter((check) => knowsPref64(release) || !/^radvd /.test(check));
        const { stdout, code } = await runInImage(image, ["bash", "-c", script(checks)], files, {
          allowFailure: true,
          timeoutSec: 60,
        });
        expect(code === 0 ? "" : stdout).toBe("");
        for (const program of ["nft --check", "systemd-analyze verify"])
          expect(stdout).toContain(`+ ${program}`);
        expect(stdout).not.toMatch(/[Uu]nknown (key|section|lvalue)|ignoring|deprecated/);
      },
      90_000,
    );

    it(`radvd ${knowsPref64(release) ? "accepts" : "refuses"} what it is to announce`, async () => {
      const { files } = goldenHost("home/home");
      const check = ["radvd", "--configtest", "--config=/etc/ipv6-home/radvd.conf"];
      const { code } = await runInImage(image, check, files, { allowFailure: true });
      expect(code === 0).toBe(knowsPref64(release));
    });

    // No check of the bundle: on a host its interfaces may be yet to come, and AppArmor hides staged files from it.
    it("kea-dhcp6 accepts the delegations of the home, variant", async () => {
      const { files } = goldenHost("home-variant/home");
      const check =
        "ip link add br0 type veth peer name eno2 && kea-dhcp6 -t /etc/kea/ipv6-home/kea-dhcp6.conf 2>&1";
      const { stdout, code } = await runInImage(image, ["sh", "-c", check], files, { allowFailure: true });
      expect([code, code === 0 ? "" : stdout]).toEqual([0, ""]);
    });

    it.each([
      [
        "nft",
        "nft --check --file /etc/ipv6-home/firewall.nft",
        "/etc/ipv6-home/firewall.nft",
        "policy drop;",
        "policy drap;",
      ],
      [
        "named-checkconf",
        "named-checkconf /etc/bind/ipv6-home.conf",
        "/etc/bind/ipv6-home.conf",
        "recursion yes;",
        "recursion perhaps;",
      ],
    ])("%s refuses a damaged one", async (_, command, path, good, bad) => {
      const { files } = goldenHost("colo/colo");
      const text = files[path] ?? "";
      expect(text).toContain(good);
      const { code } = await runInImage(
        image,
        ["bash", "-c", command],
        { ...files, [path]: text.replace(good, bad) },
        { allowFailure: true },
      );
      expect(code).not.toBe(0);
    });
  },
);
