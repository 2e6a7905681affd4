import { readDescription } from "../../lab/description";
import { writeSettings, type StackName } from "../../lab/stacks";
import { closeEngine, logins, pulumi, pulumiUp, sh, trySh, until } from "./support";

afterAll(closeEngine);

const set = (stack: StackName, settings: Record<string, unknown>) => {
  const lab = readDescription();
  if (lab === undefined) throw new Error("the lab is down");
  writeSettings(stack, lab, settings);
};

describe("a change", () => {
  it.each(["colo", "home"] as const)("a no-op up of %s makes no login and changes nothing", async (stack) => {
    const before = (await logins("colo")) + (await logins("home"));
    const { stdout } = await pulumiUp(stack);
    expect(stdout).toMatch(/\d+ unchanged/);
    expect(stdout).not.toMatch(/created|updated|deleted/);
    expect((await logins("colo")) + (await logins("home"))).toBe(before);
  });

  it("of the firewall is a readable diff in the preview, one login and one to confirm it, and no restart of anything else", async () => {
    const started = () =>
      sh(
        "home",
        "systemctl show -P ActiveEnterTimestampMonotonic ipv6-home-vpn0 ipv6-home-dnsmasq ipv6-home-firewall",
      );
    const units = await started();
    set("home", {
      "lan.pinholes": [
        { name: "phone-web", segment: "lan", host: "::ff:fe00:102", protocol: "tcp", port: 8080 },
      ],
    });
    const before = { colo: await logins("colo"), home: await logins("home") };
    const { stdout } = await pulumi("home", "preview", "--diff");
    expect(stdout).toMatch(/\+\s+2001:db8:beef:101:0:ff:fe00:102 \. tcp \. 8080 comment "phone-web",/);
    expect(stdout).toMatch(/-\s+2001:db8:beef:101:0:ff:fe00:101 \. tcp \. 22 comment "laptop-ssh",/);
    await pulumiUp("home");
    expect((await logins("home")) - before.home).toBe(2);
    expect((await logins("colo")) - before.colo).toBe(0);
    expect(await sh("home", "nft list set inet ipv6_home pinholes")).toContain(
      'tcp . 8080 comment "phone-web"',
    );
    expect(await started()).toBe(units);
    set("home", {});
    await pulumiUp("home");
    expect(await sh("home", "nft list set inet ipv6_home pinholes")).not.toContain("8080");
  }, 60_000);

  it("of what can cut nobody off is one login", async () => {
    set("home", { "lan.domain": "other.example" });
    const before = { colo: await logins("colo"), home: await logins("home") };
    await pulumiUp("home");
    expect((await logins("home")) - before.home).toBe(1);
    expect((await logins("colo")) - before.colo).toBe(0);
    expect(await sh("home", "cat /etc/ipv6-home/dnsmasq.conf")).toContain("other.example");
    expect(await sh("home", "ls -A /var/lib/ipv6-home")).not.toContain(".guard");
    set("home", {});
    await pulumiUp("home");
  }, 60_000);

  it("a segment that goes takes its address, its route and its advertisements along", async () => {
    set("home", { "lan.segments": [{ name: "lan", subnet: 1, interface: "enp1s0" }], "lan.pinholes": [] });
    await pulumiUp("home");
    expect(await sh("home", "ip -6 -o address show dev enp3s0 scope global")).toBe("");
    expect(await sh("home", "ip -6 route show table vpn")).not.toContain("enp3s0");
    set("home", {});
    await pulumiUp("home");
    await until(
      "the printer is back",
      30,
      async () => (await trySh("printer", "ping -6 -c 1 -W 1 2001:db8:6::2")).code === 0,
    );
  }, 90_000);

  it("settings with mistakes are refused with all sentences, before any login", async () => {
    set("home", { "site.number": 256, "wan.mtu": 1200, "lan.segmants": 1, "ssh.hostKey": "" });
    const before = (await logins("colo")) + (await logins("home"));
    const { code, stdout, stderr } = await pulumi("home", "up", "--yes", "--skip-preview");
    const said = stdout + stderr;
    expect(code).not.toBe(0);
    for (const part of [
      "site.number: given",
      "wan.mtu: given",
      "did you mean lan.segments?",
      "ssh.hostKey: given nothing",
    ]) {
      expect(said).toContain(part);
    }
    expect(said).not.toMatch(/^ +at /m);
    expect((await logins("colo")) + (await logins("home"))).toBe(before);
    set("home", {});
  });

  it("a firewall that would lock the operator out is refused before anything is touched", async () => {
    const ruleset = await sh("home", "sha256sum /etc/ipv6-home/firewall.nft");
    set("home", { "ssh.managementPrefixes": ["203.0.113.0/24", "2001:db8:feed::/48"] });
    const { code, stdout, stderr } = await pulumi("home", "up", "--yes", "--skip-preview");
    set("home", {});
    expect(code).not.toBe(0);
    expect(stdout + stderr).toMatch(
      /firewall: you are logged in from fd00:1ab::1, which is in none of 203\.0\.113\.0\/24 2001:db8:feed::\/48; this run would lock you out/,
    );
    expect(await sh("home", "sha256sum /etc/ipv6-home/firewall.nft")).toBe(ruleset);
    await pulumiUp("home");
  });

  it("a second home with the same site number is refused", async () => {
    const bundle = "ipv6-home bundle 1\\nrequire owner site-vpn1 organization/ipv6-home/cabin\\n";
    const { code, stderr } = await trySh(
      "colo",
      `printf '${bundle}' | /usr/local/lib/ipv6-home/converge apply site-vpn1-1-key 2`,
    );
    expect(code).toBe(1);
    expect(stderr).toContain(
      "this site is registered by stack organization/ipv6-home/home already, given is organization/ipv6-home/cabin; choose another site.number",
    );
    expect((await trySh("colo", "ls /var/lib/ipv6-home/site-vpn1-1-key")).code).not.toBe(0);
  });

  it("a resource that is replaced as it stands does not undo itself", async () => {
    const urn = (await pulumi("home", "stack", "--show-urns")).stdout.match(
      /urn:\S+::home-lan-config-converge/,
    )?.[0];
    expect(urn).toBeDefined();
    await pulumiUp("home", "--replace", urn ?? "");
    expect(await sh("home", "systemctl is-active ipv6-home-dnsmasq ipv6-home-lan")).toBe("active\nactive\n");
  });

  it("what the real program refuses changes nothing on the host", async () => {
    const path = "/etc/ipv6-home/dnsmasq.conf";
    const before = await sh(
      "home",
      `sha256sum ${path}; systemctl show -P ActiveEnterTimestampMonotonic ipv6-home-dnsmasq`,
    );
    const bundle = [
      "ipv6-home bundle 1",
      `check dnsmasq --test --conf-file={stage}${path}`,
      `file 0644 root:root ${path}`,
      "    no-such-option",
      "",
    ].join("\n");
    const { code, stderr } = await trySh(
      "home",
      `printf '%s' '${bundle}' | /usr/local/lib/ipv6-home/converge apply lan`,
    );
    expect(code).toBe(1);
    expect(stderr).toContain("bad option");
    expect(stderr).toContain("nothing was changed");
    expect(
      await sh(
        "home",
        `sha256sum ${path}; systemctl show -P ActiveEnterTimestampMonotonic ipv6-home-dnsmasq`,
      ),
    ).toBe(before);
  });
});

