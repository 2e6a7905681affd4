import { addHost, describe as describeLab, removeHost } from "../../lab/lab";
import { addCabinStack, writeSettings, type AnyStackName } from "../../lab/stacks";
import { lostOf, trafficLine, underTraffic } from "../../lab/traffic";
import { capture } from "./capture";
import { tunnelsOn } from "./generation";
import { forward, phone, phoneAddress, phoneName, resolve, setColo, setHome, shows } from "./names";
import { closeEngine, logins, pulumi, pulumiUp, sh, theEngine, trySh, until } from "./support";

const laptop = "2001:db8:beef:101:0:ff:fe00:101";
const web6 = "2001:db8:6::2";
/** The cabin's own address: site 2, its gateway. */
const cabin = "2001:db8:beef:200::1";

const told: string[] = [];
let epoch = 0;
let before: Record<"home" | "colo", string>;
const tunnels = async () => ({ home: await tunnelsOn("home", epoch), colo: await tunnelsOn("colo", epoch) });
/** Public names of the cabin, which has one machine. */
const names = {
  "dns.publicZone": "cabin.example",
  "lan.hosts": [{ name: "stove", segment: "lan", mac: "02:00:00:00:0b:77", public: true }],
};
const stove = "2001:db8:beef:201:0:ff:fe00:b77";
const setCabin = (extra: Record<string, unknown> = {}) =>
  writeSettings("cabin", describeLab(), { "tunnel.keyEpoch": epoch, ...extra });

beforeAll(async () => {
  const device = (await sh("home", "wg show interfaces")).trim();
  epoch = Number(await sh("home", `cat /var/lib/ipv6-home/tunnel-${device}/generation`));
  setColo(true);
  await pulumiUp("colo");
  await setHome([phone]);
  await pulumiUp("home");
  before = await tunnels();
  await addHost("cabin");
  await addCabinStack(await theEngine(), describeLab());
}, 120_000);
afterAll(async () => {
  console.log(told.join("\n"));
  await pulumi("cabin", "stack", "rm", "--yes");
  await setHome();
  await pulumiUp("home");
  setColo(false);
  await pulumiUp("colo");
  await removeHost("cabin");
  await closeEngine();
}, 120_000);

/** Runs Pulumi while the home works, and answers what was said; the home must lose nothing, nor be logged in at. */
async function besideHome(stack: AnyStackName, ...args: string[]) {
  const loginsBefore = await logins("home");
  const { result, report } = await underTraffic(() => pulumi(stack, ...args, "--yes", "--skip-preview"));
  told.push(`${args.join(" ").slice(0, 60)} -s ${stack}: the home's ${trafficLine(report)}`);
  expect([lostOf(report), report.broken, report.pings.every(({ sent }) => sent > 50)]).toEqual([0, 0, true]);
  if (stack === "cabin") expect(await logins("home")).toBe(loginsBefore);
  return { ok: result.code === 0, said: result.stdout + result.stderr };
}

const pings = async (address: string, source = cabin) =>
  (await trySh("cabin", `ping -6 -n -c 1 -W 2 -I ${source} ${address}`)).code === 0;

/** Whether the cabin reaches a TCP port of the laptop, where something listens. */
async function reachesLaptop(port: number): Promise<boolean> {
  const listener = trySh("laptop", `timeout 4 nc -6 -l ${port}`, 10);
  await until(`the laptop listens on ${port}`, 5, async () =>
    (await sh("laptop", `ss -Hltn 'sport = :${port}'`)).includes(String(port)),
  );
  const { code } = await trySh("cabin", `timeout 2 bash -c '</dev/tcp/${laptop}/${port}'`);
  await listener;
  return code === 0;
}

describe("before it comes", () => {
  it("the cabin has IPv4, and no IPv6", async () => {
    await sh("cabin", "ping -n -c 1 -W 2 11.0.1.2");
    expect((await trySh("cabin", `ip -6 route get ${web6}`)).code).not.toBe(0);
    expect(await sh("cabin", "ip -6 -o address show scope global")).not.toContain("2001:db8");
  });

  it("the number of another site is refused, and what that run leaves cannot remove the other site", async () => {
    setCabin({ "site.number": 1 });
    const { ok, said } = await besideHome("cabin", "up");
    expect(ok).toBe(false);
    expect(said).toContain(
      "this site is registered by stack organization/ipv6-home/home already, given is organization/ipv6-home/cabin; choose another site.number",
    );
    // It has recorded how its generation goes, which has the very name and number of the home's.
    const removal = `**::tunnel-${epoch}-colo-removal-converge`;
    const gone = await besideHome("cabin", "destroy", "--target", removal, "--target-dependents");
    expect(gone.said).toMatch(/colo-removal-converge deleted/);
    expect(gone.said).toContain(
      "stays, it is of stack organization/ipv6-home/home; this is stack organization/ipv6-home/cabin",
    );
    expect(gone.ok).toBe(true);
    expect(await tunnels()).toEqual(before);
  }, 60_000);
});

