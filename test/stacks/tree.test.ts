import { exampleSettings } from "../support/settings";
import { recordColo, recordHome, treeComponents } from "../support/stacks";
import type { Recording } from "../support/record";

/** A tree as indented lines: the name, its type without what all have in common, and what it waits for. */
function drawn({ resources }: Recording): string[] {
  const lines: string[] = [];
  const draw = (parent: string, depth: number) => {
    for (const each of resources.filter((resource) => resource.parent === parent)) {
      const type = each.type.split(":").at(-1) ?? "";
      const after = each.dependsOn.length > 0 ? ` after ${each.dependsOn.join(", ")}` : "";
      lines.push(`${"  ".repeat(depth)}${each.name}: ${type}${after}`);
      draw(each.name, depth + 1);
    }
  };
  draw("", 0);
  return lines;
}

const withNames = {
  colo: { "dns.authoritative": true },
  home: {
    "dns.publicZone": "home.example.net",
    "dns.acmeUpdate": true,
    "lan.hosts": [{ name: "phone", segment: "lan", mac: "02:00:00:00:01:02", public: true }],
  },
};
const colo = exampleSettings("colo");
const home = exampleSettings("home");

test("the colo stack", async () => {
  expect(drawn(await recordColo(colo))).toEqual([
    "colo: ColoServer",
    "  colo-host: Host",
    "    colo-host-base: HostConfig",
    "      colo-host-base-converge: Command",
    "  colo-firewall: Firewall",
    "    colo-firewall-config: HostConfig",
    "      colo-firewall-config-converge: Command after colo-host-base-converge",
    "  colo-prefix: RoutedPrefix",
    "    colo-prefix-config: HostConfig",
    "      colo-prefix-config-converge: Command after colo-firewall-config-converge, colo-host-base-converge",
    "  colo-nat64: Nat64",
    "    colo-nat64-config: HostConfig",
    "      colo-nat64-config-converge: Command after colo-firewall-config-converge, colo-host-base-converge",
    "  colo-dns64: Dns64",
    "    colo-dns64-config: HostConfig",
    "      colo-dns64-config-converge: Command after colo-firewall-config-converge, colo-host-base-converge",
    "  colo-guard: HostGuard",
    "    colo-guard-confirm: Command after colo-dns64-config-converge, colo-firewall-config-converge, colo-host-base-converge, colo-nat64-config-converge, colo-prefix-config-converge",
  ]);
});

// What a key command waits for beside its host: the bytes that it is made of.
const keys = "tunnel-1-keys-colo-private, tunnel-1-keys-home-private, tunnel-1-keys-preshared";

test("the home stack", async () => {
  expect(drawn(await recordHome(home, colo))).toEqual([
    "home: HomeGateway",
    "  home-host: Host",
    "    home-host-base: HostConfig",
    "      home-host-base-converge: Command",
    "  home-firewall: Firewall",
    "    home-firewall-config: HostConfig",
    "      home-firewall-config-converge: Command after home-host-base-converge",
    "  home-prefix: RoutedPrefix",
    "    home-prefix-config: HostConfig",
    "      home-prefix-config-converge: Command after home-host-base-converge",
    "  home-lan: HomeLan",
    "    home-lan-config: HostConfig",
    "      home-lan-config-converge: Command after home-firewall-config-converge, home-host-base-converge, home-prefix-config-converge",
    "tunnel-1: Tunnel",
    "  tunnel-1-keys: TunnelKeys",
    "    tunnel-1-keys-home-private: RandomPassword",
    "    tunnel-1-keys-colo-private: RandomPassword",
    "    tunnel-1-keys-preshared: RandomPassword",
    "  tunnel-1-colo-removal: HostRemoval",
    `    tunnel-1-colo-removal-converge: Command after ${keys}`,
    "  tunnel-1-home-removal: HostRemoval",
    "    tunnel-1-home-removal-converge: Command after home-firewall-config-converge, home-host-base-converge, home-prefix-config-converge, tunnel-1-colo-removal-converge",
    "  tunnel-1-colo-release: HostRemoval",
    "    tunnel-1-colo-release-converge: Command after tunnel-1-home-removal-converge",
    "  tunnel-1-colo-key: HostConfig",
    `    tunnel-1-colo-key-converge: Command after tunnel-1-colo-release-converge, ${keys}`,
    "  tunnel-1-colo-config: HostConfig",
    "    tunnel-1-colo-config-converge: Command after tunnel-1-colo-key-converge",
    "  tunnel-1-home-key: HostConfig",
    `    tunnel-1-home-key-converge: Command after home-host-base-converge, tunnel-1-colo-key-converge, ${keys}`,
    "  tunnel-1-home-config: HostConfig",
    "    tunnel-1-home-config-converge: Command after home-firewall-config-converge, home-host-base-converge, home-prefix-config-converge, tunnel-1-colo-config-converge, tunnel-1-home-key-converge",
    "home-guard: HostGuard",
    "  home-guard-confirm: Command after home-firewall-config-converge, home-host-base-converge, home-lan-config-converge, home-prefix-config-converge, tunnel-1-home-config-converge, tunnel-1-home-key-converge",
    "colo-guard: HostGuard",
    "  colo-guard-confirm: Command after home-guard-confirm, tunnel-1-colo-config-converge, tunnel-1-colo-key-converge",
    "home-leave: HostLeave",
    "  home-leave-converge: Command after colo-guard-confirm, home-guard-confirm, home-host-base-converge, home-lan-config-converge, tunnel-1-home-config-converge",
  ]);
});

