import type { Address } from "../network/address";
import type { SiteAddresses } from "../network/address-plan";
import {
  alertmanagerPort,
  exporterPort,
  prometheusPort,
  type AlertReceiver,
  type MonitoringPlan,
} from "../network/monitoring-plan";
import { renderAlertRules } from "./alert-rules";
import type { Bundle, HostFile } from "./bundle";
import { insideUnit } from "./metrics";
import { renderUnit, unitPath, verifyUnits } from "./unit";

const folder = "/etc/ipv6-home/monitoring";
const configPath = `${folder}/prometheus.yml`;
const rulesPath = `${folder}/rules.yml`;
const receiverPath = "/etc/ipv6-home/alerts/alertmanager.yml";
/** Where homes register themselves; a colo that watches nobody has it too. */
const targetsFolder = "/etc/ipv6-home/targets";

const prometheusUnit = "ipv6-home-prometheus.service";
const alertmanagerUnit = "ipv6-home-alertmanager.service";

/** A home as Prometheus finds it, in a file of the site's registration. */
export const siteTarget = (component: string, site: SiteAddresses): HostFile => ({
  path: `${targetsFolder}/${component}.json`,
  content: `${JSON.stringify([
    {
      targets: [`[${site.tunnel}]:${exporterPort}`],
      labels: { instance: `site${site.number}`, host: "home" },
    },
  ])}\n`,
});

/** Prometheus and the Alertmanager, at an inside address. */
export function monitoringBundle(args: {
  readonly address: Address;
  readonly plan: Omit<MonitoringPlan, "receiver">;
}): Bundle {
  const { address, plan } = args;
  const units = [prometheusUnit, alertmanagerUnit].map(unitPath);
  const [prometheus = "", alertmanager = ""] = units;
  const at = (port: number) => `[${address}]:${port}`;
  return {
    component: "monitoring",
    // There before Prometheus, which hears of a new home only from a folder that it has seen.
    directories: [{ path: targetsFolder, mode: "0755" }],
    files: [
      { path: configPath, content: renderPrometheus(at, plan.intervalSec) },
      { path: rulesPath, content: renderAlertRules() },
      {
        path: prometheus,
        content: renderDaemon("Watches the hosts of ipv6-home", "ipv6-home-prometheus", [
          "/usr/bin/prometheus",
          `--config.file=${configPath}`,
          "--storage.tsdb.path=/var/lib/ipv6-home-prometheus",
          `--storage.tsdb.retention.time=${plan.retentionDays}d`,
          `--storage.tsdb.retention.size=${plan.retentionMb}MB`,
          `--web.listen-address=${at(prometheusPort)}`,
          `--web.external-url=http://${at(prometheusPort)}/`,
        ]),
      },
      {
        path: alertmanager,
        content: renderDaemon("Tells people of alerts", "ipv6-home-alertmanager", [
          "/usr/bin/prometheus-alertmanager",
          `--config.file=${receiverPath}`,
          "--storage.path=/var/lib/ipv6-home-alertmanager",
          `--web.listen-address=${at(alertmanagerPort)}`,
          `--web.external-url=http://${at(alertmanagerPort)}/`,
          // It is alone.
          "--cluster.listen-address=",
        ]),
      },
    ],
    exclusives: [folder],
    checks: [
      `promtool check rules {stage}${rulesPath}`,
      `promtool check config {stage}${configPath}`,
      verifyUnits(...units),
    ],
    units: [
      { unit: alertmanagerUnit, action: "restart", paths: [alertmanager] },
      { unit: prometheusUnit, action: "restart", paths: [prometheus, configPath, rulesPath] },
    ],
  };
}

function renderPrometheus(at: (port: number) => string, intervalSec: number): string {
  const own = (port: number, labels: string) => [
    "    static_configs:",
    `      - targets: ["${at(port)}"]`,
    `        labels: ${labels}`,
  ];
  const colo = "{ instance: colo, host: colo }";
  return [
    "global:",
    `  scrape_interval: ${intervalSec}s`,
    `  scrape_timeout: ${Math.min(intervalSec, 10)}s`,
    `  evaluation_interval: ${intervalSec}s`,
    "# Beside this file, so that it can be judged before it is in place.",
    "rule_files: [rules.yml]",
    "alerting:",
    "  alertmanagers:",
    "    - static_configs:",
    `        - targets: ["${at(alertmanagerPort)}"]`,
    "scrape_configs:",
    "  - job_name: hosts",
    "    file_sd_configs:",
    `      - files: [${targetsFolder}/*.json]`,
    "        refresh_interval: 1m",
    ...own(exporterPort, colo),
    "  - job_name: alertmanager",
    ...own(alertmanagerPort, colo),
    "    # It tells hundreds of things of itself.",
    "    metric_relabel_configs:",
    "      - source_labels: [__name__]",
    "        regex: alertmanager_notifications_failed_total",
    "        action: keep",
    "",
  ].join("\n");
}

const renderDaemon = (description: string, state: string, command: readonly string[]) =>
  renderUnit({
    Unit: {
      Description: description,
      // Not required: it would stop with it whenever that is restarted.
      Wants: insideUnit,
      After: `network.target ${insideUnit}`,
      StartLimitIntervalSec: 0,
    },
    Service: {
      Type: "exec",
      User: "prometheus",
      StateDirectory: state,
      ExecStart: command.join(" "),
      CapabilityBoundingSet: "",
      NoNewPrivileges: "yes",
      PrivateDevices: "yes",
      PrivateTmp: "yes",
      ProtectHome: "yes",
      ProtectSystem: "strict",
      Restart: "always",
      RestartSec: 1,
    },
    Install: { WantedBy: "multi-user.target" },
  });

/** Who is told of alerts: a secret bundle, because whoever knows an address for that can write there. */
export function alertsKeyBundle(receiver: AlertReceiver): Bundle {
  return {
    component: "alerts-key",
    directories: [{ path: "/etc/ipv6-home/alerts", mode: "0755" }],
    files: [
      {
        path: receiverPath,
        content: renderReceiver(receiver),
        mode: "0600",
        owner: "prometheus:prometheus",
      },
    ],
    exclusives: ["/etc/ipv6-home/alerts"],
    checks: [`amtool check-config {stage}${receiverPath}`],
    notifies: [{ unit: alertmanagerUnit, action: "restart", paths: [receiverPath] }],
  };
}

/** JSON's strings are YAML's. */
function renderReceiver({ webhook, mail }: AlertReceiver): string {
  const text = JSON.stringify;
  return [
    "route:",
    "  receiver: people",
    "  group_by: [alertname, instance]",
    "  group_wait: 10s",
    "  group_interval: 5m",
    "  repeat_interval: 12h",
    "receivers:",
    "  - name: people",
    ...(webhook === undefined ? [] : ["    webhook_configs:", `      - url: ${text(webhook)}`]),
    ...(mail === undefined
      ? []
      : [
          "    email_configs:",
          `      - to: ${text(mail.to)}`,
          `        from: ${text(mail.from)}`,
          `        smarthost: ${text(mail.smarthost)}`,
          "        send_resolved: true",
          ...(mail.login === undefined
            ? []
            : [
                `        auth_username: ${text(mail.login.user)}`,
                `        auth_password: ${text(mail.login.password)}`,
              ]),
        ]),
    "",
  ].join("\n");
}
