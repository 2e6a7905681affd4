import { rmSync, writeFileSync } from "node:fs";
import {
  colo4,
  colo6,
  counted,
  dig,
  digAt,
  forward,
  gateway,
  phone,
  phoneAddress,
  phoneName,
  printer,
  printerAddress,
  resolve,
  serialAtColo,
  setColo,
  setHome,
  shows,
  statusOf,
} from "./names";
import { closeEngine, pulumi, pulumiObserving, pulumiUp, sh, trySh, until } from "./support";

afterAll(closeEngine);

describe("without a public zone", () => {
  it("nobody answers at the colo, and names of the home do not resolve", async () => {
    setColo(false);
    await setHome();
    for (const server of [colo4, colo6])
      for (const kind of ["+notcp", "+tcp"])
        expect(await dig("attacker", kind, `@${server}`, phoneName, "AAAA")).not.toContain("status:");
    // Nobody answers the resolver, so it may not have one in time.
    expect(await statusOf(phoneName, "AAAA")).not.toMatch(/NOERROR|NXDOMAIN/);
    // The question itself is a good one.
    expect(await resolve("attacker", "web6.lab.example", "AAAA")).toEqual(["2001:db8:6::2"]);
  }, 60_000);

  it("a home may have none while its colo answers for none, and nobody logs in to find out", async () => {
    await setHome([phone, printer]);
    const made = await counted(async () => {
      const { code, stdout, stderr } = await pulumi("home", "up", "--yes", "--skip-preview");
      expect(code).not.toBe(0);
      expect(stdout + stderr).toContain(
        'dns.publicZone: given "home.example"; allowed is a public zone only with a colo that answers for it; set dns.authoritative to true',
      );
    });
    expect(made).toEqual({ home: 0, colo: 0 });
  });
});

