import { connectivityChecks, eventually, runCheck } from "../../lab/checks";
import { restartClients } from "../../lab/clients";
import { describe as describeLab, down, up } from "../../lab/lab";
import { leftBehind, unnamed } from "../../lab/left-behind";
import { differences, keepSnapshot, keptSnapshot, takeSnapshot, type Difference } from "../../lab/snapshot";
import { forgetStacks, prepareStacks, writeSettings } from "../../lab/stacks";
import { hostNames, type HostName } from "../../lab/topology";
import { closeEngine, mustDestroy, pulumi, pulumiUp, sh, theEngine, trySh, until } from "./support";

// The whole path once more on Debian 12, from bare hosts to bare hosts; here packages stay.
beforeAll(async () => {
  await down();
  forgetStacks();
  const lab = await up({ release: { colo: "bookworm", home: "bookworm" } });
  for (const host of hostNames) keepSnapshot(host, await takeSnapshot(host));
  await prepareStacks(await theEngine(), lab);
  for (const stack of ["colo", "home"] as const) writeSettings(stack, lab, { "destroy.packages": "keep" });
}, 1_200_000);
afterAll(closeEngine);

const packagesBefore: Record<HostName, string[]> = { colo: [], home: [] };
const packagesOf = async (host: HostName) =>
  (await sh(host, "dpkg-query -W -f '${db:Status-Abbrev} ${Package}\\n' | sed -n 's/^.i  *//p'"))
    .trim()
    .split("\n");
/** Where a unit comes from; systemd makes one of each script of System V's init. */
const unitFilesOf = (name: string): string[] => {
  const unit = name.split(" ")[1] ?? "";
  return [`/usr/lib/systemd/system/${unit}`, `/etc/init.d/${unit.replace(/[.]service$/, "")}`];
};
/** Paths as the file system has them: in Debian's packages /lib and the like are still folders of their own. */
const filesOfPackages = async (host: HostName) => {
  const came = (await packagesOf(host)).filter((name) => !packagesBefore[host].includes(name));
  const listed = await sh(host, `dpkg-query -L ${came.join(" ")}`);
  return new Set(listed.split("\n").map((path) => path.replace(/^\/(bin|sbin|lib|lib64)\//, "/usr/$1/")));
};

describe("Debian 12", () => {
  it("is bare before", async () => {
    expect(await sh("colo", ". /etc/os-release; echo $VERSION_ID")).toBe("12\n");
    for (const host of hostNames) packagesBefore[host] = await packagesOf(host);
    for (const check of connectivityChecks) expect((await runCheck(check)).ok).toBe(false);
  }, 120_000);

  it("has no radvd that could announce PREF64, and says what to do", async () => {
    await pulumiUp("colo");
    writeSettings("home", describeLab(), { "destroy.packages": "keep", "ra.daemon": "radvd" });
    const { code, stdout, stderr } = await pulumi("home", "up", "--yes", "--skip-preview");
    expect(code).not.toBe(0);
    expect(stdout + stderr).toContain(
      "host: the host runs Debian 12, whose radvd announces no PREF64; allowed is Debian 13 with ra.daemon radvd; set ra.daemon to dnsmasq",
    );
    expect(await packagesOf("home")).toEqual(packagesBefore.home);
    writeSettings("home", describeLab(), { "destroy.packages": "keep", "ra.daemon": "dnsmasq" });
  }, 120_000);

  it("converges by the same program, and settings that differ in that one", async () => {
    await pulumiUp("home");
    await restartClients();
  }, 300_000);

  it.each(connectivityChecks.map((check) => [check.name, check] as const))(
    "works: %s",
    async (_, check) => {
      const { ok, detail } = await eventually(check, 30);
      expect(`${ok} ${detail}`).toMatch(/^true /);
    },
    60_000,
  );

  it("is as before after, but for the packages, of which nothing runs", async () => {
    const came: Record<HostName, string[]> = { colo: [], home: [] };
    await mustDestroy("home");
    await mustDestroy("colo");
    for (const host of hostNames) {
      const files = await filesOfPackages(host);
      came[host] = (await packagesOf(host)).filter((name) => !packagesBefore[host].includes(name));
      const isPackaged = ({ aspect, name, was, is }: Difference) =>
        (aspect === "packages" && was === "") ||
        (["files", "contents"].includes(aspect) && files.has(name)) ||
        (aspect === "units" &&
          unitFilesOf(name).some((path) => files.has(path)) &&
          !/^(enabled|active)$/.test(is));
      const found = differences(keptSnapshot(host), await takeSnapshot(host)).filter(
        (each) => !isPackaged(each),
      );
      expect([host, unnamed(found, leftBehind).rest]).toEqual([host, []]);
    }
    expect(came.colo).toEqual(expect.arrayContaining(["bind9", "nftables", "tayga", "wireguard-tools"]));
    expect(came.home).toEqual(expect.arrayContaining(["dnsmasq-base", "nftables", "wireguard-tools"]));
  }, 240_000);
});

describe("Debian 12 that is watched", () => {
  const monitor = "fd00:cafe:f00d::9090";
  const from = ["2001:db8:beef:101::/64"];
  const asked = (port: number, path: string) => `curl -sS -g -m 5 'http://[${monitor}]:${port}${path}'`;
  const set = async (more: Record<HostName, Record<string, unknown>>) => {
    for (const stack of hostNames) writeSettings(stack, describeLab(), more[stack]);
    await pulumiUp("colo");
    await pulumiUp("home");
  };
  beforeAll(async () => {
    const metrics = { "health.enabled": true, "metrics.enabled": true };
    await set({
      colo: {
        ...metrics,
        "metrics.from": from,
        "monitoring.enabled": true,
        "monitoring.intervalSec": 5,
      },
      home: metrics,
    });
    await restartClients();
  }, 400_000);

  it("Prometheus hears both exporters, and the Alertmanager, all of Debian 12", async () => {
    const up = async () => {
      const text = (await trySh("laptop", asked(9090, "/api/v1/query?query=up"))).stdout;
      return [...text.matchAll(/"value":\[[0-9.]+,"(\d)"\]/g)].map(([, is]) => is).join("");
    };
    await until("all targets are heard", 90, async () => (await up()) === "111");
    const told = await sh("laptop", asked(9090, "/api/v1/query?query=ipv6_home_health_round_seconds"));
    expect([...told.matchAll(/"instance":"(\w+)"/g)].map(([, host]) => host).sort()).toEqual([
      "colo",
      "site1",
    ]);
    const isWell = async () =>
      (await sh("laptop", asked(9090, "/api/v1/query?query=ipv6_home_health_check==0"))).includes(
        '"result":[]',
      );
    await until("nothing has failed", 60, isWell);
    expect(await sh("laptop", asked(9093, "/api/v2/status"))).toMatch(/"version":"0\.25\./);
    expect(await sh("laptop", asked(9090, "/api/v1/status/buildinfo"))).toMatch(/"version":"2\.42\./);
  }, 200_000);

  it("leaves nothing when it goes", async () => {
    await mustDestroy("home");
    await mustDestroy("colo");
    for (const host of hostNames)
      expect(
        await sh(host, "ls -d /var/lib/ipv6-home-prometheus /run/ipv6-home-metrics 2>/dev/null || true"),
      ).toBe("");
  }, 240_000);
});