describe("a killed run", () => {
  it("at any moment of a convergence leaves what the next one completes", async () => {
    const bundle = (value: number) =>
      [
        "ipv6-home bundle 1",
        ...[1, 2, 3, 4].flatMap((n) => [`file 0644 root:root /etc/ipv6-home/killed/${n}`, `    ${value}`]),
        "",
      ].join("\n");
    for (let round = 0; round < 12; round++) {
      await trySh(
        "home",
        `printf '%s' '${bundle(round)}' | timeout -s KILL 0.0${(round % 9) + 1} /usr/local/lib/ipv6-home/converge apply killed`,
      );
      await sh("home", `printf '%s' '${bundle(round)}' | /usr/local/lib/ipv6-home/converge apply killed`);
      expect(await sh("home", "cat /etc/ipv6-home/killed/*; ls /etc/ipv6-home/killed /run/ipv6-home")).toBe(
        `${`${round}\n`.repeat(4)}/etc/ipv6-home/killed:\n1\n2\n3\n4\n\n/run/ipv6-home:\n`,
      );
    }
    await sh("home", "/usr/local/lib/ipv6-home/converge remove killed </dev/null");
    expect((await trySh("home", "ls /etc/ipv6-home/killed /var/lib/ipv6-home/killed")).stdout).toBe("");
  }, 60_000);
});