describe("a second site", () => {
  it("comes while the home works, and changes nothing there", async () => {
    setCabin();
    const { ok, said } = await besideHome("cabin", "up");
    expect([ok, said.slice(-2000)]).toEqual([true, expect.any(String)]);
    expect(await tunnelsOn("home", epoch)).toBe(before.home);
    await until("the cabin reaches the internet", 15, () => pings(web6));
  }, 90_000);

  it("reaches the other home as anybody does: by ping, and by a pinhole alone", async () => {
    expect(await pings(laptop)).toBe(true);
    expect(await reachesLaptop(22)).toBe(true);
    expect(await reachesLaptop(23)).toBe(false);
    expect((await trySh("laptop", `ping -6 -n -c 1 -W 2 ${cabin}`)).code).toBe(0);
    expect((await sh("cabin", "wg show interfaces")).trim()).toMatch(/^vpn[01]$/);
  }, 30_000);

  it("sends from its own prefix only", async () => {
    const stolen = "2001:db8:beef:1ff::1";
    await sh("cabin", `ip -6 address add ${stolen}/128 dev lo nodad`);
    const device = (await sh("cabin", "wg show interfaces")).trim();
    let left: readonly string[] = [];
    const arrived = await capture("web6", "eth0", "icmp6 and ip6[40] == 128", async (sees) => {
      left = await capture("cabin", device, "icmp6 and ip6[40] == 128", async () => {
        expect(await pings(web6)).toBe(true);
        expect(await pings(web6, stolen)).toBe(false);
        expect(await pings(web6)).toBe(true);
      });
      await sees(new RegExp(`${cabin} >`));
    });
    await sh("cabin", `ip -6 address delete ${stolen}/128 dev lo`);
    expect(left.filter((line) => line.includes(`${stolen} >`))).not.toHaveLength(0);
    expect(arrived.filter((line) => line.includes(`${cabin} >`)).length).toBeGreaterThanOrEqual(2);
    expect(arrived.filter((line) => line.includes(`${stolen} >`))).toEqual([]);
  }, 30_000);

  it("has its own names beside the other home's, and may not have the other's", async () => {
    setCabin({ ...names, "dns.publicZone": forward });
    const refused = await besideHome("cabin", "up");
    expect([refused.ok, refused.said]).toEqual([
      false,
      expect.stringContaining(
        `zone ${forward} is that of another site already, see /etc/bind/ipv6-home/sites/site1.conf`,
      ),
    ]);
    setCabin({ ...names, "dns.publicZone": phoneName });
    expect((await besideHome("cabin", "up")).said).toContain(
      `zone ${phoneName} lies in ${forward}, the zone of another site, see /etc/bind/ipv6-home/sites/site1.conf, and would hide its machine phone`,
    );
    setCabin(names);
    const { ok, said } = await besideHome("cabin", "up");
    expect(ok ? "" : said).toBe("");
    await shows("the cabin's names", [stove], "stove.cabin.example", "AAAA");
    await shows("and under its addresses", ["stove.cabin.example."], "-x", stove);
    expect(await resolve("attacker", phoneName, "AAAA")).toEqual([phoneAddress]);
    const keyOf = (host: "home" | "cabin") => sh(host, "grep secret /etc/bind/ipv6-home/keys/transfer.conf");
    expect(await keyOf("cabin")).not.toBe(await keyOf("home"));
  }, 120_000);

  it("keeps its port: a home that would take it is refused, and told whose it is", async () => {
    const lab = describeLab();
    writeSettings("colo", lab, { "dns.authoritative": true, "tunnel.basePort": 51822 });
    await pulumiUp("colo");
    const slot = (epoch + 1) % 2;
    const { ok, said } = await besideHome("home", "up");
    setColo(true);
    await pulumiUp("colo");
    expect(ok).toBe(false);
    expect(said).toContain(
      `udp port ${51822 + slot} is that of vpn2-${slot}, the tunnel of stack organization/ipv6-home/cabin; run 'pulumi up' for that stack first if tunnel.basePort was changed, else choose another tunnel.basePort`,
    );
    expect((await besideHome("home", "up")).ok).toBe(true);
    expect(await tunnelsOn("home", epoch)).toBe(before.home);
  }, 90_000);

  it("goes while the home works, and the colo has no trace of it", async () => {
    expect((await besideHome("cabin", "destroy")).ok).toBe(true);
    expect(await tunnels()).toEqual(before);
    expect(await resolve("attacker", "stove.cabin.example", "AAAA")).toEqual([]);
    expect(await resolve("attacker", phoneName, "AAAA")).toEqual([phoneAddress]);
    const found = await trySh(
      "colo",
      "{ ls -d /var/lib/bind/*site2* 2>/dev/null; grep -rlE 'vpn2|beef:200|ipv6-home/cabin|cabin.example' /etc /var/lib/ipv6-home /run/ipv6-home /run/systemd/system; ip -o link; ip -6 route show table all; nft list ruleset; systemctl list-units --all; } | grep -E 'vpn2|beef:200|cabin|^/'",
    );
    expect(found.stdout).toBe("");
    expect(await sh("cabin", "ls -d /etc/ipv6-home /var/lib/ipv6-home 2>/dev/null || :")).toBe("");
    expect((await trySh("cabin", `ip -6 route get ${web6}`)).code).not.toBe(0);
  }, 90_000);
});
