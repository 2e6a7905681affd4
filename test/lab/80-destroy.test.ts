import { unnamed, type LeftBehind, leftBehind } from "../../lab/left-behind";
import { differences, keptSnapshot, takeSnapshot } from "../../lab/snapshot";
import { hostNames } from "../../lab/topology";
import { capture } from "./capture";
import { phone, setColo, setHome } from "./names";
import { closeEngine, finalAdvertisements, mustDestroy, pulumi, pulumiUp, sh, trySh, until } from "./support";

afterAll(closeEngine);

/** The lab has `destroy.packages: purge`. */
const withoutPackages = leftBehind.filter(({ kept }) => kept !== true);

describe("pulumi destroy", () => {
  beforeAll(async () => {
    // What the examples leave out, so that it goes as well.
    const optional = { "health.enabled": true, "metrics.enabled": true };
    setColo(true, { ...optional, "monitoring.enabled": true });
    await pulumiUp("colo");
    await setHome([phone], optional);
    await pulumiUp("home");
  }, 120_000);

  it("refuses to take the colo away from under a site", async () => {
    const { code, stdout, stderr } = await pulumi("colo", "destroy", "--yes", "--skip-preview");
    expect(code).not.toBe(0);
    expect(stdout + stderr).toMatch(
      /site-(vpn1-\d|names1).* still uses this host; run 'pulumi destroy' for that home's stack first/,
    );
    expect((await trySh("laptop", "ping -6 -c 1 -W 2 64:ff9b::b00:302")).code).toBe(0);
    await pulumiUp("colo");
  }, 120_000);

  it("tells the machines at home first: they lose their router at once and deprecate their addresses", async () => {
    const told: Record<string, number> = {};
    const destroyed = capture("laptop", "eth0", finalAdvertisements, async (seen) => {
      const lines = await capture("phone", "eth0", finalAdvertisements, async (sees) => {
        const { stdout } = await mustDestroy("home");
        const at = (text: string) => stdout.indexOf(text);
        expect(at("home-leave-converge deleted")).toBeGreaterThan(0);
        expect(at("home-lan-config-converge deleting")).toBeGreaterThan(at("home-leave-converge deleted"));
        expect(/(\S+) deleting/.exec(stdout)?.[1]).toBe("home-leave-converge");
        await sees(/router advertisement/);
      });
      told["phone"] = lines.length;
      await seen(/router advertisement/);
    });
    told["laptop"] = (await destroyed).length;
    expect(told).toEqual({ phone: 3, laptop: 3 });
    for (const place of ["laptop", "phone"] as const) {
      expect(await sh(place, "ip -6 route show default")).toBe("");
      await until(`${place}: its own address is deprecated`, 5, async () =>
        /2001:db8:beef:101:0:ff:fe00:10\d.* deprecated /.test(
          await sh(place, "ip -6 -o address show dev eth0"),
        ),
      );
    }
  }, 300_000);

  it("brings both hosts back to how they were found, but for what docs/LEFT-BEHIND.md names", async () => {
    await mustDestroy("colo");
    const used = new Set<LeftBehind>();
    for (const host of hostNames) {
      const { rest, named } = unnamed(
        differences(keptSnapshot(host), await takeSnapshot(host)),
        withoutPackages,
      );
      named.forEach((entry) => used.add(entry));
      expect([host, rest]).toEqual([host, []]);
    }
    // An entry that nothing is left behind for should go.
    expect(withoutPackages.filter((entry) => entry.sometimes !== true && !used.has(entry))).toEqual([]);
    expect(await sh("colo", "systemctl is-active ssh")).toBe("active\n");
  }, 300_000);
});
