import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe as describeLab } from "../../lab/lab";
import { run } from "../../lab/run";
import { projectFolder, stackEnvironment, writeSettings } from "../../lab/stacks";
import type { Place } from "../../lab/topology";
import { alertRules } from "../../render/alert-rules";
import { dashboardExpressions } from "../../tools/dashboard";
import { documentedMetrics } from "../support/metrics";
import { metricNames } from "../support/promql";
import { projectFolder as root } from "../support/settings";
import { inBrowser, installBrowser } from "./browser";
import { dashboardPage, type Dashboard, type Matrix } from "./dashboard/page";
import { closeEngine, pulumiUp, sh, trySh, until } from "./support";

afterAll(closeEngine);

const monitor = "fd00:cafe:f00d::9090";
const home = "fd00:cafe:f00d::2";
/** What is told where Jool translates; here it is Tayga. */
const ofJool = documentedMetrics("with Jool");
const ports = [9090, 9093, 9100];
/** How much the picture of the dashboard shows. */
const pictureSec = 120;

const set = async (metrics: Record<string, unknown>, monitoring: Record<string, unknown> = {}) => {
  writeSettings("colo", describeLab(), { ...metrics, ...monitoring });
  writeSettings("home", describeLab(), metrics);
  await Promise.all([pulumiUp("colo"), pulumiUp("home")]);
};

/** What Prometheus answers to a machine at home that may ask. */
async function ask<T>(path: string, parameters: Readonly<Record<string, string>> = {}): Promise<T> {
  const query = Object.entries(parameters).map(([key, value]) => `--data-urlencode '${key}=${value}'`);
  const text = await sh(
    "laptop",
    `curl -sS -g -G -m 5 ${query.join(" ")} 'http://[${monitor}]:9090/api/v1/${path}'`,
  );
  return (JSON.parse(text) as { readonly data: T }).data;
}

interface Vector {
  readonly result: readonly {
    readonly metric: Readonly<Record<string, string>>;
    readonly value: readonly [number, string];
  }[];
}
const values = async (query: string) => (await ask<Vector>("query", { query })).result;

interface Alert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}
const firing = async (): Promise<Alert[]> => {
  const { alerts } = await ask<{ alerts: (Alert & { state: string })[] }>("alerts");
  return alerts.filter(({ state }) => state === "firing");
};
const managed = async (): Promise<Alert[]> =>
  JSON.parse(await sh("laptop", `curl -sS -g -m 5 'http://[${monitor}]:9093/api/v2/alerts'`)) as Alert[];

/** Those of the ports that somebody reaches at some of the addresses, as ADDRESS PORT. */
async function reached(from: Place, addresses: readonly string[], at = ports): Promise<string[]> {
  const tries = addresses.flatMap((address) => at.map((port) => ({ address, port })));
  const codes = await Promise.all(
    tries.map(({ address, port }) => trySh(from, `timeout 2 bash -c '</dev/tcp/${address}/${port}'`)),
  );
  return tries.flatMap(({ address, port }, index) =>
    codes[index]?.code === 0 ? [`${address} ${port}`] : [],
  );
}
const listening = (host: "colo" | "home") =>
  sh(host, `ss -Hltn | awk '{ print $4 }' | grep -E ':(${[...ports, 9094].join("|")})$' | sort || true`);

/** What a look at a stack's hosts says. */
async function drift(stack: "colo" | "home"): Promise<{ readonly code: number; readonly said: string }> {
  const { code, stdout, stderr } = await run(
    ["node", join(root, "tools/run.mjs"), "tools/drift/cli.ts", stack, "--json"],
    {
      cwd: projectFolder,
      env: { ...process.env, ...stackEnvironment() },
      allowFailure: true,
      timeoutSec: 60,
    },
  );
  return { code, said: stdout + stderr };
}

const traces =
  "ls -d /etc/ipv6-home/metrics.conf /etc/ipv6-home/monitoring /etc/ipv6-home/alerts /etc/ipv6-home/targets/* /usr/local/lib/ipv6-home-metrics /run/ipv6-home-metrics /var/lib/ipv6-home-prometheus /var/lib/ipv6-home-alertmanager 2>/dev/null || true; ip -6 -o address show dev lo | grep -o 'fd00:cafe:[^/]*' || true";

test("nobody tells how the hosts are by default", async () => {
  expect([await listening("colo"), await listening("home")]).toEqual(["", ""]);
  expect([await sh("colo", traces), await sh("home", traces)]).toEqual(["", ""]);
  expect(await reached("laptop", [monitor, home])).toEqual([]);
});

