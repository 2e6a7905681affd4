import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { describe as describeLab, rebootHost } from "../../../lab/lab";
import { ipBatch, run } from "../../../lab/run";
import { writeSettings } from "../../../lab/stacks";
import { namespaceOf, testNamespaces } from "../../../lab/topology";
import { closeEngine, pulumiUp, sh, trySh, until } from "../support";

const tag = 20;
const { tagged } = testNamespaces;

/** Runs a shell line in the machine on the tagged link. */
const guest = (line: string) =>
  run(["ip", "netns", "exec", tagged, "sh", "-c", line], { allowFailure: true, timeoutSec: 60 });
const address = async () =>
  /inet6 (2001:db8:beef:\S+)\//.exec(
    (await guest("ip -6 -o address show dev eth0 scope global")).stdout,
  )?.[1] ?? "";
const asks = async () => (await guest("rdisc6 -1 -r 3 -w 3000 eth0")).stdout;
const online = async () => (await guest("ping -6 -c 1 -W 2 2001:db8:6::2")).code === 0;

const lan = { name: "lan", subnet: 1, interface: "enp1s0" };
/** The segment of the printer, on the wire of the other one. */
const moved = { name: "devices", subnet: 2, interface: "enp1s0", vlan: tag };

let cable: ChildProcess;

// This machine's kernel may have no VLANs: its bridges carry the tags, and a program takes them off and puts them on.
beforeAll(async () => {
  const inSwitch = namespaceOf("switch");
  const program = [join(__dirname, "tagged.pl"), "tagged", "eth0", String(tag)];
  await ipBatch(undefined, [`netns add ${tagged}`]);
  cable = spawn("setpriv", ["--pdeathsig", "KILL", "ip", "netns", "exec", inSwitch, "perl", ...program], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  await Promise.race([
    once(cable.stdout ?? cable, "data"),
    once(cable, "exit").then(() => {
      throw new Error("the tagged cable did not start");
    }),
  ]);
  await ipBatch(inSwitch, [
    "link set tagged master lan",
    "link set tagged up",
    `link set eth0 netns ${tagged}`,
  ]);
  await guest(
    "sysctl -qw net.ipv6.conf.eth0.disable_ipv6=0 net.ipv6.conf.eth0.accept_ra=1 net.ipv6.conf.eth0.dad_transmits=0; ip link set lo up; ip link set eth0 up",
  );
}, 60_000);

afterAll(async () => {
  cable.kill("SIGKILL");
  try {
    writeSettings("home", describeLab());
    await pulumiUp("home");
  } finally {
    await run(["ip", "netns", "delete", tagged], { allowFailure: true });
    await closeEngine();
  }
}, 180_000);

describe("a segment on a VLAN of the LAN's interface", () => {
  it("is not there before: nobody answers to the tag", async () => {
    expect(await asks()).not.toContain("2001:db8:");
    expect(await address()).toBe("");
    expect(await online()).toBe(false);
    expect((await trySh("home", `ip link show enp1s0.${tag}`)).code).not.toBe(0);
  }, 60_000);

  it("gets there by settings alone: a machine has an address and the internet, IPv4 as well", async () => {
    writeSettings("home", describeLab(), { "lan.segments": [lan, moved] });
    await pulumiUp("home");
    expect(await sh("home", `ip -d link show enp1s0.${tag}`)).toContain(`vlan protocol 802.1Q id ${tag} `);
    await until("it has heard the router", 30, async () => /2001:db8:beef:102::\/64/.test(await asks()));
    await until("it has an address", 30, async () => (await address()).startsWith("2001:db8:beef:102:"));
    await until("it is online", 30, online);
    expect(await sh("home", "ip -6 -o neighbour show dev enp1s0.20")).toContain(await address());
    // By NAT64, an address that DNS64 makes for a name.
    expect((await guest("dig +short @2001:db8:beef:102::1 web4.lab.example AAAA")).stdout).toBe(
      "64:ff9b::b00:302\n",
    );
    expect((await guest("curl -sS -m 20 http://[64:ff9b::b00:302]/hello")).stdout).toContain(
      "hello from web4",
    );
    // Full-size packets, though the tag takes four bytes on the wire.
    const mtu = Number(await sh("home", "cat /sys/class/net/vpn?/mtu"));
    expect((await guest(`ping -6 -c 1 -W 5 -M do -s ${mtu - 48} 2001:db8:6::2`)).code).toBe(0);
  }, 180_000);

  it("takes nothing from the segment without a tag, and leaves the port that it had", async () => {
    expect((await trySh("laptop", "ping -6 -c 1 -W 2 2001:db8:6::2")).code).toBe(0);
    expect(await sh("home", "ip -6 -o address show dev enp3s0 scope global")).toBe("");
    expect((await trySh("printer", "ping -6 -c 1 -W 2 2001:db8:6::2")).code).not.toBe(0);
  }, 60_000);

  it("is there again by itself after a reboot", async () => {
    await rebootHost("home");
    await until("it is online", 60, online);
    expect(await sh("home", "systemctl --failed --no-legend")).toBe("");
  }, 180_000);

  it("goes with its setting, tag and all", async () => {
    writeSettings("home", describeLab());
    await pulumiUp("home");
    expect((await trySh("home", `ip link show enp1s0.${tag}`)).code).not.toBe(0);
    expect(await asks()).not.toContain("2001:db8:");
    expect(await online()).toBe(false);
    await until(
      "the printer is back",
      30,
      async () => (await trySh("printer", "ping -6 -c 1 -W 2 2001:db8:6::2")).code === 0,
    );
  }, 180_000);
});
