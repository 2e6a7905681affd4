import { connectivityChecks, eventually, runCheck } from "../../lab/checks";
import { restartClients } from "../../lab/clients";
import { down, up } from "../../lab/lab";
import { forgetStacks, prepareStacks } from "../../lab/stacks";
import { closeEngine, mustDestroy, pulumiUp, sh, theEngine } from "./support";

// The whole path once more on Debian 12, from bare hosts to bare hosts.
beforeAll(async () => {
  await down();
  forgetStacks();
  const lab = await up({ release: { colo: "bookworm", home: "bookworm" } });
  await prepareStacks(await theEngine(), lab);
}, 1_200_000);
afterAll(closeEngine);

describe("Debian 12", () => {
  it("is bare before", async () => {
    expect(await sh("colo", ". /etc/os-release; echo $VERSION_ID")).toBe("12\n");
    for (const check of connectivityChecks) expect((await runCheck(check)).ok).toBe(false);
  }, 120_000);

  it("converges by the same program and settings", async () => {
    await pulumiUp("colo");
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

  it("is bare after", async () => {
    await mustDestroy("home");
    await mustDestroy("colo");
    for (const host of ["colo", "home"] as const) {
      expect(
        await sh(host, "ls -d /etc/ipv6-home /var/lib/ipv6-home /usr/local/lib/ipv6-home 2>/dev/null; true"),
      ).toBe("");
      expect(
        await sh(
          host,
          "dpkg-query -W -f '${Package}\\n' | grep -cE '^(tayga|bind9|dnsmasq-base|wireguard-tools|nftables)$' || true",
        ),
      ).toBe("0\n");
    }
  }, 180_000);
});
