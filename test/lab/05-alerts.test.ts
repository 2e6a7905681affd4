import { fullImage, runInImage } from "../../lab/lab";
import { alertsKeyBundle } from "../../render/monitoring";
import { alertRules, renderAlertRules, runbookOf } from "../../render/alert-rules";

type Labels = Readonly<Record<string, string>>;

/** What makes an alert, and what does not quite. Values are `START+STEPxTIMES`, one for each 15 seconds. */
interface Case {
  readonly alert: string;
  readonly bad: Readonly<Record<string, string>>;
  readonly good: Readonly<Record<string, string>>;
  /** By when it fires. */
  readonly at: string;
  readonly labels: Labels;
  readonly summary: string;
}

const site1 = { instance: "site1", host: "home" };
const colo = { instance: "colo", host: "colo" };
const series = (name: string, labels: Labels) =>
  `${name}{${Object.entries(labels)
    .map(([key, value]) => `${key}="${value}"`)
    .join(",")}}`;
const age = (device: string) =>
  series("ipv6_home_wireguard_handshake_age_seconds", { ...site1, interface: device });
const file = (name: string, fstype: string) =>
  series(`node_filesystem_${name}`, { ...site1, mountpoint: "/", fstype });
const disk = (left: number, fstype = "ext4", readonly = 0) => ({
  [file("avail_bytes", fstype)]: `${left}x80`,
  [file("size_bytes", fstype)]: "100x80",
  [file("readonly", fstype)]: `${readonly}x80`,
});
const ofTwo = (over: string, under: string, value: number, most: number) => ({
  [series(over, colo)]: `${value}x80`,
  [series(under, colo)]: `${most}x80`,
});

const cases: readonly Case[] = [
  {
    alert: "HostNotHeard",
    bad: { [series("up", { ...site1, job: "hosts" })]: "0x80" },
    good: {
      [series("up", { ...site1, job: "hosts" })]: "1 0 0 1x80",
      [series("up", { ...colo, job: "alertmanager" })]: "0x80",
    },
    at: "1m15s",
    labels: { ...site1, job: "hosts" },
    summary: "site1 does not tell how it is.",
  },
  {
    alert: "HealthCheckFailed",
    bad: { [series("ipv6_home_health_check", { ...colo, check: "nat64" })]: "0x80" },
    good: { [series("ipv6_home_health_check", { ...colo, check: "nat64" })]: "1 0 1x80" },
    at: "45s",
    labels: { ...colo, check: "nat64" },
    summary: "nat64 fails at colo.",
  },
  {
    alert: "UnitDown",
    bad: { [series("ipv6_home_unit_active", { ...colo, unit: "nat64" })]: "0x80" },
    good: { [series("ipv6_home_unit_active", { ...colo, unit: "nat64" })]: "1 0 1x80" },
    at: "30s",
    labels: { ...colo, unit: "nat64" },
    summary: "ipv6-home-nat64 does not run at colo.",
  },
  {
    alert: "TunnelSilent",
    bad: { [age("vpn0")]: "200x80" },
    // The old generation waits for its end, and nobody asks the colo's own.
    good: {
      [age("vpn0")]: "200x80",
      [age("vpn1")]: "20x80",
      [series("ipv6_home_wireguard_handshake_age_seconds", { ...colo, interface: "vpn1-0" })]: "200x80",
    },
    at: "30s",
    labels: { instance: "site1" },
    summary: "site1 has not shaken hands with the colo for 200 s.",
  },
  {
    alert: "OnOtherUplink",
    bad: { [series("ipv6_home_uplink_active", { ...site1, uplink: "cable", preferred: "yes" })]: "0x80" },
    good: { [series("ipv6_home_uplink_active", { ...site1, uplink: "lte", preferred: "no" })]: "0x80" },
    at: "5m15s",
    labels: { ...site1, uplink: "cable", preferred: "yes" },
    summary: "site1 does not use its uplink cable.",
  },
  {
    alert: "HealthStopped",
    bad: { [series("ipv6_home_health_round_seconds", site1)]: "0x80" },
    good: { [series("ipv6_home_health_round_seconds", site1)]: "0+15x80" },
    at: "2m30s",
    labels: site1,
    summary: "Nobody looks after site1.",
  },
  {
    alert: "MetricsStopped",
    bad: { [series("ipv6_home_metrics_round_seconds", site1)]: "0x80" },
    good: { [series("ipv6_home_metrics_round_seconds", site1)]: "0+15x80" },
    at: "2m30s",
    labels: site1,
    summary: "site1 tells nothing new.",
  },
  {
    alert: "MetricsStopped",
    // What it has told has gone with it.
    bad: { [series("up", { ...site1, job: "hosts" })]: "1x80" },
    good: {
      [series("up", { ...site1, job: "hosts" })]: "1x80",
      [series("ipv6_home_metrics_round_seconds", site1)]: "0+15x80",
      [series("up", { ...colo, job: "alertmanager" })]: "1x80",
    },
    at: "30s",
    labels: { ...site1, job: "hosts" },
    summary: "site1 tells nothing new.",
  },
  {
    alert: "MetricsIncomplete",
    bad: { [series("ipv6_home_metrics_source_up", { ...site1, source: "nft" })]: "0x80" },
    good: { [series("ipv6_home_metrics_source_up", { ...site1, source: "nft" })]: "1 0 0 1x80" },
    at: "1m15s",
    labels: { ...site1, source: "nft" },
    summary: "nft does not answer at site1: what it tells is missing.",
  },
  {
    alert: "DiskFillsUp",
    bad: disk(9),
    good: { ...disk(10), ...disk(0, "iso9660", 1) },
    at: "10m15s",
    labels: { ...site1, mountpoint: "/", fstype: "ext4" },
    summary: "/ of site1 has less than a tenth left.",
  },
  {
    alert: "MemoryShort",
    bad: ofTwo("node_memory_MemAvailable_bytes", "node_memory_MemTotal_bytes", 4, 100),
    good: ofTwo("node_memory_MemAvailable_bytes", "node_memory_MemTotal_bytes", 5, 100),
    at: "10m15s",
    labels: colo,
    summary: "colo has less than a twentieth of its memory left.",
  },
  {
    alert: "FlowsUsedUp",
    bad: ofTwo("ipv6_home_conntrack_entries", "ipv6_home_conntrack_limit", 91, 100),
    good: ofTwo("ipv6_home_conntrack_entries", "ipv6_home_conntrack_limit", 90, 100),
    at: "1m15s",
    labels: colo,
    summary: "colo can hardly track any more flows.",
  },
  {
    alert: "PoolUsedUp",
    bad: ofTwo("ipv6_home_nat64_sources", "ipv6_home_nat64_pool_addresses", 91, 100),
    good: ofTwo("ipv6_home_nat64_sources", "ipv6_home_nat64_pool_addresses", 90, 100),
    at: "5m15s",
    labels: colo,
    summary: "nat64.pool4 of colo has hardly an address left.",
  },
  {
    alert: "AlertsNotDelivered",
    bad: {
      [series("alertmanager_notifications_failed_total", { ...colo, integration: "webhook" })]: "0+1x80",
    },
    good: {
      [series("alertmanager_notifications_failed_total", { ...colo, integration: "webhook" })]: "7x80",
    },
    at: "1m",
    labels: { ...colo, integration: "webhook" },
    summary: "Alerts do not reach their receiver by webhook.",
  },
];

