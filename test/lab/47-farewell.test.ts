import { restartClients } from "../../lab/clients";
import { describe as describeLab } from "../../lab/lab";
import { writeSettings } from "../../lab/stacks";
import { capture } from "./capture";
import { closeEngine, finalAdvertisements, pulumiUp, sh, until } from "./support";

afterAll(closeEngine);

// These two configure themselves by what is advertised alone.
const devices = ["phone", "printer"] as const;
type Device = (typeof devices)[number];
const defaultRoute = (place: Device) => sh(place, "ip -6 route show default");
const addresses = (place: Device) => sh(place, "ip -6 -o address show dev eth0 scope global");
const resolvers = (place: Device) => sh(place, "cat /etc/resolv.conf");
const isServed = (place: Device) =>
  until(
    `${place} has router, address and resolver`,
    30,
    async () =>
      /^default via fe80/.test(await defaultRoute(place)) &&
      /2001:db8:beef:10\d:(?!.*deprecated)/.test(await addresses(place)) &&
      /nameserver 2001:db8:beef:10\d::1/.test(await resolvers(place)),
  );
const set = async (settings: Record<string, unknown>) => {
  writeSettings("home", describeLab(), settings);
  await pulumiUp("home");
};

beforeAll(async () => {
  await restartClients();
  await Promise.all(devices.map(isServed));
}, 60_000);

it("a daemon that is killed goes without a word, and nobody notices", async () => {
  const farewells = await capture("printer", "eth0", finalAdvertisements, async () => {
    await capture("printer", "eth0", "icmp6 and ip6[40] == 134", async (sees) => {
      await sh("home", "systemctl kill -s KILL --kill-whom=main ipv6-home-radvd");
      // That by which it came back.
      await sees(/router advertisement/);
    });
  });
  expect(farewells).toEqual([]);
  await isServed("printer");
}, 60_000);

it("one that stops says that the router goes, once; addresses stay as they are", async () => {
  const farewells = await capture("printer", "eth0", finalAdvertisements, async (sees) => {
    await sh("home", "systemctl stop ipv6-home-radvd");
    await sees(/router advertisement/);
    expect(await defaultRoute("printer")).toBe("");
    expect(await addresses("printer")).not.toMatch(/deprecated/);
    await until("rdnssd has heard it", 5, async () => !/nameserver/.test(await resolvers("printer")));
    await sh("home", "systemctl start ipv6-home-radvd");
    await isServed("printer");
  });
  expect(farewells).toHaveLength(1);
}, 60_000);

it("a segment that is taken out of the settings: its clients are told three times, the others that radvd starts anew", async () => {
  const told = { printer: [] as readonly string[], phone: [] as readonly string[] };
  told.phone = await capture("phone", "eth0", finalAdvertisements, async () => {
    told.printer = await capture("printer", "eth0", finalAdvertisements, () =>
      set({ "lan.segments": [{ name: "lan", subnet: 1, interface: "enp1s0" }], "lan.pinholes": [] }),
    );
  });
  expect({ printer: told.printer.length, phone: told.phone.length }).toEqual({ printer: 3, phone: 1 });

  expect(await defaultRoute("printer")).toBe("");
  expect(await addresses("printer")).toMatch(/2001:db8:beef:102:.* deprecated /);
  await until("rdnssd has heard it", 5, async () => !/nameserver/.test(await resolvers("printer")));
  await isServed("phone");
}, 90_000);

it("a change that leaves the segments what they are: nobody is told", async () => {
  await set({});
  const farewells = await capture("phone", "eth0", finalAdvertisements, () =>
    set({ "lan.domain": "other.home.arpa" }),
  );
  expect(farewells).toEqual([]);
}, 90_000);

it("a segment that comes back is served again", async () => {
  await set({});
  await isServed("printer");
}, 90_000);
