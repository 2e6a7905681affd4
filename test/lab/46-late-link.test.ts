import { startHost, stopHost } from "../../lab/lab";
import { cables } from "../../lab/topology";
import { plugCable, pullCable } from "../../lab/wiring";
import { closeEngine, pulumiObserving, sh, trySh, until } from "./support";

afterAll(closeEngine);

function cableOfThePrinter() {
  const found = cables.find((ends) => ends.some(({ place, name }) => place === "home" && name === "enp3s0"));
  if (found === undefined) throw new Error("the home has no enp3s0");
  return found;
}
const cable = cableOfThePrinter();

const reaches = async (place: "laptop" | "printer") =>
  (await trySh(place, "ping -6 -c 1 -W 1 2001:db8:6::2")).code === 0;

/** All that the gateway does for a segment: forwarding, advertisements, names. */
const printerIsServed = async () => {
  await until("the printer is online", 30, () => reaches("printer"));
  await until("the printer's segment is advertised", 30, async () =>
    (await trySh("printer", "rdisc6 -1 eth0")).stdout.includes("2001:db8:beef:102::/64"),
  );
  await until("the printer's resolver answers", 10, async () =>
    (
      await trySh("printer", "dig +short +time=1 +tries=1 @2001:db8:beef:102::1 web6.lab.example AAAA")
    ).stdout.startsWith("2001:db8:6::2"),
  );
  expect(await sh("home", "systemctl --failed --no-legend")).toBe("");
};

/** Lets the interface come back as an administrator has it who wants no IPv6 on links that he has not heard of. */
async function withoutIpv6(work: () => Promise<void>): Promise<void> {
  await pullCable(cable);
  await sh("home", "sysctl -qw net.ipv6.conf.default.disable_ipv6=1");
  try {
    await plugCable(cable);
    await work();
  } finally {
    await sh("home", "sysctl -qw net.ipv6.conf.default.disable_ipv6=0 net.ipv6.conf.enp3s0.disable_ipv6=0");
  }
}

/** Addresses and routes that the laptop's segment loses meanwhile, as the kernel tells of them. */
async function lostBy(work: () => Promise<unknown>): Promise<readonly string[]> {
  const told = "/run/lab-told";
  const probe = (sign: "add" | "delete") =>
    `ip -6 address ${sign} 2001:db8:beef:101::7e57/128 dev enp1s0 nodad`;
  await sh(
    "home",
    `systemd-run -q --collect --unit lab-told -p StandardOutput=truncate:${told} ip -o -6 monitor address route dev enp1s0`,
  );
  try {
    await until("the kernel is listened to", 10, async () => {
      await sh("home", `${probe("add")}; ${probe("delete")}`);
      return (await sh("home", `cat ${told}`)).includes("7e57");
    });
    await work();
    return (await sh("home", `cat ${told}`))
      .split("\n")
      .filter((line) => line.startsWith("Deleted") && !line.includes("7e57"));
  } finally {
    await sh("home", `systemctl stop lab-told; rm -f ${told}`);
  }
}

