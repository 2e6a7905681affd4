import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { projectFolder } from "../support/settings";

/** The page that assets/status/status-page.pl makes of what is known, by a clock in UTC. */
const pageOf = (lines: readonly string[]): string =>
  execFileSync("perl", [join(projectFolder, "assets/status/status-page.pl")], {
    input: lines.map((line) => `${line}\n`).join(""),
    encoding: "utf8",
    env: { ...process.env, TZ: "UTC" },
  });

const home = [
  "domain home.arpa",
  "segment lan enp1s0",
  "segment devices enp3s0",
  "uplink cable enp2s0",
  "uplink lte wwan0",
  "host phone lan 02:00:00:00:01:02 2001:db8:beef:101:0:ff:fe00:102",
  "host nas lan - 2001:db8:beef:101::42",
];
const checks = [
  "check unit-dnsmasq ok 1795000000 ipv6-home-dnsmasq.service runs.",
  "check unit-radvd failed 1795000090 ipv6-home-radvd.service does not run (inactive).",
  "check tunnel failed 1795000100 fd00:cafe:f00d::1 does not answer.",
  "check clock unknown 1795000000 not checked: no service here keeps the time.",
  "check ra-enp1s0 ok 1795000000 enp1s0 is advertised on.",
];
const machines = [
  "lease duid 00:01:00:01:30:d0:6c:5e:02:00:00:00:04:01",
  "lease 1795003600 2748 2001:db8:beef:101::1ff laptop 00:01",
  "lease 1795003600 02:00:00:00:03:01 172.31.2.100 printer 01:02",
  "lease 1795003600 7 2001:db8:beef:101::1fe * 00:02",
  "neighbour fe80::ff:fe00:102 dev enp1s0 lladdr 02:00:00:00:01:02 used 12/5/3 probes 1 STALE",
  "neighbour 2001:db8:beef:101::1ff dev enp1s0 lladdr 02:00:00:00:01:01 used 12/5000/3 probes 1 STALE",
  "neighbour 2001:db8:beef:101:0:ff:fe00:101 dev enp1s0 lladdr 02:00:00:00:01:01 used 12/6000/3 probes 1 STALE",
  "neighbour 2001:db8:beef:102::5 dev enp3s0 lladdr 02:00:00:00:03:01 ref 1 used 12/5/3 probes 1 REACHABLE",
  "neighbour fe80::9 dev enp3s0 lladdr 02:00:00:00:03:77 router used 12/5/3 probes 1 STALE",
  "neighbour fe80::a dev enp3s0 used 12/5/3 probes 6 FAILED",
  "neighbour fe80::8 dev enp2s0 lladdr 02:00:00:00:15:01 used 12/5/3 probes 1 STALE",
];
const all = [
  ...home,
  "health yes",
  ...checks,
  "active lte wwan0 1795000101 cable does not answer",
  ...machines,
  "now 1795000200",
];

test("the page as a whole (UPDATE_GOLDEN=1 rewrites it)", () => {
  const golden = join(__dirname, "page.html");
  const page = pageOf(all);
  if (process.env["UPDATE_GOLDEN"] === "1") writeFileSync(golden, page);
  expect(page).toBe(readFileSync(golden, "utf8"));
});

test("what is known decides the headline", () => {
  const headline = (...lines: string[]) => /<p class="banner \w+">(.*)<\/p>/.exec(pageOf(lines))?.[1];
  const [runs = "", silent = "", tunnel = ""] = checks;
  expect([
    headline("health yes"),
    headline("health yes", runs),
    headline("health yes", runs, tunnel),
    headline("health yes", silent, tunnel),
    headline("health no", runs),
    headline(),
  ]).toEqual([
    "Nothing has been looked at yet.",
    "All is well.",
    "One thing has failed.",
    "2 things have failed.",
    "Nobody looks after the gateway now: what is below may be old.",
    "Nobody looks after the gateway now: what is below may be old.",
  ]);
});

