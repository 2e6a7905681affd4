import { restartClients } from "../../lab/clients";
import { readDescription } from "../../lab/description";
import { writeSettings } from "../../lab/stacks";
import { closeEngine, logins, pulumi, pulumiUp, sh, trySh, until } from "./support";

const gateway = "2001:db8:beef:101::1";
const laptop = { name: "laptop", segment: "lan", mac: "02:00:00:00:01:01" };
const printer = { name: "printer", segment: "devices", mac: "02:00:00:00:03:01" };
const slaac = "2001:db8:beef:101:0:ff:fe00:101";
const printers = "2001:db8:beef:102:0:ff:fe00:301";

const set = (settings: Record<string, unknown>) => {
  const lab = readDescription();
  if (lab === undefined) throw new Error("the lab is down");
  writeSettings("home", lab, settings);
};

const dig = async (...args: string[]) =>
  (await sh("phone", `dig +short +time=2 +tries=2 @${gateway} ${args.join(" ")}`)).trim().split("\n").sort();
const addresses = () => sh("laptop", "ip -6 -o address show dev eth0 scope global");

/** Whether the laptop's port answers at an address, seen from the internet. */
async function open(address: string, port: number): Promise<boolean> {
  const listener = trySh("laptop", `timeout 4 nc -6 -l ${port}`, 10);
  await until(
    "somebody listens",
    5,
    async () => (await trySh("laptop", `ss -Hltn 'sport = :${port}' | grep -q .`)).code === 0,
  );
  const { code } = await trySh("web6", `nc -6 -z -w 2 ${address} ${port}`);
  await listener;
  return code === 0;
}

const leased = (address: string) => async () => (await addresses()).includes(`${address}/128`);

beforeAll(async () => {
  await until("the laptop has a lease", 30, async () => /beef:101::[0-9a-f]+\/128/.test(await addresses()));
});

afterAll(async () => {
  set({});
  await pulumiUp("home");
  await restartClients();
  await until("the laptop has a lease", 30, async () => /beef:101::[0-9a-f]+\/128/.test(await addresses()));
  await closeEngine();
}, 90_000);

describe("machines with a name", () => {
  it("without an entry: any address by DHCPv6, no name for that of SLAAC, no way in", async () => {
    expect(await leased("2001:db8:beef:101::42")()).toBe(false);
    expect(await dig("laptop.home.arpa", "AAAA")).not.toContain(slaac);
    expect(await dig("-x", slaac)).toEqual([""]);
    expect(await dig("printer.home.arpa", "AAAA")).toEqual([""]);
    expect(await open(slaac, 8443)).toBe(false);
  }, 30_000);

  it("the example's: one that takes no lease has a name all the same", async () => {
    expect(await dig("phone.home.arpa", "AAAA")).toEqual(["2001:db8:beef:101:0:ff:fe00:102"]);
    expect(await dig("-x", "2001:db8:beef:101:0:ff:fe00:102")).toEqual(["phone.home.arpa."]);
  });

  it("an entry is its lines in the preview, a login for names, one for ways in and one that confirms them", async () => {
    set({
      "lan.hosts": [{ ...laptop, suffix: "::42", pinholes: [{ protocol: "tcp", port: 8443 }] }, printer],
    });
    const { stdout } = await pulumi("home", "preview", "--diff");
    expect(stdout).toMatch(/\+\s+host-record=laptop\.home\.arpa,2001:db8:beef:101:0:ff:fe00:101/);
    const before = await logins("home");
    await pulumiUp("home");
    expect((await logins("home")) - before).toBe(3);
  }, 60_000);

  it("has its name for each of its addresses, forward and reverse, before it has a lease", async () => {
    expect(await dig("laptop.home.arpa", "AAAA")).toEqual([slaac, "2001:db8:beef:101::42"].sort());
    expect(await dig("-x", slaac)).toEqual(["laptop.home.arpa."]);
    expect(await dig("-x", "2001:db8:beef:101::42")).toEqual(["laptop.home.arpa."]);
    expect(await dig("printer.home.arpa", "AAAA")).toEqual([printers]);
    expect(await dig("phone.home.arpa", "AAAA")).toEqual([""]);
  });

  it("known by its MAC, it gets its own address by DHCPv6", async () => {
    await restartClients();
    await until("the laptop has its reserved address", 30, leased("2001:db8:beef:101::42"));
  }, 60_000);

  it("can be reached where its pinholes are, at each of its addresses, and nowhere else", async () => {
    expect(await open("2001:db8:beef:101::42", 8443)).toBe(true);
    expect(await open(slaac, 8443)).toBe(true);
    expect(await open(slaac, 8444)).toBe(false);
  }, 60_000);

  it("known by its DUID, it gets another one", async () => {
    const duid = "00:03:00:01:02:00:00:00:01:01";
    set({
      "lan.hosts": [
        { name: "traveller", segment: "lan", duid, suffix: "::43" },
        { ...printer, suffix: "::50", slaac: "token" },
      ],
    });
    await pulumiUp("home");
    await restartClients();
    await until("the laptop has its reserved address", 30, leased("2001:db8:beef:101::43"));
    expect(await dig("traveller.home.arpa", "AAAA")).toEqual(["2001:db8:beef:101::43"]);
  }, 60_000);

  it("with a token, it is found by its name once it forms its address with that", async () => {
    const tokened = "2001:db8:beef:102::50";
    const answers = async () => (await trySh("phone", `ping -6 -c 1 -W 1 ${tokened}`)).code === 0;
    expect(await dig("printer.home.arpa", "AAAA")).toEqual([tokened]);
    expect(await dig("-x", tokened)).toEqual(["printer.home.arpa."]);
    expect(await answers()).toBe(false);
    // The kernel asks the routers anew for it (ip-token(8)).
    await sh("printer", `ip token set ${tokened.replace(/.*(?=::)/, "")} dev eth0`);
    try {
      await until("the printer has its address", 20, answers);
    } finally {
      await sh("printer", "ip token set :: dev eth0");
    }
  }, 60_000);
});

