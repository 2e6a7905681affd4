import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { kernelImage, runInKernel, type KernelFile, type StepResult } from "../../lab/kernel";
import { finalAdvertisements } from "./support";

const root = join(__dirname, "..", "..");
const golden = join(root, "test", "golden", "home-variant", "home");

/** The units of a home with a guests' VLAN 20 on br0, and what they need. */
const files: Readonly<Record<string, KernelFile>> = {
  ...Object.fromEntries(
    [
      "/etc/ipv6-home/dnsmasq.conf",
      "/etc/ipv6-home/firewall.nft",
      "/etc/systemd/system/ipv6-home-dnsmasq.service",
      "/etc/systemd/system/ipv6-home-lan.service",
      "/etc/systemd/system/ipv6-home-prefix.service",
      "/etc/iproute2/rt_tables.d/ipv6-home.conf",
      "/etc/sysctl.d/60-ipv6-home.conf",
    ].map((path) => [path, { content: readFileSync(join(golden, path), "utf8"), mode: 0o644 }]),
  ),
  ...Object.fromEntries(
    ["host", "lan"].flatMap((folder) =>
      readdirSync(join(root, "assets", folder)).map((name) => [
        `/usr/local/lib/ipv6-home/${basename(name).replace(/[.]\w+$/, "")}`,
        { content: readFileSync(join(root, "assets", folder, name), "utf8"), mode: 0o755 },
      ]),
    ),
  ),
  // The record that converge has of it.
  "/var/lib/ipv6-home/lan/directives": {
    content: readFileSync(join(golden, "lan.bundle"), "utf8"),
    mode: 0o644,
  },
};

const lan = "ipv6-home-lan.service";
const wait = (test: string) =>
  `SECONDS=0; until ${test}; do [ "$SECONDS" -lt 30 ] || exit 1; sleep 0.2; done`;
const served = "ip -6 address show dev br0.20 2>/dev/null | grep -q 7ff::1/64";
const cable =
  "ip link add br0 type veth peer name far netns guest; ip -n guest link set far up; " +
  "ip -n guest link add link far name far.20 type vlan id 20; ip -n guest link set far.20 up; " +
  "ip -n guest -6 address add 2001:db8:cafe:7ff::99/64 dev far.20 nodad; " +
  "ip -n guest -6 address add 2001:db8:cafe:701::99/64 dev far nodad";
/** A part of converge, in a shell that has its options. */
const part = (name: string) =>
  `set -o pipefail; . /usr/local/lib/ipv6-home/${name}; component=host; fail() { echo "$*"; exit 1; }`;
const settings = "cat /proc/sys/net/ipv6/conf/br0.20/accept_ra /proc/sys/net/ipv4/conf/br0.20/rp_filter";
const ping = (address: string, waitSec = 10) => `ip netns exec guest ping -6 -c 1 -W ${waitSec} ${address}`;
/** A device on another segment, whom the guest may not ask; and what a machine says who is told everything by router and server. */
const device = "2001:db8:cafe:710::99";
const configured = (limitSec: number) =>
  "printf '%s\\n' 'duid ll' 'noarp' 'nohook resolv.conf, hostname' 'script /bin/true' >/run/dhcpcd.conf; " +
  `exec {told}< <(exec timeout ${limitSec} ip netns exec guest dhcpcd -6 -B -d -p -f /run/dhcpcd.conf far.20 2>&1); client=$!; ` +
  'while read -r line <&"$told"; do echo "$line"; [[ $line != *"adding address"*/128 ]] || break; done; kill $client; wait $client';

/** What converge does with units to remove a component; the rest of it takes an emulated processor too long. */
const retire =
  "component=lan state=/var/lib/ipv6-home/lan; cd /usr/local/lib/ipv6-home; " +
  ". ./bundle-reader; . ./units; . ./leave; retire_units";

