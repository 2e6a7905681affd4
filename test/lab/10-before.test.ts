import { connectivityChecks, runCheck } from "../../lab/checks";
import { down, up } from "../../lab/lab";
import { forgetStacks, prepareStacks } from "../../lab/stacks";
import { closeEngine, pulumi, theEngine, trySh } from "./support";

// Later files find the lab as this one leaves it: fresh hosts, stacks without resources.
beforeAll(async () => {
  await down();
  forgetStacks();
  const lab = await up();
  await prepareStacks(await theEngine(), lab);
}, 1_200_000);
afterAll(closeEngine);

describe("before anything is converged", () => {
  it.each(connectivityChecks.map((check) => [check.name, check] as const))(
    "does not work: %s",
    async (_, check) => {
      expect((await runCheck(check)).ok).toBe(false);
    },
  );

  it("the colo has no translator, no resolver, no tunnel and no table of ours", async () => {
    const { stdout } = await trySh(
      "colo",
      "ip -o link; ss -Hlnu 'sport = :53'; command -v nft tayga named wg; ls -d /etc/ipv6-home /var/lib/ipv6-home",
    );
    expect(stdout).not.toMatch(/nat64|vpn|:53|tayga|named|\/nft|\/wg|ipv6-home/);
  });

  it("a home without a colo fails with a sentence, before any host is touched", async () => {
    const { code, stdout, stderr } = await pulumi("home", "up", "--yes", "--skip-preview");
    expect(code).not.toBe(0);
    expect(stdout + stderr).toContain(
      'stack organization/ipv6-home/colo has no output "facts": run pulumi up for it first, or set colo.stack to the stack that built the colo',
    );
    expect(stdout + stderr).not.toContain("    at ");
  });
});
