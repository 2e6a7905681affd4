import { restartClients } from "../../lab/clients";
import { describe as describeLab } from "../../lab/lab";
import { writeSettings } from "../../lab/stacks";
import { advertisementsAt, type Advertisement } from "./advertisements";
import { closeEngine, pulumiUp, sh, trySh, until } from "./support";

afterAll(closeEngine);

const other = "2001:db8:cafe::/48";
const memory = "/var/lib/ipv6-home-radvd/advertised";
const renumber = async (settings: Record<string, unknown>) => {
  writeSettings("colo", describeLab(), settings);
  await pulumiUp("colo");
  await pulumiUp("home");
};

type Device = "phone" | "printer" | "laptop";
/** The addresses that a device formed in a /48, each with whether it is deprecated; not those of leases. */
const addresses = async (place: Device, of: "beef" | "cafe") =>
  (await sh(place, "ip -6 -o address show dev eth0 scope global"))
    .split("\n")
    .filter((line) => line.includes(`2001:db8:${of}:`) && !line.includes("/128 "))
    .map((line) => (/ deprecated /.test(line) ? "deprecated" : "preferred"));
const source = async (place: Device) =>
  / src (\S+)/.exec(await sh(place, "ip -6 route get 2001:db8:6::2"))?.[1];
const online = async (place: Device) => (await trySh(place, "ping -6 -c 1 -W 1 2001:db8:6::2")).code === 0;
/** A device that sleeps hears nothing and keeps what it has. */
const sleep = (port: Device, is: "up" | "down") =>
  sh("internet", `ip netns exec v6-switch ip link set ${port} ${is === "up" ? "down" : "up"}`);

const killed = async (place: Device): Promise<readonly Advertisement[]> =>
  advertisementsAt(place, async (hears) => {
    await sh("home", "systemctl kill -s KILL --kill-whom=main ipv6-home-radvd");
    await hears("advertisement of the one that comes after it", () => true);
  });
const lifetimes = (heard: readonly Advertisement[]) =>
  new Set(
    heard.flatMap(({ prefixes }) =>
      prefixes.map(({ prefix, preferredSec, validSec }) => `${prefix} ${preferredSec} ${validSec}`),
    ),
  );

beforeAll(async () => {
  await sh("internet", `ip -6 route replace ${other} via 2001:db8:c010::2`);
  await restartClients();
  for (const place of ["phone", "printer", "laptop"] as const)
    await until(`${place} is online`, 30, () => online(place));
  await until("the laptop has a lease", 30, async () =>
    (await sh("laptop", "ip -6 -o address show dev eth0 scope global")).includes("/128"),
  );
}, 90_000);

describe("another /48", () => {
  it("is the one of every client that is awake, with no more than an up", async () => {
    const awake = ["phone", "laptop"] as const;
    const formed = () =>
      Promise.all(awake.map(async (each) => [await addresses(each, "beef"), await addresses(each, "cafe")]));
    expect(await formed()).toEqual(awake.map(() => [["preferred"], []]));
    await sleep("printer", "up");
    const since = Date.now();
    await renumber({ "colo.prefix": other });
    const ups = Date.now() - since;
    await until("the phone is online", 30, () => online("phone"));
    console.log(`online ${Date.now() - since - ups} ms after the two runs, which took ${ups} ms`);
    // The one by its kernel, the other by dhcpcd.
    expect(await formed()).toEqual(awake.map(() => [["deprecated"], ["preferred"]]));
    expect(await source("phone")).toBe("2001:db8:cafe:101:0:ff:fe00:102");
  }, 180_000);

  it("is that of a lease too, from its next renewal on", async () => {
    const leases = () => sh("laptop", "ip -6 -o address show dev eth0 scope global | grep -o '2001:.*/128'");
    expect(await leases()).toMatch(/^2001:db8:beef:101::[0-9a-f]{3,4}\/128\n$/);
    expect(await online("laptop")).toBe(true);
    // The first is due after half of the lease's 45 minutes; dhcpcd(8) takes the signal for it.
    await sh(
      "laptop",
      "for p in $(ip netns pids v6-laptop); do grep -qs '^dhcpcd: eth0' /proc/$p/cmdline && kill -USR1 $p; done; true",
    );
    await until("the lease is one of the new prefix, alone", 10, async () =>
      /^2001:db8:cafe:101::[0-9a-f]{3,4}\/128\n$/.test(await leases().catch(() => "")),
    );
  }, 30_000);

  it("without a memory would not be the only one of a client that slept through it", async () => {
    await sh("home", `mv ${memory} /root/advertised`);
    await killed("phone");
    await sleep("printer", "down");
    await until(
      "the printer hears the router",
      10,
      async () => (await trySh("printer", "rdisc6 -1 eth0")).code === 0,
    );
    await until(
      "the printer has an address",
      30,
      async () => (await addresses("printer", "cafe")).length > 0,
    );
    expect(await addresses("printer", "beef")).toEqual(["preferred"]);
  }, 60_000);

  it("is, because what was advertised is remembered over a crash (RFC 9096, section 3.5)", async () => {
    await sh("home", `mv /root/advertised ${memory}`);
    const since = Date.now();
    const heard = await killed("printer");
    await until("the printer's old address is deprecated", 5, async () =>
      (await addresses("printer", "beef")).every((each) => each === "deprecated"),
    );
    console.log(`${Date.now() - since} ms from the crash to a deprecated address`);
    expect(lifetimes(heard)).toEqual(
      new Set(["2001:db8:cafe:102::/64 2700 5400", "2001:db8:beef:102::/64 0 0"]),
    );
    expect(await addresses("printer", "beef")).toEqual(["deprecated"]);
    expect(await source("printer")).toBe("2001:db8:cafe:102:0:ff:fe00:301");
    expect(await online("printer")).toBe(true);
  }, 60_000);

  it("is spoken of alone when no client can have the old one any more", async () => {
    expect((await sh("home", `cat ${memory}`)).match(/beef:10\d::\/64 \d+$/gm)).toHaveLength(2);
    const heard = await advertisementsAt("printer", async (hears) => {
      await sh("home", `sed -i -E 's/ [0-9]+$/ 1/' ${memory}`);
      await hears("advertisement", () => true);
    });
    expect(lifetimes(heard)).toEqual(new Set(["2001:db8:cafe:102::/64 2700 5400"]));
    expect(await sh("home", `cat ${memory}`)).toBe(
      "enp1s0 2001:db8:cafe:101::/64 -\nenp3s0 2001:db8:cafe:102::/64 -\n",
    );
  }, 30_000);

  it("and back again", async () => {
    await renumber({});
    for (const place of ["phone", "printer"] as const) {
      await until(`${place} is online`, 30, () => online(place));
      expect([place, await addresses(place, "beef"), await addresses(place, "cafe")]).toEqual([
        place,
        ["preferred"],
        ["deprecated"],
      ]);
    }
    await sh("internet", `ip -6 route delete ${other}`);
    // Or what comes after this would find the other /48 in their way.
    await sh("home", `sed -i -E 's/ [0-9]+$/ 1/' ${memory}`);
    await restartClients();
    for (const place of ["phone", "printer"] as const)
      await until(`${place} is online`, 30, () => online(place));
  }, 180_000);
});
