import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe as describeLab } from "../../lab/lab";
import { spawnIn, type Running } from "../../lab/exec";
import { installTools } from "../../lab/packages";
import { run } from "../../lab/run";
import { mustRunInLab, writeSettings } from "../../lab/stacks";
import { closeEngine, pulumiUp, sh, theEngine, until } from "./support";

const monitor = "fd00:cafe:f00d::9090";
const people = "web46.lab.example";
const hook = "/hook/as-secret-as-it-is-long";
const settings = {
  "metrics.enabled": true,
  "metrics.from": ["2001:db8:beef:101::/64"],
  "monitoring.enabled": true,
  "monitoring.intervalSec": 5,
};
const mail = {
  "monitoring.mailTo": "ops@example.net",
  "monitoring.mailFrom": "colo@example.net",
  "monitoring.smarthost": `${people}:2525`,
};
const caFile = "/etc/ssl/certs/lab-receiver.pem";

const folder = mkdtempSync(join(tmpdir(), "lab-receiver-"));
const at = (name: string) => join(folder, name);
let receiver: Running | undefined;

interface Told {
  readonly path?: string;
  readonly body?: {
    readonly status: string;
    readonly alerts: readonly {
      readonly status: string;
      readonly labels: Readonly<Record<string, string>>;
      readonly annotations: Readonly<Record<string, string>>;
    }[];
  };
  readonly to?: readonly string[];
  readonly mail?: string;
}
/** What has come so far. */
const told = (): Told[] =>
  (existsSync(at("told")) ? readFileSync(at("told"), "utf8") : "")
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Told);

/**
 * The colo alone, with these settings, and an Alertmanager that waits for no others of a group before it tells: that an
 * alert is over would come minutes after the alert itself.
 */
async function set(more: Record<string, unknown>, webhook?: string): Promise<void> {
  writeSettings("colo", describeLab(), more);
  if (webhook !== undefined)
    await mustRunInLab(await theEngine(), ["config", "set", "--secret", "-s", "colo", "monitoring.webhook"], {
      input: webhook,
    });
  await pulumiUp("colo");
}
const hasten = () =>
  sh(
    "colo",
    "sed -i 's/group_wait: .*/group_wait: 1s/; s/group_interval: .*/group_interval: 2s/' /etc/ipv6-home/alerts/alertmanager.yml && systemctl restart ipv6-home-alertmanager",
  );

const api = `http://[${monitor}]:9093/api/v2/alerts`;
/** Tells the Alertmanager of an alert as Prometheus does, and waits until it has it. */
async function post(name: string): Promise<void> {
  const alert = JSON.stringify([{ labels: { alertname: name, instance: "test" } }]);
  const posted = async () =>
    (await sh(
      "laptop",
      `curl -sS -g -m 5 -H 'content-type: application/json' -d '${alert}' '${api}' || echo no`,
    )) === "";
  await until("the Alertmanager takes it", 20, posted);
  await until("it has it", 10, async () => (await sh("laptop", `curl -sS -g -m 5 '${api}'`)).includes(name));
}

beforeAll(async () => {
  await installTools(() => undefined, ["openssl"]);
  const subject = "-nodes -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -days 2".split(" ");
  await run([
    "openssl",
    "req",
    "-x509",
    ...subject,
    "-subj",
    "/CN=lab",
    "-keyout",
    at("ca.key"),
    "-out",
    at("ca.pem"),
  ]);
  const forPeople = ["-subj", `/CN=${people}`, "-addext", `subjectAltName=DNS:${people}`];
  const byCa = ["-CA", at("ca.pem"), "-CAkey", at("ca.key"), "-addext", "basicConstraints=critical,CA:FALSE"];
  await run([
    ...["openssl", "req", "-x509", ...subject, ...forPeople, ...byCa],
    ...["-keyout", at("key.pem"), "-out", at("cert.pem")],
  ]);
  receiver = spawnIn(
    "web46",
    [process.execPath, join(__dirname, "../../lab/receiver.mjs"), folder],
    "stderr",
  );
  await until("the receiver is there", 10, () => Promise.resolve(existsSync(at("told"))));
  await set(settings);
}, 900_000);
afterAll(async () => {
  await receiver?.stop("SIGTERM");
  rmSync(folder, { recursive: true });
  await sh("colo", `rm -f ${caFile}`);
  await closeEngine();
});

test("nobody is told of an alert without the setting", async () => {
  await hasten();
  await post("NobodyHears");
  await new Promise((resolve) => setTimeout(resolve, 4000));
  expect(told()).toEqual([]);
}, 60_000);

describe("with the settings, a webhook and a mailbox", () => {
  beforeAll(async () => {
    await set({ ...settings, ...mail }, `https://${people}:8443${hook}`);
    await hasten();
  }, 120_000);

  it("get nothing while the colo does not trust their certificate", async () => {
    await post("NotTrusted");
    await until("it has been tried", 20, async () =>
      /notifications_failed_total\{[^}]*\} [1-9]/.test(
        await sh("laptop", `curl -sS -g -m 5 'http://[${monitor}]:9093/metrics'`),
      ),
    );
    expect(told()).toEqual([]);
    await sh(
      "colo",
      `cat >${caFile} <<'END'\n${readFileSync(at("ca.pem"), "utf8")}END\nsystemctl restart ipv6-home-alertmanager`,
    );
  }, 60_000);

  it("hear of a fault, and of its end", async () => {
    const posts = (status: string) =>
      told().filter(
        ({ body }) => body?.status === status && body.alerts[0]?.labels["alertname"] === "MetricsStopped",
      );
    const mails = (word: string) =>
      told().filter(
        (each) =>
          each.mail?.match(/^Subject: (.*)$/m)?.[1]?.startsWith(`[${word}`) === true &&
          each.mail.includes("MetricsStopped"),
      );
    await sh("colo", "systemctl stop ipv6-home-metrics");
    try {
      await until("the webhook hears", 60, () => Promise.resolve(posts("firing").length > 0));
      await until("mail comes", 20, () => Promise.resolve(mails("FIRING:1").length > 0));
    } finally {
      await sh("colo", "systemctl start ipv6-home-metrics");
    }
    const [fired] = posts("firing");
    expect(fired?.path).toBe(hook);
    expect(fired?.body?.alerts).toMatchObject([
      {
        status: "firing",
        labels: { alertname: "MetricsStopped", instance: "colo", severity: "warning" },
        annotations: {
          summary: "colo tells nothing new.",
          runbook: "docs/RUNBOOK.md#alert-metricsstopped",
        },
      },
    ]);
    expect(mails("FIRING:1")[0]?.to).toEqual(["<ops@example.net>"]);
    await until("the webhook hears that it is over", 60, () => Promise.resolve(posts("resolved").length > 0));
    await until("so does the mailbox", 20, () => Promise.resolve(mails("RESOLVED").length > 0));
  }, 180_000);

  it("leave nothing when they go", async () => {
    await set({});
    expect(
      await sh("colo", "ls -d /etc/ipv6-home/alerts /var/lib/ipv6-home-alertmanager 2>/dev/null || true"),
    ).toBe("");
  }, 120_000);
});
