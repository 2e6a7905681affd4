import { restartClients } from "../../lab/clients";
import { describe as describeLab } from "../../lab/lab";
import { writeSettings } from "../../lab/stacks";
import { raPlan } from "../../network/ra-plan";
import { advertisementsAt, watchSaid, type Advertisement } from "./advertisements";
import { capture } from "./capture";
import { closeEngine, finalAdvertisements, pulumiUp, sh, until } from "./support";

/** The colo's end of the tunnel, which is asked for an answer each second. */
const beacon = "fd00:cafe:f00d::1";

const set = async (settings: Record<string, unknown>) => {
  writeSettings("home", describeLab(), settings);
  await pulumiUp("home");
};

afterAll(async () => {
  await set({});
  await closeEngine();
}, 60_000);

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
  (await sh("home", `ping -6 -n -q -c 1 -W 1 ${beacon} >/dev/null && echo yes || echo no`)) === "yes\n";
const defaultRoute = () => sh("phone", "ip -6 route show default");

/** What is advertised whichever daemon does it. */
const byEither = {
  // RFC 4861, section 6.1.2; section 6.2.1
  ipHopLimit: 255,
  hopLimit: 64,
  managed: true,
  other: true,
  routerLifetimeSec: 1800,
  // RFC 4861, section 4.6.4
  mtu: [1440],
};

describe("by dnsmasq, as the article has it", () => {
  const radvdIsThere =
    "pgrep -a radvd; systemctl list-units --all --no-legend --plain 'ipv6-home-radvd*'; systemctl list-unit-files --no-legend 'ipv6-home-radvd*'; " +
    "ls -d /etc/ipv6-home/radvd* /run/ipv6-home-radvd /var/lib/ipv6-home-radvd 2>/dev/null; true";
  beforeAll(async () => {
    for (const part of [" --config=/run/", "ipv6-home-radvd.service", "/etc/ipv6-home/radvd.conf"])
      expect(await sh("home", radvdIsThere)).toContain(part);
    await set({ "ra.daemon": "dnsmasq" });
  }, 90_000);

  it("there is the same plan, but for PREF64 and with the time of a lease, in all that is heard", async () => {
    // radvd would answer within 3.5 s (RFC 4861, section 6.2.6).
    const heard = await advertisementsAt("phone", () => sh("phone", "rdisc6 -m -w 4000 eth0"));
    expect(heard.length).toBeGreaterThan(0);
    for (const { source, ...advertisement } of heard) {
      expect(source).toMatch(/^fe80::/);
      expect(advertisement).toEqual({
        ...byEither,
        prefixes: [
          {
            prefix: "2001:db8:beef:101::/64",
            onLink: true,
            autonomous: true,
            validSec: 2700,
            preferredSec: 2700,
          },
        ],
        resolvers: [{ lifetimeSec: 2700, addresses: ["2001:db8:beef:101::1"] }],
        domains: [{ lifetimeSec: 2700, names: ["home.arpa"] }],
        pref64: [],
        options: [3, 5, 1, 25, 31],
      });
    }
  });

  it("nothing is left of radvd", async () => {
    expect(await sh("home", radvdIsThere)).toBe("");
  });

  it("it says nothing when it stops, so that a router that is gone stays the clients'", async () => {
    const farewells = await capture("printer", "eth0", finalAdvertisements, async () => {
      await capture("printer", "eth0", "icmp6 and ip6[40] == 134", async (sees) => {
        await sh("home", "systemctl stop ipv6-home-dnsmasq && systemctl start ipv6-home-dnsmasq");
        await sees(/router advertisement/);
      });
    });
    expect(farewells).toEqual([]);
  }, 60_000);

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
      ...byEither,
      // RFC 9096, section 3.2
      prefixes: [
        { prefix: `${network}/64`, onLink: true, autonomous: true, validSec: 5400, preferredSec: 2700 },
      ],
      // RFC 8106, sections 5.1 and 5.2
      resolvers: [{ lifetimeSec: 1800, addresses: [`${network}1`] }],
      domains: [{ lifetimeSec: 1800, names: ["home.arpa"] }],
      // RFC 8781, section 4
      pref64: [{ lifetimeSec: 1800, prefix: "64:ff9b::/96" }],
      // No route information (RFC 4191): there is no other router to prefer this one to.
      options: [3, 38, 25, 31, 5, 1],
    });
  });

  it("an uplink that is silent for less than the setting stays one", async () => {
    const said = await watchSaid("no answer from");
    const heard = await advertisementsAt("phone", async () => {
      await cut();
      const isAsked = () =>
        capture("home", "vpn0", `icmp6 and dst host ${beacon} and ip6[40] == 128`, (sees) =>
          sees(/echo request/),
        );
      await isAsked();
      await isAsked();
      await mend();
      await capture("home", "vpn0", `icmp6 and src host ${beacon} and ip6[40] == 129`, (sees) =>
        sees(/echo reply/),
      );
      await sh("phone", "rdisc6 -1 eth0");
    });
    expect(heard.length).toBeGreaterThan(0);
    expect(heard.filter(({ routerLifetimeSec }) => routerLifetimeSec === 0)).toEqual([]);
    expect(await watchSaid("no answer from")).toBe(said);
  }, 30_000);

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

describe("by radvd, while what watches the uplink starts anew", () => {
  const restart = () => sh("home", "systemctl restart ipv6-home-ra-watch");

  it("an uplink that is lost at that time is noticed, stays lost over the next start, and comes back", async () => {
    await advertisementsAt("phone", async (hears) => {
      await cut();
      await restart();
      await hears("final advertisement", ({ routerLifetimeSec }) => routerLifetimeSec === 0, 30);
    });
    const heard = await advertisementsAt("phone", async () => {
      await restart();
      await sh("phone", "rdisc6 -1 eth0");
    });
    expect(new Set(heard.map(({ routerLifetimeSec }) => routerLifetimeSec))).toEqual(new Set([0]));
    expect(await defaultRoute()).toBe("");
    await restart();
    await mend();
    await until("the phone has a router", 60, async () => /^default via fe80/.test(await defaultRoute()));
  }, 120_000);
});