const steps = [
  [
    "cables",
    "ip netns add guest; ip netns add device; ip link add eno2 type veth peer name x2 netns device; " +
      "ip -n device link set x2 up; ip -n device -6 address add 2001:db8:cafe:710::99/64 dev x2 nodad; " +
      `ip -n device -6 route add default via 2001:db8:cafe:710::1; ip link add eno3 type veth peer name x3; ip link add wwan0 type veth peer name x4; ${cable}`,
  ],
  ["before", "ip link show br0.20"],
  ["before-ping", "ip netns exec guest ping -6 -c 1 -W 1 2001:db8:cafe:7ff::1"],

  // As converge does it, while there is no such interface yet.
  ["preflight", `${part("preflight")}; directives() { echo vlan; }; (work=/run; preflight)`],
  [
    "sysctl",
    `ip link add ppp0 type veth peer name x1; ${part("files")}; directives() { echo /etc/sysctl.d/60-ipv6-home.conf; }; (apply_sysctls)`,
  ],
  ["start", `systemctl start ${lan} && (${wait(served)})`],
  ["link", "ip -d link show br0.20"],
  ["settings", settings],
  ["address4", "ip -4 -o address show dev br0.20"],
  ["route", "ip -6 route show table vpn dev br0.20"],
  ["ping", ping("2001:db8:cafe:7ff::1")],
  ["ping-untagged", ping("2001:db8:cafe:701::1")],

  ["unconfigured", configured(10)],
  ["open", `ip -n guest -6 route add 2001:db8:cafe:710::/64 via 2001:db8:cafe:7ff::1; ${ping(device)}`],
  ["firewall", "nft --file /etc/ipv6-home/firewall.nft && systemctl start ipv6-home-dnsmasq.service"],
  ["configured", configured(40)],
  ["closed", ping(device, 2)],
  ["still-served", ping("2001:db8:cafe:7ff::1")],

  ["pull", "ip link delete br0; ip link show br0.20"],
  ["plug", `${cable}; (${wait(served)})`],
  ["plugged-link", "ip -d link show br0.20"],
  ["plugged-settings", settings],
  ["plugged-ping", ping("2001:db8:cafe:7ff::1")],

  [
    "remove",
    // What the guest hears on the VLAN, while all of the LAN goes.
    `exec {heard}< <(exec ip netns exec guest tcpdump --immediate-mode -l -n -i far.20 '${finalAdvertisements}' 2>&1); hearer=$!; ` +
      `while read -r line <&"$heard" && [[ $line != listening* ]]; do :; done; ` +
      // What dnsmasq has written goes by systemctl clean, which asks over the bus.
      `systemctl start dbus.socket; bash -euc '${retire}'; echo "ended with $?"; kill -INT $hearer; cat <&"$heard"`,
  ],
  ["removed", "ip link show br0.20"],
  ["removed-parent", "ip -6 -o address show dev br0 scope global"],

  [
    "theirs",
    `ip link add link br0 name br0.20 type vlan id 20 && systemctl start ${lan} && (${wait(served)})`,
  ],
  ["theirs-stop", `systemctl stop ${lan}; ip -d link show br0.20`],
  ["theirs-address", "ip -6 -o address show dev br0.20 scope global"],
] as const;

type Step = (typeof steps)[number][0];

describe("a segment on a VLAN, with Debian's kernel", () => {
  let results: Record<string, StepResult>;
  const said = (step: Step): string => {
    const { code, output } = results[step] ?? { code: -1, output: "not run" };
    return code === 0 ? output : `failed with ${code}: ${output}`;
  };

  beforeAll(async () => {
    const image = await kernelImage((line) => process.stderr.write(`${line}\n`));
    results = await runInKernel(image, files, steps, 150);
  }, 1_200_000);

  const missing = 'failed with 1: Device "br0.20" does not exist.';

  it("is not there before", () => {
    expect(said("cables")).toBe("");
    expect(said("before")).toBe(missing);
    expect(results["before-ping"]?.code).not.toBe(0);
  });

  it("is made on its parent with its tag, address and route, beside what has no tag", () => {
    expect(said("preflight")).toBe("");
    expect(said("sysctl")).toBe("");
    expect(said("start")).toBe("");
    expect(said("settings")).toBe("0\n1");
    expect(said("link")).toMatch(/br0\.20@br0: <[\w,]*\bUP\b/);
    expect(said("link")).toMatch(/vlan protocol 802\.1Q id 20 /);
    expect(said("address4")).toContain("inet 172.31.255.1/24 ");
    expect(said("route")).toContain("2001:db8:cafe:7ff::/64 ");
    expect(said("ping")).toContain("1 received");
    expect(said("ping-untagged")).toContain("1 received");
  });

  it("has router and addresses advertised to its machines, which reach no other segment", () => {
    expect(results["unconfigured"]?.output).toMatch(/soliciting an IPv6 router/);
    expect(results["unconfigured"]?.output).not.toMatch(/Router Advertisement from|adding address 2001/);
    expect(said("open")).toContain("1 received");
    expect(said("firewall")).toBe("");
    expect(said("configured")).toMatch(/Router Advertisement from fe80::/);
    expect(said("configured")).toMatch(/adding address 2001:db8:cafe:7ff:\S+\/128/);
    expect(said("closed")).toMatch(/^failed with 1: .* 0 received/s);
    expect(said("still-served")).toContain("1 received");
  });

  it("goes with its parent and comes with it", () => {
    expect(said("pull")).toBe(missing);
    expect(said("plug")).toBe("");
    expect(said("plugged-link")).toMatch(/vlan protocol 802\.1Q id 20 /);
    expect(said("plugged-settings")).toBe("0\n1");
    expect(said("plugged-ping")).toContain("1 received");
  });

  it("goes with the LAN, when its machines have heard the last of it, and leaves no address", () => {
    expect(said("remove")).toContain("ended with 0");
    expect(said("remove").match(/router advertisement/g)).toHaveLength(2);
    expect(said("removed")).toBe(missing);
    expect(said("removed-parent")).toBe("");
  });

  it("is left alone if somebody else has made it", () => {
    expect(said("theirs")).toBe("");
    expect(said("theirs-stop")).toMatch(/vlan protocol 802\.1Q id 20 /);
    expect(said("theirs-address")).toBe("");
  });
});
