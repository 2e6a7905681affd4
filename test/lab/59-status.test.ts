import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe as describeLab } from "../../lab/lab";
import { writeSettings } from "../../lab/stacks";
import type { Place } from "../../lab/topology";
import { inBrowser, installBrowser } from "./browser";
import { devices, lan } from "./segments";
import { closeEngine, pulumiUp, sh, trySh, until } from "./support";

const address = "2001:db8:beef:100::1";
const url = "http://gateway.home.arpa/";
const picture = join(__dirname, "..", "..", "docs", "status.png");
const on = { "health.enabled": true, "status.enabled": true };

const set = async (settings: Record<string, unknown>) => {
  writeSettings("home", describeLab(), settings);
  await pulumiUp("home");
};
/** Code of HTTP, or 000 if nobody answers. */
const codeAt = async (place: Place, what: string, ...options: string[]) =>
  (
    await trySh(
      place,
      `curl -g -sS -o /dev/null -w '%{http_code}' --max-time 2 ${options.join(" ")} '${what}' 2>/dev/null`,
    )
  ).stdout;
const page = () => sh("laptop", `curl -sS --max-time 3 ${url}`);
const shows = (what: string, text: RegExp, withinSec = 15) =>
  until(what, withinSec, async () => text.test(await page()));

afterAll(closeEngine);

it("without the setting there is no page and no name", async () => {
  expect(await codeAt("laptop", `http://[${address}]/`)).toBe("000");
  expect((await sh("laptop", "dig +short gateway.home.arpa AAAA")).trim()).toBe("");
});

describe("with the setting", () => {
  // Which may have to come over a slow line.
  beforeAll(installBrowser, 1_200_000);
  beforeAll(async () => {
    await set(on);
    await until("all is well", 40, async () =>
      /All is well/.test((await trySh("laptop", `curl -sS --max-time 3 ${url}`)).stdout),
    );
  }, 180_000);

  it("machines of the LAN see what works, by which uplink, and who is there", async () => {
    await sh("phone", `ping -6 -c 1 -W 2 2001:db8:beef:101::1`);
    await shows("the phone is here", /<b>phone<\/b> <span>is here in lan/);
    const text = await page();
    expect(text).toMatch(/<b>Tunnel to the colo<\/b> <span>works since \d+ \w+ \d\d:\d\d<\/span>/);
    expect(text).toMatch(/<b>wan \(enp2s0\)<\/b> <span>the only one/);
    expect(text).toMatch(/<b>laptop<\/b> <span>(is here|quiet) in lan/);
    expect(text.length).toBeLessThan(32_768);
    expect(await codeAt("printer", `http://[${address}]/`)).toBe("200");
  });

  it("it listens at one address, and to its own names", async () => {
    expect((await sh("home", "ss -Hltn 'sport = :80' | awk '{ print $4 }'")).trim()).toBe(`[${address}]:80`);
    const codes = await Promise.all([
      codeAt("laptop", url),
      codeAt("laptop", url, "-H 'Host: rebound.example'"),
      codeAt("laptop", `${url}../etc/passwd`),
    ]);
    expect(codes).toEqual(["200", "403", "404"]);
  });

  it("shows a fault and its end, and is written only when something has changed", async () => {
    const guard = "/var/lib/ipv6-home/.guard";
    const written = () => sh("home", "stat -c '%i %Y' /run/ipv6-home-status/index.html");
    await sh("home", `mkdir ${guard} && echo 60 >${guard}/armed`);
    try {
      await shows("the fault", /One thing has failed\.[^]*a change waits for a new login to confirm it/);
    } finally {
      await sh("home", `rm -r ${guard}`);
    }
    await shows("its end", /All is well/);
    let same = 0;
    await until("the page stays as it is for two looks", 30, async () => {
      const before = await written();
      await new Promise((resolve) => setTimeout(resolve, 7000));
      same += (await written()) === before ? 1 : 0;
      return same > 0;
    });
  }, 80_000);

  it("says so when nobody looks after the gateway", async () => {
    // The folder and what is in it go with the service.
    await sh("home", "systemctl stop ipv6-home-health");
    await shows("nobody looks", /Nobody looks after the gateway now/);
    await sh("home", "systemctl start ipv6-home-health");
    await shows("somebody looks", /All is well/, 30);
  }, 60_000);

  it("lets no name in as HTML", async () => {
    const leases = "/var/lib/ipv6-home-dnsmasq/leases";
    await sh(
      "home",
      `cp ${leases} /tmp/leases && echo '4102444800 7 2001:db8:beef:101::777 <script>alert(1)</script> 00:01' >>${leases}`,
    );
    try {
      await shows("its name, as text", /<b>&#60;script&#62;alert\(1\)&#60;\/script&#62;<\/b>/);
      expect(await page()).not.toMatch(/<script/i);
    } finally {
      await sh("home", `cat /tmp/leases >${leases}; rm /tmp/leases`);
    }
    await until("it is gone", 15, async () => !(await page()).includes("script&#62;"));
  }, 45_000);

  it("a phone shows it whole, without scripts and without asking anybody else", async () => {
    await inBrowser("laptop", async (browser) => {
      for (const [width, height, dark] of [
        [360, 640, true],
        [390, 844, false],
      ] as const) {
        await browser.resize(width, height, dark);
        await browser.open(url);
        expect(await browser.evaluate("document.documentElement.scrollWidth")).toBe(width);
      }
      expect(await browser.evaluate("document.querySelector('.banner').textContent")).toBe("All is well.");
      expect(await browser.evaluate("document.scripts.length")).toBe(0);
      expect(browser.seen.complaints).toEqual([]);
      expect([...new Set(browser.seen.requests.filter((each) => !each.startsWith("data:")))]).toEqual([url]);
      const png = await browser.screenshot();
      if (process.env["UPDATE_GOLDEN"] !== undefined) writeFileSync(picture, png);
      // Width and height: the first two numbers of a PNG (RFC 2083, section 4.1.1).
      expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([390, 844]);
      const kept = readFileSync(picture);
      expect(kept.subarray(16, 24)).toEqual(png.subarray(16, 24));
      expect(kept.length).toBeLessThan(150_000);
    });
  }, 90_000);

  it("nobody outside and no guest sees it", async () => {
    expect(await codeAt("attacker", `http://[${address}]/`)).toBe("000");
    expect((await trySh("colo", `timeout 3 bash -c 'exec 3<>/dev/tcp/${address}/80'`)).code).not.toBe(0);
    await set({ ...on, "lan.segments": [lan, { ...devices, mode: "guest" }] });
    await until("the laptop sees it", 15, async () => (await codeAt("laptop", url)) === "200");
    expect(await codeAt("printer", `http://[${address}]/`)).toBe("000");
    expect(await codeAt("printer", "http://[2001:db8:beef:102::1]/")).toBe("000");
  }, 120_000);

  it("leaves nothing when it goes", async () => {
    await set({});
    const traces =
      "ls -d /usr/local/lib/ipv6-home-status /run/ipv6-home-status /etc/ipv6-home/status*.conf 2>/dev/null || true";
    expect(await sh("home", traces)).toBe("");
    expect(await codeAt("laptop", `http://[${address}]/`)).toBe("000");
    expect((await sh("home", "ss -Hltn 'sport = :80'")).trim()).toBe("");
  }, 120_000);
});
