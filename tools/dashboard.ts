/** A picture of the dashboard. */
interface Panel {
  readonly title: string;
  readonly type: "timeseries" | "state-timeline" | "stat";
  /** How Grafana writes its numbers. */
  readonly unit: string;
  /** Expressions of Prometheus, each with how its lines are named. */
  readonly lines: readonly (readonly [expression: string, legend: string])[];
}

const of = '{instance=~"$instance"}';

const panels: readonly Panel[] = [
  {
    title: "Hosts that are heard",
    type: "state-timeline",
    unit: "bool_on_off",
    lines: [['up{job="hosts",instance=~"$instance"}', "{{instance}}"]],
  },
  {
    title: "Checks of health",
    type: "state-timeline",
    unit: "bool_on_off",
    lines: [[`ipv6_home_health_check${of}`, "{{instance}} {{check}}"]],
  },
  {
    title: "Units that do not run",
    type: "stat",
    unit: "short",
    lines: [
      [
        `count by (instance) (ipv6_home_unit_active${of}) - sum by (instance) (ipv6_home_unit_active${of})`,
        "{{instance}}",
      ],
    ],
  },
  {
    title: "Uplink in use",
    type: "state-timeline",
    unit: "bool_on_off",
    lines: [[`ipv6_home_uplink_active${of}`, "{{instance}} {{uplink}}"]],
  },
  {
    title: "Tunnel, received and sent",
    type: "timeseries",
    unit: "bps",
    lines: [
      [`rate(ipv6_home_wireguard_received_bytes_total${of}[5m]) * 8`, "{{instance}} {{interface}} received"],
      [`rate(ipv6_home_wireguard_sent_bytes_total${of}[5m]) * -8`, "{{instance}} {{interface}} sent"],
    ],
  },
  {
    title: "Last handshake",
    type: "timeseries",
    unit: "s",
    lines: [[`ipv6_home_wireguard_handshake_age_seconds${of}`, "{{instance}} {{interface}}"]],
  },
  {
    title: "How long answers take",
    type: "timeseries",
    unit: "s",
    lines: [[`ipv6_home_health_answer_seconds${of}`, "{{instance}} {{check}}"]],
  },
  {
    title: "Packets that rules count",
    type: "timeseries",
    unit: "pps",
    lines: [[`rate(ipv6_home_firewall_packets_total${of}[5m])`, "{{instance}} {{chain}}: {{rule}}"]],
  },
  {
    title: "Through the translators",
    type: "timeseries",
    unit: "bps",
    lines: [
      [
        'rate(node_network_receive_bytes_total{device=~"nat64|clat",instance=~"$instance"}[5m]) * 8',
        "{{instance}} {{device}} out of it",
      ],
      [
        'rate(node_network_transmit_bytes_total{device=~"nat64|clat",instance=~"$instance"}[5m]) * -8',
        "{{instance}} {{device}} into it",
      ],
    ],
  },
  {
    title: "Machines behind the translator",
    type: "timeseries",
    unit: "short",
    lines: [
      [`ipv6_home_nat64_sources${of}`, "{{instance}} in use"],
      [`ipv6_home_nat64_pool_addresses${of}`, "{{instance}} at most"],
    ],
  },
  {
    title: "Flows that Jool translates",
    type: "timeseries",
    unit: "short",
    lines: [
      [`ipv6_home_nat64_sessions${of}`, "{{instance}}"],
      [`ipv6_home_nat64_bib_entries${of}`, "{{instance}} ports in use"],
    ],
  },
  {
    title: "Leases",
    type: "timeseries",
    unit: "short",
    lines: [[`ipv6_home_dhcp_leases${of}`, "{{instance}} {{segment}} {{family}}"]],
  },
  {
    title: "Flows",
    type: "timeseries",
    unit: "percentunit",
    lines: [[`ipv6_home_conntrack_entries${of} / ipv6_home_conntrack_limit${of}`, "{{instance}}"]],
  },
  {
    title: "Processors in use",
    type: "timeseries",
    unit: "percentunit",
    lines: [
      [
        `1 - avg by (instance) (rate(node_cpu_seconds_total{mode="idle",instance=~"$instance"}[5m]))`,
        "{{instance}}",
      ],
    ],
  },
  {
    title: "Memory left",
    type: "timeseries",
    unit: "percentunit",
    lines: [[`node_memory_MemAvailable_bytes${of} / node_memory_MemTotal_bytes${of}`, "{{instance}}"]],
  },
  {
    title: "Disk left",
    type: "timeseries",
    unit: "percentunit",
    lines: [[`node_filesystem_avail_bytes${of} / node_filesystem_size_bytes`, "{{instance}} {{mountpoint}}"]],
  },
];

/** Every expression of the dashboard. */
export const dashboardExpressions = (): string[] =>
  panels.flatMap(({ lines }) => lines.map(([expression]) => expression));

const datasource = { type: "prometheus", uid: "${source}" };

/** The dashboard as Grafana imports it (its "dashboard JSON model"). */
export const renderDashboard = (): string =>
  `${JSON.stringify(
    {
      title: "IPv6 home",
      uid: "ipv6-home",
      schemaVersion: 39,
      tags: ["ipv6-home"],
      timezone: "browser",
      refresh: "30s",
      time: { from: "now-6h", to: "now" },
      templating: {
        list: [
          { name: "source", label: "Prometheus", type: "datasource", query: "prometheus" },
          {
            name: "instance",
            label: "Host",
            type: "query",
            datasource,
            query: 'label_values(up{job="hosts"}, instance)',
            refresh: 2,
            multi: true,
            includeAll: true,
            current: { text: "All", value: "$__all" },
          },
        ],
      },
      panels: panels.map(({ title, type, unit, lines }, index) => ({
        id: index + 1,
        title,
        type,
        datasource,
        gridPos: { x: 12 * (index % 2), y: 8 * Math.floor(index / 2), w: 12, h: 8 },
        fieldConfig: { defaults: { unit }, overrides: [] },
        targets: lines.map(([expr, legendFormat], number) => ({
          refId: String.fromCharCode(65 + number),
          datasource,
          expr,
          legendFormat,
        })),
      })),
    },
    undefined,
    2,
  )}\n`;