/** The input of `promtool test rules`; JSON is YAML. */
function testOf({ alert, bad, good, at, labels, summary }: Case): string {
  const rule = alertRules.find(({ name }) => name === alert);
  if (rule === undefined) throw new Error(`no alert ${alert}`);
  const test = (values: Readonly<Record<string, string>>, alerts: readonly object[]) => ({
    interval: "15s",
    input_series: Object.entries(values).map(([name, each]) => ({ series: name, values: each })),
    alert_rule_test: [{ eval_time: at, alertname: alert, exp_alerts: alerts }],
  });
  return JSON.stringify({
    rule_files: ["/srv/rules.yml"],
    evaluation_interval: "15s",
    tests: [
      test(bad, [
        {
          exp_labels: { ...labels, severity: rule.severity },
          exp_annotations: { summary, runbook: runbookOf(rule) },
        },
      ]),
      test(good, []),
    ],
  });
}

test("every alert has its case", () => {
  expect([...new Set(cases.map(({ alert }) => alert))]).toEqual(alertRules.map(({ name }) => name));
});

describe.each(["trixie", "bookworm"] as const)("by promtool of Debian (%s)", (release) => {
  let image: string;
  beforeAll(async () => {
    image = await fullImage(release, () => undefined);
  }, 1_200_000);
  const promtool = (test: string, rules = renderAlertRules()) =>
    runInImage(
      image,
      ["promtool", "test", "rules", "/srv/test.yml"],
      { "/srv/rules.yml": rules, "/srv/test.yml": test },
      { allowFailure: true, timeoutSec: 30 },
    );

  it.each(cases.map((each) => [each.alert, each] as const))(
    "%s comes when it should, and only then",
    async (_, each) => {
      const { code, stdout, stderr } = await promtool(testOf(each));
      expect([code, code === 0 ? "" : stdout + stderr]).toEqual([0, ""]);
    },
  );

  it("amtool takes every way to tell people", async () => {
    const mail = { to: "a@example.net", from: "b@example.net", smarthost: "[2001:db8::25]:587" };
    const login = { user: "colo", password: 'a "quoted" one\\' };
    for (const receiver of [
      { webhook: undefined, mail: undefined },
      { webhook: "https://example.net/?a=b&c=%20", mail: { ...mail, login } },
      { webhook: undefined, mail: { ...mail, login: undefined } },
    ]) {
      const [file] = alertsKeyBundle(receiver).files;
      const { code, stdout, stderr } = await runInImage(
        image,
        ["amtool", "check-config", "/srv/alertmanager.yml"],
        { "/srv/alertmanager.yml": file?.content ?? "" },
        { allowFailure: true },
      );
      expect([code, code === 0 ? "" : stdout + stderr]).toEqual([0, ""]);
    }
  }, 30_000);

  it("a rule that does not judge fails", async () => {
    const [first] = cases;
    if (first === undefined) throw new Error("there is no case");
    const { code } = await promtool(testOf(first), renderAlertRules().replace("== 0", "== 2"));
    expect(code).not.toBe(0);
  });
});