describe("hosts that tell how they are, and a colo that watches them", () => {
  // Which may have to come over a slow line.
  beforeAll(installBrowser, 1_200_000);
  beforeAll(async () => {
    await set(
      { "health.enabled": true, "metrics.enabled": true },
      {
        "metrics.from": ["2001:db8:beef:101::/64"],
        "monitoring.enabled": true,
        "monitoring.intervalSec": 5,
      },
    );
    // There is something to lease and to translate.
    await sh("laptop", "ping -6 -c 1 -W 2 64:ff9b::b00:302");
  }, 240_000);

  it("Prometheus hears both hosts, and the Alertmanager", async () => {
    await until("all targets are heard", 30, async () => {
      const up = await values("up");
      return up.length === 3 && up.every(({ value: [, is] }) => is === "1");
    });
    const hosts = (await values('up{job="hosts"}')).map(({ metric }) => metric["instance"]);
    expect(hosts.sort()).toEqual(["colo", "site1"]);
  }, 45_000);

  it("they tell what docs/MONITORING.md names, and nothing more of this project", async () => {
    const documented = documentedMetrics();
    let names: string[] = [];
    const missing = () => documented.filter((name) => !names.includes(name) && !ofJool.includes(name));
    await until("all is told", 30, async () => {
      names = await ask<string[]>("label/__name__/values");
      return missing().length === 0;
    }).catch(() => undefined);
    expect(missing()).toEqual([]);
    expect(names.filter((name) => name.startsWith("ipv6_home_") && !documented.includes(name))).toEqual([]);
    expect((await values("node_textfile_scrape_error")).map(({ value: [, is] }) => is)).toEqual(["0", "0"]);
  }, 45_000);

  it("alerts and the dashboard ask for metrics that there are", async () => {
    const names = await ask<string[]>("label/__name__/values");
    const asked = [...alertRules.map(({ expression }) => expression), ...dashboardExpressions()];
    const there = [...names, ...ofJool];
    expect(asked.flatMap(metricNames).filter((name) => !there.includes(name))).toEqual([]);
    // Each has an answer, with every host in sight.
    const byTayga = dashboardExpressions().filter(
      (expression) => !metricNames(expression).some((name) => ofJool.includes(name)),
    );
    for (const expression of byTayga) {
      const query = expression.replaceAll("$instance", ".*").replaceAll("[5m]", "[1m]");
      await until(query, 20, async () => (await values(query)).length > 0);
    }
  }, 60_000);

  it("they tell the truth", async () => {
    const [value] = await values('ipv6_home_uplink_active{instance="site1",preferred="yes"}');
    expect(value?.value[1]).toBe("1");
    const down = (await values("ipv6_home_unit_active == 0")).map(({ metric }) => metric["unit"]);
    expect(down).toEqual([]);
    // The collector's next look at what Tayga has written, and Prometheus' next one at that.
    await until("the laptop is counted", 40, async () => {
      const [sources] = await values("ipv6_home_nat64_sources");
      return Number(sources?.value[1]) > 0;
    });
    const blocked = 'ipv6_home_firewall_packets_total{instance="colo",chain="input",rule="not asked for"}';
    const count = async () => Number((await values(blocked))[0]?.value[1]);
    const before = await count();
    await reached("attacker", ["11.0.1.2"], [9090]);
    await until("the firewall's drop is counted", 25, async () => (await count()) > before);
  }, 90_000);

  it("listen inside only, and answer nobody else", async () => {
    expect((await listening("colo")).split("\n").filter(Boolean)).toEqual(
      ports.map((port) => `[${monitor}]:${port}`),
    );
    expect(await listening("home")).toBe(`[${home}]:9100\n`);
    // The colo asks the home; the laptop may ask the colo, and nobody the home.
    expect(await reached("colo", [home])).toEqual([`${home} 9100`]);
    expect(await reached("laptop", [monitor, home])).toEqual(ports.map((port) => `${monitor} ${port}`));
    // A segment that metrics.from does not name.
    expect(await reached("printer", [monitor, home])).toEqual([]);
    const outside = ["2001:db8:c010::2", "11.0.1.2", "2001:db8:beef::53", "2001:db8:beef:100::1"];
    expect(await reached("attacker", outside)).toEqual([]);
    // The next machine on the colo's own link, which names the inside address all the same.
    await sh("internet", `ip -6 route add ${monitor}/127 via 2001:db8:c010::2 dev colo`);
    try {
      expect(await reached("internet", [monitor])).toEqual([]);
    } finally {
      await sh("internet", `ip -6 route del ${monitor}/127`);
    }
  }, 60_000);

  it("a translator that is dead is an alert, in Prometheus and in the Alertmanager, until it is back", async () => {
    await until("nothing is wrong", 40, async () => (await firing()).length === 0);
    await sh("colo", "systemctl stop ipv6-home-health ipv6-home-nat64");
    const tells = (unit: string) => (alert: Alert) =>
      alert.labels["alertname"] === "UnitDown" &&
      alert.labels["unit"] === unit &&
      alert.labels["instance"] === "colo";
    const isDown = tells("nat64");
    try {
      await until("it fires", 60, async () => (await firing()).some(isDown));
      await until("the Alertmanager knows", 20, async () => (await managed()).some(isDown));
      // So is what would have started it again.
      expect((await firing()).some(tells("health"))).toBe(true);
      const [alert] = (await managed()).filter(isDown);
      expect(alert?.annotations).toEqual({
        summary: "ipv6-home-nat64 does not run at colo.",
        runbook: "docs/RUNBOOK.md#alert-unitdown",
      });
    } finally {
      await sh("colo", "systemctl start ipv6-home-nat64 ipv6-home-health");
    }
    await until("it is over", 40, async () => !(await firing()).some(isDown));
  }, 180_000);

  it("the dashboard draws lines in every panel but that of Jool, as its picture in the docs shows", async () => {
    const picture = join(root, "docs", "dashboard.png");
    const dashboard = JSON.parse(readFileSync(join(root, "docs", "dashboard.json"), "utf8")) as Dashboard;
    const to = Math.floor(Date.now() / 1000);
    const from = to - pictureSec;
    const page = await dashboardPage(dashboard, [from, to], (expression) =>
      ask<Matrix>("query_range", {
        // Minutes of data are what there is.
        query: expression.replaceAll("$instance", ".*").replaceAll("[5m]", "[1m]"),
        start: String(from),
        end: String(to),
        step: "5",
      }),
    );
    const folder = mkdtempSync(join(tmpdir(), "lab-dashboard-"));
    const file = join(folder, "index.html");
    writeFileSync(file, page);
    try {
      await inBrowser("laptop", async (browser) => {
        await browser.resize(1200, 800);
        await browser.open(`file://${file}`);
        const empty = "[...document.querySelectorAll('section')].filter(each => !(each.dataset.drawn > 0))";
        const byJool = dashboard.panels.filter(({ targets }) =>
          targets.every(({ expr }) => metricNames(expr).some((name) => ofJool.includes(name))),
        );
        expect(await browser.evaluate(`${empty}.map(each => each.querySelector('h2').textContent)`)).toEqual(
          byJool.map(({ title }) => title),
        );
        expect(await browser.evaluate("document.querySelectorAll('section').length")).toBe(
          dashboard.panels.length,
        );
        expect(browser.seen.complaints).toEqual([]);
        await browser.resize(1200, Number(await browser.evaluate("document.documentElement.scrollHeight")));
        const png = await browser.screenshot();
        if (process.env["UPDATE_GOLDEN"] !== undefined) writeFileSync(picture, png);
      });
    } finally {
      rmSync(folder, { recursive: true });
    }
    // Width: the first number of a PNG (RFC 2083, section 4.1.1).
    expect(readFileSync(picture).readUInt32BE(16)).toBe(1200);
  }, 90_000);

  it.each(["colo", "home"] as const)(
    "there is no drift at the %s",
    async (stack) => {
      const { code, said } = await drift(stack);
      expect([code, code === 0 ? "" : said]).toEqual([0, ""]);
    },
    70_000,
  );

  it("who is told of alerts is in one file, and no look at the host shows it", async () => {
    const file = "/etc/ipv6-home/alerts/alertmanager.yml";
    expect(await sh("colo", `stat -c '%a %U' ${file}; ls /var/lib/ipv6-home/alerts-key`)).not.toMatch(
      /^(?!600 prometheus$)\d|^bundle$/m,
    );
    await sh("colo", `sed -i 's/repeat_interval: 12h/repeat_interval: 13h/' ${file}`);
    try {
      const { said } = await drift("colo");
      expect(said).toContain(`${file}: its content differs (it is not shown`);
      expect(said).not.toMatch(/repeat_interval|1[23]h/);
    } finally {
      await sh("colo", `sed -i 's/repeat_interval: 13h/repeat_interval: 12h/' ${file}`);
    }
  }, 70_000);

  it("leave nothing when they go", async () => {
    expect(await sh("colo", traces)).toContain("/var/lib/ipv6-home-prometheus\n");
    await set({});
    expect([await sh("colo", traces), await sh("home", traces)]).toEqual(["", ""]);
    expect([await listening("colo"), await listening("home")]).toEqual(["", ""]);
  }, 240_000);
});