test("what could not be looked at is not known, and the page says so and why", () => {
  const page = pageOf([
    ...home,
    "health yes",
    "missing check /run/state: Permission denied",
    "missing active /run/active: Input/output error",
    "missing lease /var/leases: Permission denied",
    "missing neighbour ip ended with 1",
  ]);
  expect(page).toContain('<p class="banner unknown">What works is not known now.</p>');
  for (const [what, why] of [
    ["What health says", "/run/state: Permission denied"],
    ["cable (enp2s0)", "/run/active: Input/output error"],
    ["lte (wwan0)", "/run/active: Input/output error"],
    ["Names of machines", "/var/leases: Permission denied"],
    ["Who is here", "ip ended with 1"],
  ] as const)
    expect(page).toContain(`<li class="unknown"><b>${what}</b> <span>not known</span><p>${why}</p>`);
  // Nobody has been heard, and nobody has listened.
  expect(page).toContain("<b>phone</b> <span>not known in lan</span>");
  expect(page).not.toMatch(/<span>(quiet|waits)/);
});

test("an uplink does not wait while nobody says which is used", () => {
  expect(pageOf(home)).toContain("<b>lte (wwan0)</b> <span>not known</span><p>nobody says which is used</p>");
  expect(pageOf(all)).toContain("<b>cable (enp2s0)</b> <span>waits</span>");
});

test("each machine is there once, by its name if it has one", () => {
  const names = [...pageOf(all).matchAll(/<b>([^<]*)<\/b> <span>(is here|quiet) in (\w+)/g)];
  expect(names.map(([, ...words]) => words.join(" "))).toEqual([
    "laptop quiet lan",
    "nas quiet lan",
    "phone is here lan",
    "printer is here devices",
    "without a name is here devices",
  ]);
});

const tags = (page: string) =>
  [...page.matchAll(/<\/?([a-z0-9!]+)/gi)].map(([, name]) => name?.toLowerCase());

test("nothing that anybody says gets in as HTML, in whatever place", () => {
  const evil = `"><script>alert('1')</script><img/src=x&onerror=y>`;
  const known = new Set(tags(pageOf(all)));
  const lines = all.filter((line) => !line.startsWith("now"));
  const damaged = (index: number) =>
    lines.map((line) => {
      const words = line.split(" ");
      return index < words.length ? words.with(index, evil).join(" ") : line;
    });
  const longest = Math.max(...lines.map((line) => line.split(" ").length));
  const ways = Array.from({ length: longest - 1 }, (_, index) => damaged(index + 1));
  for (const given of [...ways, ...ways.map((each) => [...lines, ...each]), ["now " + evil]]) {
    const page = pageOf(given);
    expect(page).not.toMatch(/<script|<img|onerror=y>/i);
    expect([...new Set(tags(page))].filter((tag) => !known.has(tag))).toEqual([]);
  }
  const page = pageOf([...all, `lease 1 7 2001:db8:beef:101::777 ${evil} 00:03`]);
  expect(page).toContain("<b>&#34;&#62;&#60;script&#62;alert(&#39;1&#39;)&#60;/script&#62;");
}, 60_000);

test("bytes that are no ASCII, and control characters, are none of the page's", () => {
  const page = pageOf([...home, "lease 1 7 2001:db8:beef:101::7 caf\u00e9\u202e\u0007 00:03"]);
  expect(page).toMatch(/^[\n\x20-\x7e]*$/);
  expect(page).toContain("<b>caf");
});

test("a page has an end, however many machines and words there are", () => {
  const many = Array.from({ length: 5000 }, (_, index) => {
    const mac = `02:00:00:01:${(index >> 8).toString(16).padStart(2, "0")}:${(index & 255).toString(16).padStart(2, "0")}`;
    return `neighbour fe80::${index.toString(16)} dev enp1s0 lladdr ${mac} used 1/1/1 probes 1 STALE`;
  });
  const page = pageOf([...all, ...many, `check disk failed 1795000000 ${"&".repeat(100_000)}`]);
  expect(page.length).toBeLessThan(64_000);
  expect(page).toMatch(/<b>and \d+ more<\/b>/);
});

test("nothing on the page leads elsewhere, and nothing on it runs", () => {
  const page = pageOf(all);
  expect(page).not.toMatch(/https?:|<script|<link rel="stylesheet|\ssrc=|\son\w+=|@import|url\(/i);
  expect(page).toContain(`content="default-src 'none';`);
});
