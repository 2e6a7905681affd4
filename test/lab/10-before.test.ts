import { connectivityChecks, runCheck } from "../../lab/checks";
import { describe as describeLab, down, up } from "../../lab/lab";
import { keepSnapshot, takeSnapshot } from "../../lab/snapshot";
import { hostNames } from "../../lab/topology";
import { forgetStacks, prepareStacks, writeSettings } from "../../lab/stacks";
import { closeEngine, logins, pulumi, sh, theEngine, trySh } from "./support";

// Later files find the lab as this one leaves it: fresh hosts, stacks without resources.
beforeAll(async () => {
  await down();
  forgetStacks();
  const lab = await up();
  // With what is left behind in the end, nothing but this is compared.
  for (const host of hostNames) keepSnapshot(host, await takeSnapshot(host));
  await prepareStacks(await theEngine(), lab);
}, 1_200_000);
afterAll(closeEngine);

describe("before anything is converged", () => {
  it.each(connectivityChecks.map((check) => [check.name, check] as const))(
    "does not work: %s",
    async (_, check) => {
      expect((await runCheck(check)).ok).toBe(false);
    },
  );

  it("the colo has no translator, no resolver, no tunnel and no table of ours", async () => {
    const { stdout } = await trySh(
      "colo",
      "ip -o link; ss -Hlnu 'sport = :53'; command -v nft tayga named wg; ls -d /etc/ipv6-home /var/lib/ipv6-home",
    );
    expect(stdout).not.toMatch(/nat64|vpn|:53|tayga|named|\/nft|\/wg|ipv6-home/);
  });

  it("a home without a colo fails with a sentence, before any host is touched", async () => {
    const { code, stdout, stderr } = await pulumi("home", "up", "--yes", "--skip-preview");
    expect(code).not.toBe(0);
    expect(stdout + stderr).toContain(
      'stack organization/ipv6-home/colo has no output "facts": run pulumi up for it first, or set colo.stack to the stack that built the colo',
    );
    expect(stdout + stderr).not.toContain("    at ");
  });
});

describe("a host that is not ready is left alone, and every complaint is a sentence", () => {
  const refused = async (settings: Record<string, unknown>): Promise<string> => {
    writeSettings("colo", describeLab(), settings);
    const { code, stdout, stderr } = await pulumi("colo", "up", "--yes", "--skip-preview");
    writeSettings("colo", describeLab());
    expect(code).not.toBe(0);
    const { stdout: left } = await trySh(
      "colo",
      "ls -d /etc/ipv6-home /usr/local/lib/ipv6-home; command -v nft",
    );
    expect(left).toBe("");
    return stdout + stderr;
  };

  it("an interface that does not exist", async () => {
    expect(await refused({ "wan.interface": "eth7" })).toMatch(
      /host: there is no interface eth7; there are .*ens3.*; mend wan\.interface in the settings/,
    );
  });

  it("a port that somebody else holds", async () => {
    await sh(
      "colo",
      "printf '[Socket]\\nListenDatagram=53\\n' >/run/systemd/system/holder.socket; printf '[Service]\\nExecStart=/bin/true\\n' >/run/systemd/system/holder.service; systemctl daemon-reload; systemctl start holder.socket",
    );
    expect(await refused({})).toMatch(
      /host: udp port 53 is taken on all addresses by .*; stop it or bind it to single addresses/,
    );
    await sh(
      "colo",
      "systemctl stop holder.socket; rm /run/systemd/system/holder.*; systemctl daemon-reload",
    );
  }, 60_000);

  it("a wrong release and no way to a tunnel", async () => {
    await sh(
      "colo",
      "cp -a /etc/os-release /root/os-release; rm /etc/os-release; printf 'ID=debian\\nVERSION_ID=11\\n' >/etc/os-release; touch /run/no-tun; mount --bind /run/no-tun /dev/net/tun",
    );
    // A kernel of its own has loaded the module, and would again.
    const modules = "find /usr/lib/modules -type d -path '*/drivers/net/wireguard' 2>/dev/null";
    await sh(
      "colo",
      `for modules in $(${modules}); do rmmod wireguard; mount -t tmpfs none "$modules"; done`,
    );
    const said = await refused({});
    await sh("colo", "rm /etc/os-release; mv /root/os-release /etc/os-release; umount /dev/net/tun");
    await sh("colo", `for modules in $(${modules}); do umount "$modules"; done`);
    expect(said).toContain("host: the host runs debian 11; allowed is Debian 12 13; install one of these");
    expect(said).toContain(
      "host: the kernel has neither WireGuard nor /dev/net/tun for wireguard-go; load one of the modules wireguard, tun",
    );
  });

  it("another host key than the pinned one", async () => {
    const before = await logins("colo");
    const { hostKey } = describeLab().hosts.home;
    expect(await refused({ "ssh.hostKey": hostKey })).toMatch(
      /host key|knownhosts|key mismatch|handshake failed/i,
    );
    expect(await logins("colo")).toBe(before);
  }, 120_000);
});