test.each(["colo", "home"] as const)("a key that can only look at the %s", async (role) => {
  const withKey = { "drift.readOnlyKey": true };
  const tree =
    role === "colo"
      ? drawn(await recordColo(exampleSettings("colo", withKey)))
      : drawn(await recordHome(exampleSettings("home", withKey), colo));
  const without = drawn(role === "colo" ? await recordColo(colo) : await recordHome(home, colo));
  // What confirms all of a host waits for it too.
  const added = tree.filter((line) => !without.includes(line) && !line.includes("-guard-confirm: "));
  expect(added).toEqual([
    `  ${role}-drift: DriftLogin`,
    `    ${role}-drift-config: HostConfig`,
    `      ${role}-drift-config-converge: Command after ${role}-drift-key, ${role}-firewall-config-converge, ${role}-host-base-converge`,
    `    ${role}-drift-key: PrivateKey`,
  ]);
});

/** What some settings add to the tree of a home, but for what waits for it. */
async function addedBy(changes: Parameters<typeof exampleSettings>[1]): Promise<string[]> {
  const without = drawn(await recordHome(home, colo));
  const tree = drawn(await recordHome(exampleSettings("home", changes), colo));
  return tree.filter((line) => !without.includes(line) && !/-(guard-confirm|leave-converge): /.test(line));
}

const boot = { "boot.classes": [{ name: "menu", script: "menu.ipxe" }] };

test("a home whose machines boot over the network has a part more, and the LAN one file", async () => {
  expect(await addedBy(boot)).toEqual([
    "  home-boot: NetBoot",
    "    home-boot-config: HostConfig",
    "      home-boot-config-converge: Command after home-firewall-config-converge, home-host-base-converge",
  ]);
});

test("names for the internet", async () => {
  const answering = exampleSettings("colo", withNames.colo);
  const trees = [
    ...drawn(await recordColo(answering)),
    ...drawn(await recordHome(exampleSettings("home", withNames.home), answering)),
  ];
  const without = [...drawn(await recordColo(colo)), ...drawn(await recordHome(home, colo))];
  const onHome = "home-firewall-config-converge, home-host-base-converge, home-prefix-config-converge";
  expect(trees.filter((line) => !without.includes(line) && !line.includes("-guard-confirm: "))).toEqual([
    "  colo-authoritative: AuthoritativeDns",
    "    colo-authoritative-config: HostConfig",
    "      colo-authoritative-config-converge: Command after colo-firewall-config-converge, colo-host-base-converge",
    "names: PublicNames",
    "  names-home-removal: HostRemoval",
    `    names-home-removal-converge: Command after ${onHome}, names-acme, names-transfer`,
    "  names-colo-removal: HostRemoval",
    "    names-colo-removal-converge: Command after names-home-removal-converge, tunnel-1-colo-config-converge, tunnel-1-colo-key-converge",
    "  names-home-key: HostConfig",
    `    names-home-key-converge: Command after ${onHome}, names-acme, names-colo-removal-converge, names-transfer`,
    "  names-home-config: HostConfig",
    `    names-home-config-converge: Command after ${onHome}, names-colo-removal-converge, names-home-key-converge`,
    "  names-colo-key: HostConfig",
    "    names-colo-key-converge: Command after names-colo-removal-converge, names-home-config-converge, names-transfer",
    "  names-colo-config: HostConfig",
    "    names-colo-config-converge: Command after names-colo-key-converge, names-colo-removal-converge, names-home-config-converge",
    "  names-transfer: RandomPassword",
    "  names-acme: RandomPassword",
  ]);
});

const ipv4 = {
  "lan.segments": [
    { name: "lan", subnet: 1, interface: "enp1s0", mode: "v6mostly" },
    { name: "devices", subnet: 2, interface: "enp3s0" },
  ],
};

test("a home with IPv4 on a segment has a way out for it, before the segment has any", async () => {
  expect(await addedBy(ipv4)).toEqual([
    "  home-clat: Clat",
    "    home-clat-config: HostConfig",
    "      home-clat-config-converge: Command after home-firewall-config-converge, home-host-base-converge, home-prefix-config-converge",
    "      home-lan-config-converge: Command after home-clat-config-converge, home-firewall-config-converge, home-host-base-converge, home-prefix-config-converge",
  ]);
});

