import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { kernelImage, runInKernel, type KernelFile, type StepResult } from "../../lab/kernel";

const root = join(__dirname, "..", "..");
const text = (...path: string[]) => readFileSync(join(root, ...path), "utf8");
const golden = (...path: string[]) => text("test", "golden", "home", ...path);
const key = (host: string, device: string, name: string) =>
  golden(host, "etc", "ipv6-home", "keys", device, name).trim();

/** Both ends of the tunnel as they lie on their hosts; they have no path in common. */
function files(): Record<string, KernelFile> {
  const found: Record<string, KernelFile> = {};
  for (const host of ["home", "colo"]) {
    const base = join(root, "test", "golden", "home", host);
    for (const entry of readdirSync(join(base, "etc"), { recursive: true, withFileTypes: true })) {
      const path = join(entry.parentPath, entry.name);
      const onHost = path.slice(base.length);
      if (entry.isFile())
        found[onHost] = {
          content: readFileSync(path, "utf8"),
          mode: onHost.includes("/keys/") ? 0o600 : 0o644,
        };
    }
  }
  for (const name of ["wireguard-device", "wireguard-peer", "wireguard-routes"])
    found[`/usr/local/lib/ipv6-home/${name}`] = {
      content: text("assets", "tunnel", `${name}.sh`),
      mode: 0o755,
    };
  // The colo is a network namespace of the same machine; its unit is the colo's own.
  found["/etc/systemd/system/ipv6-home-vpn1-0.service.d/lab.conf"] = {
    content: "[Service]\nNetworkNamespacePath=/run/netns/colo\n",
    mode: 0o644,
  };
  return found;
}

const home = "ipv6-home-vpn0.service";
const colo = "ipv6-home-vpn1-0.service";
const ping = "ping -c 1 -W 10 fd00:cafe:f00d::1";

/** The story, in its order; the tests look at what each step said. */
const steps = [
  [
    "cable",
    `set -e
    ip netns add colo; ip -n colo link set lo up
    ip link add up0 type veth peer name up0 netns colo
    ip address add 198.51.100.20/24 dev up0; ip link set up0 up
    ip -n colo address add 198.51.100.10/24 dev up0; ip -n colo link set up0 up
    ping -c 1 -W 5 198.51.100.10`,
  ],
  ["before-link", "ip -o link show type wireguard; ip -n colo -o link show type wireguard"],
  ["before-module", "grep '^wireguard ' /proc/modules"],
  ["before-ping", ping],
  ["go-is-there", "command -v wireguard-go"],
  ["modes", "stat -c '%a %U %n' /etc/ipv6-home/keys/* /etc/ipv6-home/keys/*/*"],

  ["start", `systemctl start ipv6-home-prefix.service ${colo} ${home}`],
  ["link-home", "ip -d link show vpn0"],
  ["link-colo", "ip -n colo -d link show vpn1-0"],
  ["processes", "pgrep -l wireguard"],
  ["ping", ping],
  ["ping-site", "ping -c 1 -W 10 -I 2001:db8:beef:100::1 fd00:cafe:f00d::1"],
  ["ping-back", "ip netns exec colo ping -c 1 -W 10 2001:db8:beef:100::1"],
  ["home-dump", "wg show vpn0 dump | tail -n 1"],
  ["colo-dump", "ip netns exec colo wg show vpn1-0 dump | tail -n 1"],
  ["address", "ip -6 -o address show dev vpn0 scope global"],
  ["routes-vpn", "ip -6 route show table vpn dev vpn0"],
  ["routes-main", "ip -6 route show default dev vpn0"],
  ["routes-colo", "ip -n colo -6 route show dev vpn1-0"],

  ["stop", `systemctl stop ${home} && systemctl is-active ${home}`],
  ["stopped-link", "ip link show vpn0"],
  ["stopped-ping", "ping -c 1 -W 1 fd00:cafe:f00d::1"],

  ["again", `systemctl start ${home} && ip -d link show vpn0 && ${ping}`],
  [
    "delete",
    `set -e
    old=$(cat /sys/class/net/vpn0/ifindex)
    ip link delete vpn0
    SECONDS=0
    until systemctl -q is-active ${home} && [ -e /sys/class/net/vpn0 ] && [ "$(cat /sys/class/net/vpn0/ifindex)" != "$old" ]; do [ "$SECONDS" -lt 40 ]; sleep 0.2; done
    systemctl show -P NRestarts ${home}`,
  ],
  ["rebuilt-link", "ip -d link show vpn0"],
  ["rebuilt-ping", ping],
  ["rebuilt-processes", "pgrep -l wireguard"],
  [
    "end",
    `systemctl stop ${home} ${colo}; ip -o link show type wireguard; ip -n colo -o link show type wireguard`,
  ],
] as const;