describe("a thousand machines", () => {
  const pair = (number: number) => number.toString(16).padStart(2, "0");
  const thousand = Array.from({ length: 1000 }, (_, index) => ({
    name: `m${index}`,
    segment: "lan",
    // The last is the laptop.
    mac: index === 999 ? laptop.mac : `02:00:5e:10:${pair(index >> 8)}:${pair(index & 255)}`,
    suffix: `::1:${index}`,
    pinholes: [{ protocol: "tcp", port: 8443 }],
  }));
  const pinholes = async () =>
    (await sh("home", "nft list set inet ipv6_home pinholes")).match(/comment "m\d+"/g) ?? [];

  it("each have what one has: names, forward and reverse, a reserved address, a way in", async () => {
    const reserved = "2001:db8:beef:101::1:999";
    expect(await dig("m999.home.arpa", "AAAA")).toEqual([""]);
    expect(await pinholes()).toHaveLength(0);
    set({ "lan.hosts": thousand });
    await pulumiUp("home");
    expect(await dig("m999.home.arpa", "AAAA")).toEqual([slaac, reserved].sort());
    for (const each of [slaac, reserved]) expect(await dig("-x", each)).toEqual(["m999.home.arpa."]);
    expect(await dig("m0.home.arpa", "AAAA")).toContain("2001:db8:beef:101::1:0");
    await restartClients();
    await until("the laptop has its reserved address", 30, leased(reserved));
    expect(await open(reserved, 8443)).toBe(true);
    expect(await pinholes()).toHaveLength(2000);
  }, 60_000);

  it("are those lines in a preview that name the one that changes", async () => {
    set({
      "lan.hosts": thousand.map((each) => (each.name === "m500" ? { ...each, suffix: "::2:500" } : each)),
    });
    const { stdout } = await pulumi("home", "preview", "--diff");
    // A line of a file is indented in its bundle (docs/BUNDLE.md).
    const changed = stdout.match(/^ +[-+] {5}.*$/gm) ?? [];
    expect(changed.filter((line) => !/\bm500\b/.test(line))).toEqual([]);
    // Reservation, name and way in, before and after.
    expect(changed).toHaveLength(6);
  }, 60_000);
});