describe("a LAN interface that is not always there", () => {
  beforeAll(
    () => until("both segments are online", 30, async () => (await reaches("laptop")) && reaches("printer")),
    40_000,
  );

  it("is served again by itself when it comes back, and the other one all the time", async () => {
    const since = await sh("home", "systemctl show -P ActiveEnterTimestampMonotonic ipv6-home-lan");
    await pullCable(cable);
    expect(await reaches("printer")).toBe(false);
    expect(await reaches("laptop")).toBe(true);
    await plugCable(cable);
    await printerIsServed();
    expect(await sh("home", "systemctl show -P ActiveEnterTimestampMonotonic ipv6-home-lan")).toBe(since);
  }, 90_000);

  it("that comes back and cannot be configured takes nothing from the other one, and is served once it can be", async () => {
    const running = () =>
      sh("home", "systemctl show -P ActiveEnterTimestampMonotonic -P MainPID ipv6-home-lan");
    const since = await running();
    await withoutIpv6(async () => {
      await until("the gateway has tried", 10, async () =>
        (await sh("home", "journalctl -u ipv6-home-lan -o cat -n 5")).includes("enp3s0 cannot be served"),
      );
      expect(await reaches("printer")).toBe(false);
      expect(await reaches("laptop")).toBe(true);
    });
    // Any link's change will do.
    await sh("home", "ip link add probe0 type veth peer name probe1; ip link delete probe0");
    await printerIsServed();
    expect(await running()).toBe(since);
  }, 90_000);

  it("that cannot be configured at a start takes nothing from the other one either, and whoever converges hears of it", async () => {
    await withoutIpv6(async () => {
      // As converge holds it.
      const start = await trySh("home", "flock /run/ipv6-home.lock systemctl restart ipv6-home-lan");
      expect(start.code).not.toBe(0);
      // As a boot does; both need the links, and were stopped with them.
      await sh("home", "systemctl start ipv6-home-dnsmasq ipv6-home-radvd");
      await until("the laptop is online", 30, () => reaches("laptop"));
      expect(await reaches("printer")).toBe(false);
    });
    await sh("home", "systemctl restart ipv6-home-lan");
    await printerIsServed();
  }, 120_000);

  it("does not hold up the boot, and is served when it comes after it", async () => {
    await stopHost("home");
    await pullCable(cable);
    await startHost("home");
    await until("the laptop is online without it", 60, () => reaches("laptop"));
    expect(await sh("home", "systemctl is-active ipv6-home-lan ipv6-home-dnsmasq")).toBe("active\nactive\n");
    expect(await reaches("printer")).toBe(false);
    await plugCable(cable);
    await printerIsServed();
    // There is no udev here that would set them on a new link; the kernel takes advertisements by default.
    expect(await sh("home", "sysctl -n net.ipv4.conf.enp3s0.rp_filter net.ipv6.conf.enp3s0.accept_ra")).toBe(
      "1\n0\n",
    );
  }, 180_000);

  it("stays off if somebody switches it off, and is served when it is switched on", async () => {
    await sh("home", "ip link set dev enp3s0 down");
    expect(await reaches("printer")).toBe(false);
    expect(await sh("home", "ip -o link show dev enp3s0")).not.toMatch(/[<,]UP[,>]/);
    await sh("home", "ip link set dev enp3s0 up");
    await printerIsServed();
  }, 90_000);

  it("is served on by the program of another release, and by no restart, which it would feel", async () => {
    const library = "/usr/local/lib/ipv6-home";
    // bash reads its program by this descriptor.
    const running = "readlink /proc/$(systemctl show -P MainPID ipv6-home-lan)/fd/255";
    const since = await sh("home", "systemctl show -P ActiveEnterTimestampMonotonic ipv6-home-lan");
    const watch = await sh("home", "systemctl show -P InvocationID ipv6-home-ra-watch");
    const lost = await lostBy(async () => {
      for (const program of ["lan-links", "ra-watch"])
        await sh("home", `echo '# an older one' >>${library}/${program}`);
      expect((await pulumiObserving("home", "up", "--yes", "--skip-preview")).code).toBe(0);
      // Any link's change will do, and this one is not undone.
      await sh("home", "ip link set dev enp3s0 down");
      await until("another program runs", 20, async () =>
        (await sh("home", "journalctl -u ipv6-home-lan -o cat -n 5")).includes("another release"),
      );
    });
    expect(lost).toEqual([]);
    expect(await sh("home", running)).toBe(`${library}/lan-links\n`);
    expect(await sh("home", "systemctl show -P InvocationID ipv6-home-ra-watch")).not.toBe(watch);
    expect(await sh("home", "systemctl show -P ActiveEnterTimestampMonotonic ipv6-home-lan")).toBe(since);
    expect(await sh("home", "ip -o link show dev enp3s0")).not.toMatch(/[<,]UP[,>]/);
    await sh("home", "ip link set dev enp3s0 up");
    await printerIsServed();

    expect(await lostBy(() => sh("home", "systemctl restart ipv6-home-lan"))).not.toEqual([]);
    await printerIsServed();
  }, 120_000);

  it("leaves no address and no route when the service stops", async () => {
    await sh("home", "systemctl stop ipv6-home-lan");
    const left = "ip -6 -o address show dev enp3s0 scope global; ip -6 route show table vpn dev enp3s0";
    expect(await sh("home", left)).toBe("");
    await sh("home", "systemctl start ipv6-home-lan ipv6-home-dnsmasq ipv6-home-radvd");
    await printerIsServed();
  }, 90_000);
});
