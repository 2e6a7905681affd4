/** What somebody should hear of. */
export interface AlertRule {
  readonly name: string;
  /** In Prometheus's language: what it answers is wrong. */
  readonly expression: string;
  /** How long it must last, as Prometheus writes times. */
  readonly lasts: string;
  /** Whether the home is without something now, or will be one day. */
  readonly severity: "critical" | "warning";
  /** For people; may name labels of what is wrong. */
  readonly summary: string;
}

/** All alerts. Each has an entry of its name in docs/RUNBOOK.md, and a case in test/lab/05-alerts.test.ts. */
export const alertRules: readonly AlertRule[] = [
  {
    name: "HostNotHeard",
    expression: 'up{job="hosts"} == 0',
    lasts: "1m",
    severity: "critical",
    summary: "{{ $labels.instance }} does not tell how it is.",
  },
  {
    name: "HealthCheckFailed",
    expression: "ipv6_home_health_check == 0",
    lasts: "30s",
    severity: "critical",
    summary: "{{ $labels.check }} fails at {{ $labels.instance }}.",
  },
  {
    name: "UnitDown",
    expression: "ipv6_home_unit_active == 0",
    // Health needs three seconds to start what has died, and a change of ours restarts units on purpose.
    lasts: "15s",
    severity: "critical",
    summary: "ipv6-home-{{ $labels.unit }} does not run at {{ $labels.instance }}.",
  },
  {
    name: "TunnelSilent",
    // A generation that waits for its end shakes hands no more; WireGuard gives a session up after 180 s.
    expression: 'min by (instance) (ipv6_home_wireguard_handshake_age_seconds{host="home"}) > 180',
    lasts: "15s",
    severity: "critical",
    summary: "{{ $labels.instance }} has not shaken hands with the colo for {{ $value }} s.",
  },
  {
    name: "OnOtherUplink",
    expression: 'ipv6_home_uplink_active{preferred="yes"} == 0',
    lasts: "5m",
    severity: "warning",
    summary: "{{ $labels.instance }} does not use its uplink {{ $labels.uplink }}.",
  },
  {
    name: "HealthStopped",
    // One that hangs; of one that has ended UnitDown tells.
    expression: "time() - ipv6_home_health_round_seconds > 120",
    lasts: "15s",
    severity: "warning",
    summary: "Nobody looks after {{ $labels.instance }}.",
  },
  {
    name: "MetricsStopped",
    // What it has told goes with it; node exporter goes on.
    expression:
      'time() - ipv6_home_metrics_round_seconds > 120 or (up{job="hosts"} == 1 unless on (instance) ipv6_home_metrics_round_seconds)',
    lasts: "15s",
    severity: "warning",
    summary: "{{ $labels.instance }} tells nothing new.",
  },
  {
    name: "MetricsIncomplete",
    expression: "ipv6_home_metrics_source_up == 0",
    lasts: "1m",
    severity: "warning",
    summary: "{{ $labels.source }} does not answer at {{ $labels.instance }}: what it tells is missing.",
  },
  {
    name: "DiskFillsUp",
    expression:
      "node_filesystem_avail_bytes / node_filesystem_size_bytes < 0.1 and node_filesystem_readonly == 0",
    lasts: "10m",
    severity: "warning",
    summary: "{{ $labels.mountpoint }} of {{ $labels.instance }} has less than a tenth left.",
  },
  {
    name: "MemoryShort",
    expression: "node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes < 0.05",
    lasts: "10m",
    severity: "warning",
    summary: "{{ $labels.instance }} has less than a twentieth of its memory left.",
  },
  {
    name: "FlowsUsedUp",
    expression: "ipv6_home_conntrack_entries / ipv6_home_conntrack_limit > 0.9",
    lasts: "1m",
    severity: "warning",
    summary: "{{ $labels.instance }} can hardly track any more flows.",
  },
  {
    name: "PoolUsedUp",
    expression: "ipv6_home_nat64_sources / ipv6_home_nat64_pool_addresses > 0.9",
    lasts: "5m",
    severity: "warning",
    summary: "nat64.pool4 of {{ $labels.instance }} has hardly an address left.",
  },
  {
    name: "AlertsNotDelivered",
    expression: "increase(alertmanager_notifications_failed_total[10m]) > 0",
    lasts: "15s",
    severity: "warning",
    summary: "Alerts do not reach their receiver by {{ $labels.integration }}.",
  },
];

/** Where an alert is explained. */
export const runbookOf = ({ name }: AlertRule): string => `docs/RUNBOOK.md#alert-${name.toLowerCase()}`;

/** The rules as Prometheus reads them; JSON's strings are YAML's. */
export const renderAlertRules = (rules: readonly AlertRule[] = alertRules): string =>
  [
    "groups:",
    "  - name: ipv6-home",
    "    rules:",
    ...rules.flatMap((rule) => [
      `      - alert: ${rule.name}`,
      `        expr: ${JSON.stringify(rule.expression)}`,
      `        for: ${rule.lasts}`,
      "        labels:",
      `          severity: ${rule.severity}`,
      "        annotations:",
      `          summary: ${JSON.stringify(rule.summary)}`,
      `          runbook: ${runbookOf(rule)}`,
    ]),
    "",
  ].join("\n");
