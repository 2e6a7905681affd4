import { readFileSync } from "node:fs";
import { join } from "node:path";
import { kernelImage, runInKernel, type KernelFile, type StepResult } from "../../lab/kernel";

const root = join(__dirname, "..", "..");
const golden = join(root, "test", "golden", "home-variant", "home");

/** The unit of a home with a guests' VLAN 20 on br0, and what it needs. */
const files: Readonly<Record<string, KernelFile>> = {
  ...Object.fromEntries(
    [
      "/etc/systemd/system/ipv6-home-lan.service",
      "/etc/systemd/system/ipv6-home-prefix.service",
      "/etc/iproute2/rt_tables.d/ipv6-home.conf",
    ].map((path) => [path, { content: readFileSync(join(golden, path), "utf8"), mode: 0o644 }]),
  ),
  "/usr/local/lib/ipv6-home/lan-links": {
    content: readFileSync(join(root, "assets", "lan", "lan-links.sh"), "utf8"),
    mode: 0o755,
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
const ping = (address: string) => `ip netns exec guest ping -6 -c 1 -W 10 ${address}`;

const steps = [
  [
    "cables",
    `ip netns add guest; ip link add eno2 type veth peer name x2; ip link add eno3 type veth peer name x3; ${cable}`,
  ],
  ["before", "ip link show br0.20"],
  ["before-ping", "ip netns exec guest ping -6 -c 1 -W 1 2001:db8:cafe:7ff::1"],

  ["start", `systemctl start ${lan} && (${wait(served)})`],
  ["link", "ip -d link show br0.20"],
  ["address4", "ip -4 -o address show dev br0.20"],
  ["route", "ip -6 route show table vpn dev br0.20"],
  ["ping", ping("2001:db8:cafe:7ff::1")],
  ["ping-untagged", ping("2001:db8:cafe:701::1")],

  ["pull", "ip link delete br0; ip link show br0.20"],
  ["plug", `${cable}; (${wait(served)})`],
  ["plugged-link", "ip -d link show br0.20"],
  ["plugged-ping", ping("2001:db8:cafe:7ff::1")],

  ["stop", `systemctl stop ${lan}`],
  ["stopped", "ip link show br0.20"],
  ["stopped-parent", "ip -6 -o address show dev br0 scope global"],

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
    expect(said("start")).toBe("");
    expect(said("link")).toMatch(/br0\.20@br0: <[\w,]*\bUP\b/);
    expect(said("link")).toMatch(/vlan protocol 802\.1Q id 20 /);
    expect(said("address4")).toContain("inet 172.31.255.1/24 ");
    expect(said("route")).toContain("2001:db8:cafe:7ff::/64 ");
    expect(said("ping")).toContain("1 received");
    expect(said("ping-untagged")).toContain("1 received");
  });

  it("goes with its parent and comes with it", () => {
    expect(said("pull")).toBe(missing);
    expect(said("plug")).toBe("");
    expect(said("plugged-link")).toMatch(/vlan protocol 802\.1Q id 20 /);
    expect(said("plugged-ping")).toContain("1 received");
  });

  it("goes with its unit, and leaves no address", () => {
    expect(said("stop")).toBe("");
    expect(said("stopped")).toBe(missing);
    expect(said("stopped-parent")).toBe("");
  });

  it("is left alone if somebody else has made it", () => {
    expect(said("theirs")).toBe("");
    expect(said("theirs-stop")).toMatch(/vlan protocol 802\.1Q id 20 /);
    expect(said("theirs-address")).toBe("");
  });
});
