import { exec, resetHost } from "../../lab/lab";
import type { HostName } from "../../lab/topology";
import { closeEngine, mustDestroy, pulumi, pulumiUp, sh, trySh, until } from "./support";

afterAll(closeEngine);

/** Everything of a host that a run could have changed, as text to compare. */
async function stateOf(host: HostName): Promise<Record<string, string>> {
  const lines = async (line: string) => (await exec(host, ["sh", "-c", line], { timeoutSec: 60 })).stdout;
  return {
    packages: await lines("dpkg-query -W -f '${Package} ${db:Status-Abbrev}\\n'"),
    files: await lines(
      // Users and groups that packages made stay, as Debian wants it; their files and caches of ld and apt change too.
      "find /etc /usr/local -xdev -not -path '/etc/ssl/*' \\( -type f -o -type l \\) | grep -vE '^/etc/((passwd|shadow|group|gshadow|subuid|subgid)-?|ld.so.cache|mtab|.*/\\.placeholder)$' | sort | xargs -d '\\n' sha256sum 2>/dev/null; true",
    ),
    ours: await lines(
      "ls -d /etc/ipv6-home /var/lib/ipv6-home /usr/local/lib/ipv6-home /run/ipv6-home/* 2>/dev/null; true",
    ),
    units: await lines(
      "systemctl list-unit-files --state=enabled,masked --no-legend | awk '{ print $1, $2 }' | sort",
    ),
    running: await lines(
      "systemctl list-units --type=service --state=running --no-legend --plain | awk '{ print $1 }' | grep -v '^user\\|^systemd-hostnamed' | sort",
    ),
    links: await lines("ls /sys/class/net"),
    addresses: await lines("ip -o address show scope global | awk '{ print $2, $3, $4 }' | sort"),
    routes: await lines(
      "ip -6 route show table all | sed 's/ expires.*//' | sort; ip route show table all | sort; ip rule; ip -6 rule",
    ),
    sysctls: await lines(
      "sysctl -a 2>/dev/null | grep -E '^net\\.ipv[46]\\.(conf|ip_forward)' | grep -E 'forwarding|accept_ra |rp_filter' | grep -v 'conf\\.\\(sit\\|ip6\\|gre\\|erspan\\|tunl\\)' | sort",
    ),
  };
}

describe("pulumi destroy", () => {
  it("refuses to take the colo away from under a site", async () => {
    const { code, stdout, stderr } = await pulumi("colo", "destroy", "--yes", "--skip-preview");
    expect(code).not.toBe(0);
    expect(stdout + stderr).toMatch(
      /site-vpn1-\d.* still uses this host; run 'pulumi destroy' for that home's stack first/,
    );
    expect((await trySh("laptop", "ping -6 -c 1 -W 2 64:ff9b::b00:302")).code).toBe(0);
    await pulumiUp("colo");
  }, 120_000);

  it("brings both hosts back to how they were found, ways in intact", async () => {
    await mustDestroy("home");
    await mustDestroy("colo");
    const after = { colo: await stateOf("colo"), home: await stateOf("home") };
    for (const host of ["colo", "home"] as const) {
      await resetHost(host);
      // Right after the boot, addresses are still being looked for duplicates.
      await until("addresses are settled", 20, async () => {
        const links = await sh(
          host,
          "ip -6 -o address show tentative; ip -6 -o address show dev mgmt0 scope link",
        );
        return /fe80/.test(links) && !links.includes("tentative");
      });
      expect(after[host]).toEqual(await stateOf(host));
    }
    expect(await sh("colo", "systemctl is-active ssh")).toBe("active\n");
  }, 300_000);
});
