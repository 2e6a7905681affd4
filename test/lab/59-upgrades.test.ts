import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { exec, describe as describeLab } from "../../lab/lab";
import { run } from "../../lab/run";
import { writeSettings } from "../../lab/stacks";
import { closeEngine, pulumiUp, sh, trySh, until } from "./support";

const conffile = "/etc/lab-secure.conf";
const state = "/var/lib/ipv6-home/upgrades";
const guard = "/var/lib/ipv6-home/.guard";
const service = "ipv6-home-upgrades.service";

const set = async (settings: Record<string, unknown>) => {
  writeSettings("home", describeLab(), settings);
  await pulumiUp("home");
};

/** Two repositories of Debian's kind, one for security, with a package each in two versions; as a tar archive in base64. */
async function repositories(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "lab-packages-"));
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  try {
    for (const [name, label, codename] of [
      ["lab-secure", "Debian-Security", "trixie-security"],
      ["lab-plain", "Debian", "trixie"],
    ] as const) {
      for (const version of ["1.0", "1.1"]) {
        const tree = `tree/${name}-${version}`;
        write(
          `${tree}/DEBIAN/control`,
          `Package: ${name}\nVersion: ${version}\nArchitecture: all\nMaintainer: lab <lab@lab.example>\nDescription: ${name}\n`,
        );
        write(`${tree}/DEBIAN/conffiles`, `/etc/${name}.conf\n`);
        write(`${tree}/etc/${name}.conf`, `version = ${version}\n`);
        mkdirSync(join(folder, "srv", name), { recursive: true });
        const file = join(folder, "srv", name, `${name}_${version}_all.deb`);
        await run(["dpkg-deb", "--root-owner-group", "--build", join(folder, tree), file]);
      }
      const words = `-o APT::FTPArchive::Release::Origin=Debian -o APT::FTPArchive::Release::Label=${label} -o APT::FTPArchive::Release::Codename=${codename} -o APT::FTPArchive::Release::Suite=${codename}`;
      await run([
        "sh",
        "-c",
        `cd ${join(folder, "srv", name)} && apt-ftparchive packages . >Packages && apt-ftparchive ${words} release . >../Release && mv ../Release .`,
      ]);
    }
    return (await run(["sh", "-c", `tar -C ${folder} -c srv | base64`])).stdout;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const versions = async () =>
  (await sh("home", "dpkg-query -W -f '${Package} ${Version},' lab-plain lab-secure")).trim();
const packages = () => sh("home", "dpkg-query -W -f '${Package} ${db:Status-Abbrev}\\n'");
const pidOf = (unit: string) => sh("home", `systemctl show -p MainPID --value ipv6-home-${unit}`);
const last = async () => (await sh("home", `cat ${state}/last`)).replace(/^\d+ /, "").trim();
const upgrade = () => trySh("home", `systemctl start ${service}`, 120);
/** Hour and minute on the host, so many hours from now. */
const inHours = async (hours: number) => (await sh("home", `date -d '${hours} hours' +%H:%M`)).trim();

/** Waits until health says so of upgrades; answers its sentence. */
async function health(wanted: string): Promise<string> {
  let line = "";
  await until(`upgrades are ${wanted}`, 15, async () => {
    line = (await trySh("home", "grep '^upgrades ' /run/ipv6-home-health/state")).stdout.trim();
    return line.startsWith(`upgrades ${wanted} `);
  });
  return line.split(" ").slice(3).join(" ");
}

let before = "";

beforeAll(async () => {
  before = await packages();
  await exec("home", ["sh", "-c", "base64 -d | tar -C / -x"], { input: await repositories() });
  await sh(
    "home",
    [
      "dpkg -i /srv/lab-secure/lab-secure_1.0_all.deb /srv/lab-plain/lab-plain_1.0_all.deb >/dev/null",
      `echo 'mine = yes' >>${conffile}`,
      'for name in lab-secure lab-plain; do echo "deb [trusted=yes] file:/srv/$name ./"; done >/etc/apt/sources.list.d/lab.list',
    ].join(" && "),
  );
}, 60_000);

afterAll(async () => {
  // The last three are of Debian's own jobs, which the first test has started.
  await trySh(
    "home",
    "dpkg -P lab-secure lab-plain; rm -rf /srv/lab-secure /srv/lab-plain /etc/apt/sources.list.d/lab.list /var/lib/apt/daily_lock /var/lib/apt/periodic/*-stamp /var/backups/apt.*; apt-get -qq update",
  );
  await closeEngine();
}, 60_000);

it("without the setting nothing is upgraded", async () => {
  await sh("home", "systemctl start apt-daily.service apt-daily-upgrade.service", 60);
  expect(await versions()).toBe("lab-plain 1.0,lab-secure 1.0,");
  expect((await trySh("home", "systemctl cat ipv6-home-upgrades.timer")).code).not.toBe(0);
}, 90_000);

describe("with the setting", () => {
  let at = "";
  beforeAll(async () => {
    at = await inHours(12);
    await set({ "upgrades.enabled": true, "upgrades.at": at, "health.enabled": true });
  }, 240_000);

  it("waits for its hour", async () => {
    const next = await sh(
      "home",
      'date -d "$(systemctl show -p NextElapseUSecRealtime --value ipv6-home-upgrades.timer)" +%s',
    );
    const begins = Number(await sh("home", `date -d 'today ${at}' +%s`));
    const late = (((Number(next) - begins) % 86400) + 86400) % 86400;
    expect(late).toBeLessThanOrEqual(31 * 60);
    expect(await health("unknown")).toBe(`not checked: the first upgrade comes after ${at}.`);
  });

  it("does nothing while a change waits to be confirmed, or a run converges the host", async () => {
    await sh("home", `mkdir ${guard} && echo 60 >${guard}/armed`);
    try {
      expect((await upgrade()).code).toBe(0);
      expect(await last()).toBe("skipped a change waits to be confirmed");
    } finally {
      await sh("home", `rm -r ${guard}`);
    }
    await sh("home", `systemd-run -q --unit=lab-lock flock /run/ipv6-home.lock sleep 60`);
    try {
      await until(
        "the lock is held",
        5,
        async () => (await trySh("home", "flock -n /run/ipv6-home.lock true")).code !== 0,
      );
      expect((await upgrade()).code).toBe(0);
      expect(await last()).toBe("skipped a run converges this host");
      expect(await health("ok")).toMatch(/^the last upgrade is put off: /);
    } finally {
      await sh("home", "systemctl stop lab-lock");
    }
    expect(await versions()).toBe("lab-plain 1.0,lab-secure 1.0,");
  }, 60_000);

  it("upgrades what is for security, asks nothing, and restarts what runs the old program", async () => {
    // As an upgrade does: another file of the same name.
    await sh("home", "cp -a /usr/sbin/radvd /usr/sbin/radvd.new && mv /usr/sbin/radvd.new /usr/sbin/radvd");
    const [radvd, dnsmasq] = [await pidOf("radvd"), await pidOf("dnsmasq")];
    expect((await upgrade()).code).toBe(0);
    expect(await versions()).toBe("lab-plain 1.0,lab-secure 1.1,");
    expect(await last()).toBe("ok upgraded lab-secure");
    expect(await sh("home", `cat ${conffile}`)).toBe("version = 1.0\nmine = yes\n");
    expect(await pidOf("radvd")).not.toBe(radvd);
    expect(await pidOf("dnsmasq")).toBe(dnsmasq);
    await until("health has seen it", 10, async () =>
      (await health("ok")).startsWith("the last upgrade went well: upgraded lab-secure."),
    );
  }, 150_000);

  it("tells of a reboot that is needed, and reboots in its hour if that is wanted", async () => {
    await sh("home", "touch /run/reboot-required");
    const dropIn = `/run/systemd/system/${service}.d`;
    const program = "/usr/local/lib/ipv6-home-upgrades/upgrade-security.sh";
    const fake = '#!/bin/sh\n[ "$1" != reboot ] || exec touch /run/rebooted\nexec /run/systemctl "$@"\n';
    const runsAt = async (time: string) => {
      await sh(
        "home",
        `mkdir -p ${dropIn} && printf '[Service]\\nBindPaths=/run/fake:/usr/bin/systemctl\\nExecStart=\\nExecStart=/bin/bash ${program} ${time} when-needed\\n' >${dropIn}/lab.conf && systemctl daemon-reload`,
      );
      expect((await upgrade()).code).toBe(0);
      return (await trySh("home", "test -e /run/rebooted")).code === 0;
    };
    try {
      expect(await health("failed")).toContain("an upgrade needs a reboot");
      await exec(
        "home",
        ["sh", "-c", "cat >/run/fake && chmod 755 /run/fake && cp /usr/bin/systemctl /run/systemctl"],
        {
          input: fake,
        },
      );
      expect([await runsAt(await inHours(2)), await runsAt(await inHours(0))]).toEqual([false, true]);
    } finally {
      await sh(
        "home",
        `rm -rf ${dropIn} /run/reboot-required /run/rebooted /run/fake /run/systemctl && systemctl daemon-reload`,
      );
    }
    await health("ok");
  }, 120_000);

  it("tells of one that failed, and of none for days", async () => {
    await sh("home", "mv /srv/lab-secure/Packages /srv/Packages");
    try {
      expect((await upgrade()).code).not.toBe(0);
      expect(await last()).toMatch(/^failed apt-get update: /);
      expect(await health("failed")).toMatch(/^the last upgrade failed: apt-get update: /);
    } finally {
      await sh("home", "mv /srv/Packages /srv/lab-secure/Packages");
    }
    const old = "$(date -d '5 days ago' +%s)";
    await sh(
      "home",
      `echo "${old} ok nothing" >${state}/succeeded && echo "${old} skipped busy" >${state}/last`,
    );
    await until("it is told", 15, async () =>
      /no upgrade has gone well for 5 days: busy/.test(await health("failed")),
    );
  }, 120_000);

  it("leaves nothing when it goes, its package included", async () => {
    await set({});
    const traces = `ls -d ${state} /usr/local/lib/ipv6-home-upgrades /etc/apt/apt.conf.d/*ipv6-home* /etc/apt/apt.conf.d/*upgrades* /etc/ipv6-home/upgrades-apt.conf /etc/systemd/system/*upgrades* 2>/dev/null || true`;
    expect(await sh("home", traces)).toBe("");
    expect(await sh("home", "systemctl --failed --no-legend")).toBe("");
    await sh("home", "dpkg -P lab-secure lab-plain >/dev/null");
    expect(await packages()).toBe(before);
  }, 240_000);
});
