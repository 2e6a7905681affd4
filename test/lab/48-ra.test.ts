import { join } from "node:path";
import { restartClients } from "../../lab/clients";
import { describe as describeLab } from "../../lab/lab";
import { writeSettings } from "../../lab/stacks";
import { raPlan } from "../../network/ra-plan";
import { advertisementsAt, type Advertisement } from "./advertisements";
import { closeEngine, pulumiObserving, pulumiUp, sh, until } from "./support";

afterAll(closeEngine);

const set = async (settings: Record<string, unknown>) => {
  writeSettings("home", describeLab(), settings);
  await pulumiUp("home");
};

/** What is answered to somebody who asks. */
async function asked(place: "phone" | "printer"): Promise<Advertisement> {
  let answer: Advertisement | undefined;
  await advertisementsAt(place, async (hears) => {
    await sh(place, "rdisc6 -1 eth0");
    answer = await hears("advertisement", () => true);
  });
  if (answer === undefined) throw new Error("nothing was heard");
  return answer;
}

/** The tunnel's way through the ISP; interfaces at both ends stay up. */
const cut = () =>
  sh(
    "isp",
    "nft 'add table inet cut; add chain inet cut f { type filter hook forward priority -1; policy drop; }'",
  );
const mend = () => sh("isp", "nft delete table inet cut");
const tunnelAnswers = async () =>
  (await sh("home", "ping -6 -n -q -c 1 -W 1 fd00:cafe:f00d::1 >/dev/null && echo yes || echo no")) ===
  "yes\n";
const defaultRoute = () => sh("phone", "ip -6 route show default");
const watchSaid = (pattern: string) =>
  sh("home", `journalctl -u ipv6-home-ra-watch -o cat | grep -c '${pattern}' || true`).then(Number);

describe("by dnsmasq, as the article has it", () => {
  let advertisement: Advertisement;
  beforeAll(async () => {
    await set({ "ra.daemon": "dnsmasq" });
    advertisement = await asked("phone");
  }, 90_000);

  it("there is the same plan, but for PREF64", () => {
    expect(advertisement).toMatchObject({
      ipHopLimit: 255,
      hopLimit: 64,
      managed: true,
      other: true,
      routerLifetimeSec: raPlan.routerLifetimeSec,
      mtu: [1440],
      pref64: [],
    });
    const [prefix] = advertisement.prefixes;
    expect(prefix).toMatchObject({ prefix: "2001:db8:beef:101::/64", onLink: true, autonomous: true });
    expect(prefix?.validSec).toBeLessThanOrEqual(raPlan.preferredLifetimeSec);
    expect(advertisement.resolvers.map(({ addresses }) => addresses)).toEqual([["2001:db8:beef:101::1"]]);
    expect(advertisement.domains.map(({ names }) => names)).toEqual([["home.arpa"]]);
    expect(advertisement.options).not.toContain(38);
  });

  it("a default route is advertised while there is no uplink", async () => {
    await cut();
    await until("the tunnel is dead", 10, async () => !(await tunnelAnswers()));
    expect((await asked("phone")).routerLifetimeSec).toBe(raPlan.routerLifetimeSec);
    await mend();
    await until("the tunnel is back", 30, tunnelAnswers);
  }, 60_000);
});

describe("by radvd", () => {
  beforeAll(() => set({ "ra.uplinkLossSec": 5 }), 90_000);

  it.each([
    ["phone", "2001:db8:beef:101::"],
    ["printer", "2001:db8:beef:102::"],
  ] as const)("%s learns all that the plan says, in one packet", async (place, network) => {
    const { source, ...advertisement } = await asked(place);
    expect(source).toMatch(/^fe80::/);
    expect(advertisement).toEqual({
      // RFC 4861, section 6.1.2; section 6.2.1
      ipHopLimit: 255,
      hopLimit: 64,
      managed: true,
      other: true,
      routerLifetimeSec: 1800,
      // RFC 9096, section 3.2
      prefixes: [
        { prefix: `${network}/64`, onLink: true, autonomous: true, validSec: 5400, preferredSec: 2700 },
      ],
      // RFC 4861, section 4.6.4
      mtu: [1440],
      // RFC 8106, sections 5.1 and 5.2
      resolvers: [{ lifetimeSec: 1800, addresses: [`${network}1`] }],
      domains: [{ lifetimeSec: 1800, names: ["home.arpa"] }],
      // RFC 8781, section 4
      pref64: [{ lifetimeSec: 1800, prefix: "64:ff9b::/96" }],
      // No route information (RFC 4191): there is no other router to prefer this one to.
      options: [3, 38, 25, 31, 5, 1],
    });
  });

  it("without an uplink there is no default route, and it comes back by itself (RFC 7084, G-5)", async () => {
    await restartClients();
    await until("the phone has a router", 30, async () => /^default via fe80/.test(await defaultRoute()));
    const before = [await watchSaid("no answer from"), await watchSaid("answers again")] as const;
    const heard = await advertisementsAt("phone", async (hears) => {
      const since = Date.now();
      await cut();
      const final = await hears(
        "final advertisement",
        ({ routerLifetimeSec }) => routerLifetimeSec === 0,
        30,
      );
      console.log(
        `no default route ${((Date.now() - since) / 1000).toFixed(1)} s after the cut, allowed are 5`,
      );
      // The LAN itself stays.
      expect(final.prefixes).toEqual([expect.objectContaining({ preferredSec: 2700, validSec: 5400 })]);
      expect(final.resolvers).toEqual([expect.objectContaining({ lifetimeSec: 1800 })]);
      expect(await defaultRoute()).toBe("");
      expect((await asked("phone")).routerLifetimeSec).toBe(0);
    });
    expect(heard.length).toBeGreaterThan(0);
    // The tunnel's device is up all the time, and its last handshake younger than one has to be.
    expect(await sh("home", "cat /sys/class/net/vpn0/flags; wg show vpn0 latest-handshakes")).toMatch(
      /^0x\w*[13579bdf]\n/,
    );
    await advertisementsAt("phone", async (hears) => {
      const since = Date.now();
      await mend();
      await hears("advertisement of a router", ({ routerLifetimeSec }) => routerLifetimeSec === 1800, 60);
      console.log(`a default route ${((Date.now() - since) / 1000).toFixed(1)} s after the cut was mended`);
    });
    await until("the phone has a router", 5, async () => /^default via fe80/.test(await defaultRoute()));
    const after = [await watchSaid("no answer from"), await watchSaid("answers again")];
    expect(after).toEqual([before[0] + 1, before[1] + 1]);
    await until("the phone is online", 10, async () =>
      /1 received/.test(await sh("phone", "ping -6 -c 1 -W 1 2001:db8:6::2 || true")),
    );
  }, 120_000);
});

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
  const advertises = (message: string) => sh("laptop", `perl ${program} eth0 ${message}`);
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
    await set({});
    await restartClients();
  }, 120_000);
});
