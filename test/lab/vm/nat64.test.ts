import { spawnIn, type Running } from "../../../lab/exec";
import { offerJool } from "../../../lab/jool-packages";
import { describe as describeLab } from "../../../lab/lab";
import { writeSettings } from "../../../lab/stacks";
import type { Place } from "../../../lab/topology";
import { closeEngine, mustDestroy, pulumi, pulumiUp, sh, trySh, until } from "../support";

const phone = "2001:db8:beef:101:0:ff:fe00:102";
const webBySix = "64:ff9b::b00:302";
const coloIpv4 = "11.0.1.2";
const coloBySix = "64:ff9b::b00:102";
const namespace = "ipv6-home-nat64";
/** What came with Jool to the disk. */
const packages =
  "dpkg-query -W -f '${db:Status-Abbrev} ${Package}\\n' | sed -n 's/^[^n].  *//p' | grep -E 'jool|headers|dkms|gcc|make$'; " +
  "ls -d /usr/lib/modules/*/updates /var/lib/dkms/* /usr/src/* /etc/dkms /etc/systemd/system/jool.service 2>/dev/null; true";
/** What leads packets to it. */
const ways =
  "ip netns list; ip rule; ip route show table 64 2>/dev/null; ip -o link show nat64 | grep -c veth; true";

/** A busy emulation takes longer than the usual minute from one component to the confirmation of all. */
const patient = { "guard.windowSec": 600 };
const byJool = {
  colo: {
    "nat64.translator": "jool",
    "nat64.forwards": [{ name: "phone-web", protocol: "tcp", port: 8080, to: phone, toPort: 8081 }],
  },
  home: {
    "lan.pinholes": [
      {
        name: "phone-ipv4",
        segment: "lan",
        host: "::ff:fe00:102",
        protocol: "tcp",
        port: 8081,
        from: ["64:ff9b::/96"],
      },
    ],
  },
} as const;

const set = (colo: Readonly<Record<string, unknown>>, home: Readonly<Record<string, unknown>>) => {
  writeSettings("colo", describeLab(), { ...patient, ...colo });
  writeSettings("home", describeLab(), { ...patient, ...home });
};

/** Who a listener says has connected, as ADDRESS PORT; nothing if nobody has. */
async function visitor(from: Place, address: string, port: number, to: Place, own: number): Promise<string> {
  const family = to === "web4" ? "-4" : "-6";
  const listener = trySh(to, `timeout 6 nc ${family} -n -v -l ${own}`, 10);
  await sh(
    to,
    `for i in $(seq 60); do ss -Hltn 'sport = :${own}' | grep -q . && exit 0; sleep 0.05; done; exit 1`,
  );
  await trySh(from, `nc -n -z -w 4 ${address} ${port}`);
  return /Connection received on (\S+ \d+)/.exec((await listener).stderr)?.[1] ?? "";
}

/** What a second look at both stacks would change. */
const changes = async () => {
  const both = [
    await pulumi("colo", "preview", "--expect-no-changes"),
    await pulumi("home", "preview", "--expect-no-changes"),
  ];
  return both.map(({ code, stdout, stderr }) => (code === 0 ? "" : stdout + stderr));
};

describe("NAT64 by Jool on a host that is a machine", () => {
  const before = { packages: "", ways: "" };
  let connection: Running;
  const goesOn = async () => {
    const size = connection.size();
    await until("more of the download by IPv6", 20, () => Promise.resolve(connection.size() > size));
    expect(connection.ended()).toBe(false);
  };

  beforeAll(async () => {
    connection = spawnIn("laptop", ["curl", "-sS", "http://[2001:db8:6::2]/paced/20000"], "stderr");
    before.packages = await sh("colo", packages);
    before.ways = await sh("colo", ways);
    await offerJool("colo", "trixie", (line) => process.stderr.write(`${line}\n`));
  }, 120_000);

  afterAll(async () => {
    await connection.stop("SIGTERM");
    await closeEngine();
  });

  it("is Tayga before, with no way in", async () => {
    await goesOn();
    expect(await sh("colo", "pgrep -l tayga")).toContain("tayga");
    expect(before.packages).not.toMatch(/jool|headers|dkms/);
    expect(await visitor("laptop", webBySix, 9000, "web4", 9000)).toMatch(/^11[.]0[.]1[.]2 \d+$/);
    expect(await visitor("attacker", coloIpv4, 8080, "phone", 8081)).toBe("");
  }, 60_000);

  it("comes with its packages, built for the kernel that runs, by one run of each stack", async () => {
    set(byJool.colo, byJool.home);
    const started = Date.now();
    await pulumiUp("colo");
    console.log(`colo: ${Math.round((Date.now() - started) / 1000)} s`);
    await pulumiUp("home");
    expect(await sh("colo", "dkms status jool")).toMatch(/^jool\/[\d.]+, 6[.]\S+, x86_64: installed/);
    expect(await sh("colo", "cat /proc/modules")).toMatch(/^jool /m);
    expect(await sh("colo", `ip netns exec ${namespace} jool instance display --csv --no-headers`)).toContain(
      "nat64",
    );
    expect((await trySh("colo", "pgrep tayga")).code).toBe(1);
    await goesOn();
  }, 900_000);

  it("translates for the LAN, to a port of its own", async () => {
    const [address, port] = (await visitor("laptop", webBySix, 9000, "web4", 9000)).split(" ");
    expect(address).toBe(coloIpv4);
    expect(Number(port)).toBeGreaterThanOrEqual(10_000);
    expect(Number(port)).toBeLessThanOrEqual(32_767);
    expect((await trySh("laptop", "curl -sS -m 10 http://web4.lab.example/hello")).stdout).toContain(
      coloIpv4,
    );
  }, 60_000);

  it("leads a port of the colo to a machine without IPv4, from outside and from home", async () => {
    expect(await visitor("attacker", coloIpv4, 8080, "phone", 8081)).toMatch(/^64:ff9b::b00:502 \d+$/);
    expect(await visitor("laptop", coloBySix, 8080, "phone", 8081)).toMatch(/^64:ff9b::b00:102 \d+$/);
    expect(await visitor("attacker", coloIpv4, 8081, "phone", 8081)).toBe("");
  }, 60_000);

  it("leaves the colo its own IPv4, and nothing to change", async () => {
    expect(await sh("colo", "getent ahostsv4 web4.lab.example && ping -c 1 -W 4 11.0.3.2")).toContain(
      "1 received",
    );
    expect(await sh("colo", "systemctl --failed --no-legend")).toBe("");
    expect(await changes()).toEqual(["", ""]);
  }, 120_000);

  it("gives way to Tayga, without the loss of a connection by IPv6", async () => {
    await goesOn();
    set({}, {});
    await pulumiUp("home");
    await pulumiUp("colo");
    expect(await sh("colo", "pgrep -l tayga")).toContain("tayga");
    expect(await visitor("laptop", webBySix, 9000, "web4", 9000)).toMatch(/^11[.]0[.]1[.]2 \d+$/);
    expect(await visitor("attacker", coloIpv4, 8080, "phone", 8081)).toBe("");
    await goesOn();
    expect(await sh("colo", ways)).toBe(before.ways);
    expect(await changes()).toEqual(["", ""]);
  }, 300_000);

  it("goes with the host's other packages when the host is given back", async () => {
    expect(await sh("colo", packages)).toMatch(/^jool-dkms$/m);
    await mustDestroy("home");
    await mustDestroy("colo");
    expect(await sh("colo", packages)).toBe(before.packages);
  }, 300_000);
});
