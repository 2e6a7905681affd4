import { join } from "node:path";
import { restartClients } from "../../lab/clients";
import { watchSaid } from "./advertisements";
import { closeEngine, pulumiObserving, sh, until } from "./support";

// It forgets whom it has heard.
beforeAll(() => sh("home", "systemctl restart ipv6-home-ra-watch"));
afterAll(closeEngine);

describe("another router on the segment", () => {
  const program = join(__dirname, "rogue-router.pl");
  const hex = (...parts: (string | readonly number[])[]) =>
    parts.map((part) => (typeof part === "string" ? part : Buffer.from(part).toString("hex"))).join("");
  const head = (lifetimeSec: number) =>
    hex([134, 0, 0, 0, 64, 0, lifetimeSec >> 8, lifetimeSec & 0xff], "0".repeat(16));
  const prefix = (network: string, validSec: number) =>
    hex(
      [
        3,
        4,
        64,
        0xc0,
        0,
        0,
        validSec >> 8,
        validSec & 0xff,
        0,
        0,
        validSec >> 8,
        validSec & 0xff,
        0,
        0,
        0,
        0,
      ],
      network,
    );
  const [bad, unique] = ["20010db80bad00000000000000000000", "fd123456789a00010000000000000000"];
  const advertises = (message: string, source = "") =>
    sh("laptop", `perl ${program} eth0 ${message} ${source}`);
  const linesOfLan = async () =>
    /^component lan .*\n((?: {4}.*\n)*)/m.exec(await sh("home", "/usr/local/lib/ipv6-home/observe"))?.[1] ??
    "none";
  const line =
    "enp1s0: another router, fe80::ff:fe00:101, advertises a default route, prefix 2001:db8:bad::/64";

  it("nobody speaks of any before, nor of one that has only ways to unique local addresses", async () => {
    expect(await linesOfLan()).toBe("");
    const thread = "advertises prefix fd12:3456:789a:1::/64";
    const before = await watchSaid(thread);
    await advertises(head(0) + prefix(unique, 1800));
    await until("the journal has it", 5, async () => (await watchSaid(thread)) === before + 1);
    expect(await linesOfLan()).toBe("");
  }, 30_000);

  it("is told of in the journal, once, and shows as drift", async () => {
    const before = await watchSaid(line);
    const thrice = [1, 2, 3].map(() => head(600) + prefix(bad, 1800));
    for (const message of thrice) await advertises(message);
    await until("the host tells of it", 5, async () => (await linesOfLan()) !== "");
    expect(await linesOfLan()).not.toMatch(/^ {4}[-+]/m);
    expect((await linesOfLan()).match(/^ {4}!.*$/gm)).toEqual([`    ! ${line}`]);
    expect(await watchSaid(line)).toBe(before + 1);
    // It did what it is told of for.
    expect(await sh("phone", "ip -6 route show default; ip -6 address show dev eth0")).toMatch(
      /via fe80::ff:fe00:101 [^]*2001:db8:bad::/,
    );
  }, 30_000);

  it("does so to the next run, which makes nothing of it that stays", async () => {
    const { code, stdout } = await pulumiObserving("home", "preview", "--diff");
    expect(code).toBe(0);
    expect(stdout).toContain(line);
    // Nobody's service is started anew for what no convergence can put right.
    const running = () =>
      sh("home", "systemctl show -p InvocationID --value ipv6-home-lan ipv6-home-radvd ipv6-home-dnsmasq");
    const before = await running();
    expect((await pulumiObserving("home", "up", "--yes", "--skip-preview")).code).toBe(0);
    expect(await running()).toBe(before);
    expect(await linesOfLan()).toContain(line);
    await advertises(head(0) + prefix(bad, 0));
    expect((await pulumiObserving("home", "up", "--yes", "--skip-preview")).code).toBe(0);
    expect(await linesOfLan()).toBe("");
  }, 120_000);

  it("is told of though there are more harmless ones than anybody would list", async () => {
    const made = Array.from({ length: 17 }, (_, index) => `fe80::bad:${index}`);
    const [harmful = "", ...harmless] = made;
    const each = (addresses: readonly string[], line: string) =>
      sh("laptop", addresses.map((address) => line.replaceAll("ADDRESS", address)).join("; "));
    await each(made, "ip -6 address add ADDRESS/64 dev eth0 nodad");
    try {
      await each(harmless, `perl ${program} eth0 ${head(0) + prefix(unique, 1800)} ADDRESS`);
      await advertises(head(0) + prefix(bad, 1800), harmful);
      await until("the host tells of it", 5, async () => (await linesOfLan()).includes(harmful));
      expect(await linesOfLan()).toBe(
        `    ! enp1s0: another router, ${harmful}, advertises prefix 2001:db8:bad::/64\n`,
      );
      await advertises(head(0) + prefix(bad, 0), harmful);
    } finally {
      await each(made, "ip -6 address del ADDRESS/64 dev eth0");
    }
    await restartClients();
  }, 120_000);
});