describe("a public zone", () => {
  beforeAll(async () => {
    setColo(true);
    await pulumiUp("colo");
    const made = await counted(() => pulumiUp("home"));
    // Two at either end for keys and zones, and one to confirm; at home the host, the firewall and the LAN as well.
    expect(made).toEqual({ home: 6, colo: 3 });
    await shows("the zone has come to the colo", [phoneAddress], phoneName, "AAAA");
  }, 180_000);

  it("resolves from the internet, forward and reverse", async () => {
    for (const place of ["web6", "attacker"] as const) {
      expect(await resolve(place, phoneName, "AAAA")).toEqual([phoneAddress]);
      expect(await resolve(place, "-x", phoneAddress)).toEqual([`${phoneName}.`]);
    }
    for (const [server, kind] of [
      [colo4, "+tcp"],
      [colo4, "+notcp"],
      [colo6, "+tcp"],
      [colo6, "+notcp"],
    ] as const)
      expect(await dig("attacker", kind, `@${server}`, phoneName, "AAAA")).toMatch(/flags:[^;]* aa[ ;]/);
  }, 30_000);

  it("tells nobody of machines that are not public, nor of leased ones", async () => {
    const laptop = "2001:db8:beef:101:0:ff:fe00:101";
    for (const name of ["printer", "laptop"])
      expect(await statusOf(`${name}.${forward}`, "AAAA")).toBe("NXDOMAIN");
    for (const address of [printerAddress, laptop]) expect(await statusOf("-x", address)).toBe("NXDOMAIN");
    // At home the very same machine has its name.
    expect(await dig("phone", "+short", "@2001:db8:beef:101::1", "printer.home.arpa", "AAAA")).toContain(
      printerAddress,
    );
  });

  it("is all that the colo answers for: it asks nobody, and its resolver is as it was", async () => {
    expect(await dig("attacker", `@${colo6}`, "web6.lab.example", "AAAA")).toContain("status: REFUSED");
    expect(await dig("attacker", "@2001:db8:beef::53", "web6.lab.example", "AAAA")).not.toContain("status:");
    expect(await dig("laptop", "+short", "@2001:db8:beef::53", "web4.lab.example", "AAAA")).toBe(
      "64:ff9b::b00:302\n",
    );
    expect(await dig("laptop", "+short", "@2001:db8:beef::53", phoneName, "AAAA")).toBe(`${phoneAddress}\n`);
  });

  it("is handed over to the colo alone, and only with the key", async () => {
    const keyFile = "/tmp/ipv6-home-transfer.key";
    writeFileSync(keyFile, await sh("home", "cat /etc/bind/ipv6-home/keys/transfer.conf"), { mode: 0o600 });
    try {
      const axfr = [`@${gateway}`, forward, "AXFR"];
      const withKey = ["-k", keyFile, ...axfr];
      const byColo = ["-b", "fd00:cafe:f00d::1"];
      const silence = /timed out|no servers could be reached/;
      expect(await digAt("colo", ...byColo, ...withKey)).toMatch(/phone\.home\.example\.\s+300\s+IN\s+AAAA/);
      expect(await digAt("colo", ...byColo, ...axfr)).toContain("Transfer failed");
      expect(await dig("laptop", ...withKey)).toContain("Transfer failed");
      // The firewall lets nobody else ask from outside, not even the colo by another address.
      expect(await digAt("colo", "-b", colo6, ...withKey)).toMatch(silence);
      expect(await dig("attacker", ...withKey)).toMatch(silence);
      expect(await dig("attacker", "-k", keyFile, `@${colo6}`, forward, "AXFR")).toContain("Transfer failed");
    } finally {
      rmSync(keyFile);
    }
  }, 30_000);

  it("an unchanged run logs in at neither end", async () => {
    expect(await counted(() => pulumiUp("home"))).toEqual({ home: 0, colo: 0 });
  }, 60_000);

  it("shows a change of the list by NOTIFY, with serials that grow by themselves, also on the way back", async () => {
    const serials = [await serialAtColo()];
    const printerName = `printer.${forward}`;
    for (const isPublic of [true, false]) {
      await setHome([phone, { ...printer, public: isPublic }]);
      expect(await counted(() => pulumiUp("home"))).toEqual({ home: 1, colo: 0 });
      // Without NOTIFY it would take the 300 s of the SOA's refresh.
      await shows("the change has come to the colo", isPublic ? [printerAddress] : [], printerName, "AAAA");
      serials.push(await serialAtColo());
    }
    expect(serials).toEqual([...new Set(serials)].sort((a, b) => a - b));
    expect(serials.every((serial) => serial > 1_700_000_000)).toBe(true);
    expect(await sh("colo", "journalctl -u ipv6-home-authoritative -o cat")).toMatch(
      /received notify for zone 'home\.example'/,
    );
  }, 60_000);

  it("has a newer serial when the home has lost what it served, as after a reinstallation", async () => {
    const before = await serialAtColo();
    await sh(
      "home",
      "systemctl stop ipv6-home-names && rm -r /var/lib/bind/ipv6-home && systemctl start ipv6-home-names",
    );
    await until("the colo has the newer one", 15, async () => (await serialAtColo()) > before);
    await shows("and it says the same", [phoneAddress], phoneName, "AAAA");
  }, 60_000);

  it("is answered for while the home is offline, also by a colo that starts anew", async () => {
    const device = (await sh("home", "wg show interfaces")).trim();
    await sh("home", `systemctl stop ipv6-home-${device} ipv6-home-names`);
    try {
      await sh("colo", "systemctl restart ipv6-home-authoritative");
      expect((await trySh("attacker", `ping -6 -c 1 -W 1 ${gateway}`)).code).not.toBe(0);
      expect(await resolve("attacker", phoneName, "AAAA")).toEqual([phoneAddress]);
      expect(await resolve("attacker", "-x", phoneAddress)).toEqual([`${phoneName}.`]);
      const soa = (await dig("attacker", "+short", `@${colo6}`, forward, "SOA")).trim().split(" ");
      expect(Number(soa[5])).toBe(28 * 86_400);
    } finally {
      await sh("home", `systemctl start ipv6-home-${device} ipv6-home-names`);
    }
    await until(
      "the tunnel is back",
      15,
      async () => (await trySh("attacker", `ping -6 -c 1 -W 1 ${gateway}`)).code === 0,
    );
  }, 60_000);

  it("what somebody takes from the colo by hand shows as drift, and comes back", async () => {
    await sh("colo", "rm /etc/bind/ipv6-home/sites/site1.conf && systemctl reload ipv6-home-authoritative");
    await shows("the zone is gone", [], phoneName, "AAAA");
    const { stdout } = await pulumiObserving("home", "preview", "--diff");
    expect(stdout).toContain("- /etc/bind/ipv6-home/sites/site1.conf");
    expect((await pulumiObserving("home", "up", "--yes", "--skip-preview")).code).toBe(0);
    await shows("the zone is back", [phoneAddress], phoneName, "AAAA");
  }, 90_000);

  it("keeps the colo from giving up its part, by a sentence, and nothing is touched", async () => {
    setColo(false);
    const { code, stdout, stderr } = await pulumi("colo", "up", "--yes", "--skip-preview");
    setColo(true);
    expect(code).not.toBe(0);
    expect(stdout + stderr).toContain(
      "stack organization/ipv6-home/home has its public zone here, given is dns.authoritative false; empty dns.publicZone there and run 'pulumi up' for it first",
    );
    expect(await resolve("attacker", phoneName, "AAAA")).toEqual([phoneAddress]);
    await pulumiUp("colo");
  }, 60_000);
});
