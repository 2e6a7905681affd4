import { connectivityChecks, eventually, runCheck } from "../../lab/checks";
import { restartClients } from "../../lab/clients";
import { describe as describeLab, down, up } from "../../lab/lab";
import { leftBehind, unnamed } from "../../lab/left-behind";
import { differences, keepSnapshot, keptSnapshot, takeSnapshot, type Difference } from "../../lab/snapshot";
import { forgetStacks, prepareStacks, writeSettings } from "../../lab/stacks";
import { hostNames, type HostName } from "../../lab/topology";
import { closeEngine, mustDestroy, pulumi, pulumiUp, sh, theEngine } from "./support";

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
