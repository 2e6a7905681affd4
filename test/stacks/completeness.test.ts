import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { projectFolder } from "../support/settings";
import { treeComponents } from "../support/stacks";

/** The golden file that shows what each maker of a bundle makes. */
const goldenOf: Readonly<Record<string, string>> = {
  alertsKeyBundle: "colo-variant/colo/etc/ipv6-home/alerts/alertmanager.yml",
  authoritativeBundle: "colo-variant/colo/etc/bind/ipv6-home-authoritative.conf",
  bootBundle: "home-variant/home/etc/ipv6-home/boot.conf",
  clatBundle: "home-variant/home/etc/ipv6-home/clat.conf",
  coloFirewallBundle: "colo/colo/etc/ipv6-home/firewall.nft",
  coloHealthBundle: "colo-variant/colo/etc/ipv6-home/health.conf",
  coloMetricsBundle: "colo-variant/colo/etc/ipv6-home/metrics.conf",
  coloPrefixBundle: "colo/colo/etc/systemd/system/ipv6-home-prefix.service",
  coloTunnelBundle: "home/colo/etc/systemd/system/ipv6-home-vpn1-0.service",
  delegationBundle: "home-variant/home/etc/kea/ipv6-home/kea-dhcp6.conf",
  dns64Bundle: "colo/colo/etc/bind/ipv6-home.conf",
  driftLoginBundle: "colo-variant/colo/root/.ssh/authorized_keys2",
  firewallBundle: "home/home/etc/systemd/system/ipv6-home-firewall.service",
  homeFirewallBundle: "home/home/etc/ipv6-home/firewall.nft",
  homeHealthBundle: "home-variant/home/etc/ipv6-home/health.conf",
  homeMetricsBundle: "home-variant/home/etc/ipv6-home/metrics.conf",
  homePrefixBundle: "home/home/etc/systemd/system/ipv6-home-prefix.service",
  homeTunnelBundle: "home/home/etc/systemd/system/ipv6-home-vpn0.service",
  hostBundle: "home/home/host.bundle",
  joolBundle: "colo-jool/colo/etc/ipv6-home/jool.json",
  keyBundle: "home/home/etc/ipv6-home/keys/vpn0/private.key",
  lanBundle: "home/home/etc/ipv6-home/dnsmasq.conf",
  monitoringBundle: "colo-variant/colo/etc/ipv6-home/monitoring/prometheus.yml",
  namesBundle: "home-variant/home/etc/bind/ipv6-home-names.conf",
  namesKeyBundle: "home-variant/home/etc/bind/ipv6-home/keys/transfer.conf",
  nat64Bundle: "colo/colo/etc/ipv6-home/tayga.conf",
  siteNamesBundle: "home-variant/colo/etc/bind/ipv6-home/sites/site7.conf",
  statusBundle: "home-variant/home/etc/ipv6-home/status.conf",
  upgradesBundle: "home-variant/home/etc/systemd/system/ipv6-home-upgrades.timer",
  uplinksBundle: "home-variant/home/etc/systemd/system/ipv6-home-uplinks.service",
  siteNamesKeyBundle: "home-variant/colo/etc/bind/ipv6-home/keys/site7.conf",
};

/** Modules that make no bundle of their own: building blocks, each with a test of its name beside this folder. */
const blocks = [
  "alert-rules",
  "allowed-names",
  "boot-options",
  "bundle",
  "dhcp4",
  "lan-hosts",
  "lan-links",
  "live",
  "mode-firewall",
  "nftables",
  "programs",
  "ra-watch",
  "radvd",
  "sysctl",
  "tags",
  "translation-firewall",
  "tunnel-unit",
  "unit",
  "zone",
];

const modules = readdirSync(join(projectFolder, "render")).map((file) => file.replace(/\.ts$/, ""));

const makersOf = async (module: string) =>
  Object.entries((await import(join(projectFolder, "render", module))) as Record<string, unknown>)
    .filter(([name, value]) => typeof value === "function" && /^(?!render).*Bundle$/.test(name))
    .map(([name]) => name);

test("every maker of a bundle has a golden file", async () => {
  const makers = (await Promise.all(modules.map(makersOf))).flat();
  expect(makers.sort()).toEqual(Object.keys(goldenOf).sort());
  for (const path of Object.values(goldenOf)) {
    expect([path, existsSync(join(projectFolder, "test/golden", path))]).toEqual([path, true]);
  }
});

test.each(modules)("render/%s is shown by a golden file or a test of its own", async (module) => {
  const own = existsSync(join(projectFolder, "test/render", `${module}.test.ts`));
  expect([(await makersOf(module)).length > 0, own]).toEqual(
    blocks.includes(module) ? [false, true] : [true, false],
  );
});

test("every component is one that the trees of tree.test.ts have", async () => {
  const files = readdirSync(join(projectFolder, "components"));
  const classes = await Promise.all(
    files.map(async (file) =>
      Object.keys((await import(join(projectFolder, "components", file))) as object).filter((name) =>
        /^[A-Z]/.test(name),
      ),
    ),
  );
  // HostComponent is what those of one bundle have in common, and no component itself.
  expect(classes.flat().sort()).toEqual([...treeComponents, "HostComponent"].sort());
});