type Step = (typeof steps)[number][0];

describe("the tunnel with the kernel's WireGuard", () => {
  let results: Record<string, StepResult>;
  const said = (step: Step): string => {
    const { code, output } = results[step] ?? { code: -1, output: "not run" };
    return code === 0 ? output : `failed with ${code}: ${output}`;
  };
  const code = (step: Step) => results[step]?.code;

  beforeAll(async () => {
    const image = await kernelImage((line) => process.stderr.write(`${line}\n`));
    results = await runInKernel(image, files(), steps, 150);
  }, 1_200_000);

  /** What `ip -d link` says of a device that the kernel itself provides, as the unit sets it. */
  const kernelDevice = /<[\w,]*\bUP\b[\w,]*> mtu 1440 [^]*^\s+wireguard /m;
  /** Both units' programs, and no daemon beside them. The kernel keeps 15 letters of a name. */
  const noDaemon = /^\d+ wireguard-devic\n\d+ wireguard-devic$/;

  it("is not there before", () => {
    expect(said("cable")).toContain("1 received");
    expect(said("before-link")).toBe("");
    expect(code("before-module")).toBe(1);
    expect(code("before-ping")).toBe(2);
    expect(said("before-ping")).toContain("Network is unreachable");
  });

  it("is the kernel's at both ends, with wireguard-go at hand", () => {
    expect(said("start")).toBe("");
    expect(said("link-home")).toMatch(kernelDevice);
    expect(said("link-colo")).toMatch(kernelDevice);
    expect(said("go-is-there")).toBe("/usr/bin/wireguard-go");
    expect(said("processes")).toMatch(noDaemon);
  });

  it("shakes hands with the keys of its files, which only root reads", () => {
    // Peer, preshared key, endpoint, allowed IPs, last handshake, received, sent, keepalive: wg(8).
    const [atHome, atColo] = (["home-dump", "colo-dump"] as const).map((step) => said(step).split("\t"));
    expect(atHome?.slice(0, 4)).toEqual([
      key("home", "vpn0", "peer.pub"),
      key("home", "vpn0", "preshared.key"),
      "198.51.100.10:51820",
      "::/0",
    ]);
    expect(atColo?.slice(0, 4)).toEqual([
      key("colo", "vpn1-0", "peer.pub"),
      key("colo", "vpn1-0", "preshared.key"),
      "198.51.100.20:51820",
      "2001:db8:beef:100::/56,fd00:cafe:f00d::2/128",
    ]);
    for (const end of [atHome, atColo]) expect(Number(end?.[4])).toBeGreaterThan(0);
    expect([atHome?.[7], atColo?.[7]]).toEqual(["25", "off"]);
    const modes = said("modes").split("\n");
    for (const device of ["vpn0", "vpn1-0"]) {
      expect(modes).toContain(`700 root /etc/ipv6-home/keys/${device}`);
      expect(modes).toContain(`600 root /etc/ipv6-home/keys/${device}/private.key`);
      expect(modes).toContain(`600 root /etc/ipv6-home/keys/${device}/preshared.key`);
    }
  });

  it("carries pings between the ends, and from the site's prefix and to it", () => {
    for (const step of ["ping", "ping-site", "ping-back"] as const)
      expect(said(step)).toContain("1 received");
  });

  it("has the addresses and routes of its units", () => {
    expect(said("address")).toContain("inet6 fd00:cafe:f00d::2 peer fd00:cafe:f00d::1/128 ");
    expect(said("routes-vpn")).toBe("default src 2001:db8:beef:100::1 metric 1024 pref medium");
    expect(said("routes-main")).toBe("default src 2001:db8:beef:100::1 metric 4096 pref medium");
    expect(said("routes-colo")).toMatch(/^2001:db8:beef:100::\/56 metric 1024 /m);
  });

  it("goes with its unit, and comes again", () => {
    expect(results["stop"]).toEqual({ code: 3, output: "inactive" });
    expect(said("stopped-link")).toBe('failed with 1: Device "vpn0" does not exist.');
    expect(code("stopped-ping")).toBe(2);
    expect(said("again")).toMatch(kernelDevice);
    expect(said("again")).toContain("1 received");
  });

  it("is built anew when somebody deletes the device", () => {
    expect(said("delete")).toBe("1");
    expect(said("rebuilt-link")).toMatch(kernelDevice);
    expect(said("rebuilt-ping")).toContain("1 received");
    expect(said("rebuilt-processes")).toMatch(noDaemon);
    expect(said("end")).toBe("");
  });
});