const delegation = {
  "lan.hosts": [{ name: "attic", segment: "lan", mac: "02:00:5e:10:00:01" }],
  "lan.delegations": [{ host: "attic", subnet: 16, length: 60 }],
};

test("a home with a router behind it has a part that delegates", async () => {
  expect(await addedBy(delegation)).toEqual([
    "  home-delegation: PrefixDelegation",
    "    home-delegation-config: HostConfig",
    "      home-delegation-config-converge: Command after home-host-base-converge, home-lan-config-converge",
  ]);
});

const uplinks = {
  uplinks: [
    { name: "cable", interface: "enp2s0" },
    { name: "lte", interface: "wwan0", metered: true },
  ],
};

test("a home with two uplinks has a part that moves the tunnel", async () => {
  expect(await addedBy(uplinks)).toEqual([
    "  home-uplinks: Uplinks",
    "    home-uplinks-config: HostConfig",
    "      home-uplinks-config-converge: Command after home-host-base-converge, home-prefix-config-converge",
  ]);
});

const status = { "health.enabled": true, "status.enabled": true };

test("a home that shows how it is has a part for that, before what looks after it", async () => {
  const added = await addedBy(status);
  expect(added.filter((line) => line.includes("status"))).toEqual([
    "  home-status: Status",
    "    home-status-config: HostConfig",
    "      home-status-config-converge: Command after home-firewall-config-converge, home-host-base-converge, home-prefix-config-converge",
    expect.stringMatching(/home-health-config-converge: .*home-status-config-converge/),
  ]);
});

test("a host that upgrades itself has a part for that, at either end", async () => {
  const upgrades = { "upgrades.enabled": true };
  const converge = (end: string) =>
    `      ${end}-upgrades-config-converge: Command after ${end}-host-base-converge`;
  expect(await addedBy(upgrades)).toEqual([
    "  home-upgrades: Upgrades",
    "    home-upgrades-config: HostConfig",
    converge("home"),
  ]);
  expect(drawn(await recordColo(exampleSettings("colo", upgrades)))).toContain(converge("colo"));
});

test("hosts that are looked after have a part that does it, which comes last", async () => {
  const health = { "health.enabled": true };
  expect(await addedBy(health)).toEqual([
    "  home-health: Health",
    "    home-health-config: HostConfig",
    "      home-health-config-converge: Command after home-firewall-config-converge, home-host-base-converge, home-lan-config-converge, home-prefix-config-converge",
  ]);
  const without = drawn(await recordColo(colo));
  const withHealth = drawn(await recordColo(exampleSettings("colo", health)));
  expect(withHealth.filter((line) => !without.includes(line) && !line.includes("-guard-confirm: "))).toEqual([
    "  colo-health: Health",
    "    colo-health-config: HostConfig",
    "      colo-health-config-converge: Command after colo-dns64-config-converge, colo-firewall-config-converge, colo-host-base-converge, colo-nat64-config-converge, colo-prefix-config-converge",
  ]);
});

test("hosts that tell how they are have a part that does it, and a colo that watches them another one", async () => {
  expect(await addedBy({ "metrics.enabled": true })).toEqual([
    "  home-metrics: Metrics",
    "    home-metrics-config: HostConfig",
    "      home-metrics-config-converge: Command after home-firewall-config-converge, home-host-base-converge",
  ]);
  const without = drawn(await recordColo(colo));
  const watching = drawn(
    await recordColo(exampleSettings("colo", { "metrics.enabled": true, "monitoring.enabled": true })),
  );
  expect(watching.filter((line) => !without.includes(line) && !line.includes("-guard-confirm: "))).toEqual([
    "  colo-metrics: Metrics",
    "    colo-metrics-config: HostConfig",
    "      colo-metrics-config-converge: Command after colo-firewall-config-converge, colo-host-base-converge",
    "  colo-monitoring: Monitoring",
    "    colo-monitoring-key: HostConfig",
    "      colo-monitoring-key-converge: Command after colo-host-base-converge, colo-metrics-config-converge",
    "    colo-monitoring-config: HostConfig",
    "      colo-monitoring-config-converge: Command after colo-host-base-converge, colo-metrics-config-converge, colo-monitoring-key-converge",
  ]);
});

test("these trees have every component", async () => {
  const withKey = exampleSettings("colo", {
    "drift.readOnlyKey": true,
    "metrics.enabled": true,
    "monitoring.enabled": true,
    ...withNames.colo,
  });
  const all = exampleSettings("home", {
    ...withNames.home,
    ...boot,
    ...ipv4,
    ...delegation,
    ...uplinks,
    ...status,
    "upgrades.enabled": true,
    "lan.hosts": [...delegation["lan.hosts"], ...withNames.home["lan.hosts"]],
  });
  const trees = [...drawn(await recordColo(withKey)), ...drawn(await recordHome(all, withKey))];
  const types = new Set(trees.map((line) => /: (\w+)/.exec(line)?.[1] ?? ""));
  expect(treeComponents.filter((name) => !types.has(name))).toEqual([]);
});
