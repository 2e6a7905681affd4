import type { Prefix } from "./prefix";

/** Ports that the daemons have by themselves, and that everybody knows them by. */
export const exporterPort = 9100;
export const prometheusPort = 9090;
export const alertmanagerPort = 9093;

/** Who may ask a host for its metrics, beside the colo itself. */
export interface MetricsPlan {
  readonly from: readonly Prefix[];
}

/** How mail about alerts leaves. */
export interface AlertMail {
  readonly to: string;
  readonly from: string;
  /** `host:port` of a server that takes mail for others. */
  readonly smarthost: string;
  readonly login: { readonly user: string; readonly password: string } | undefined;
}

/** Who is told of alerts; they only show if there is neither. */
export interface AlertReceiver {
  /** Secret: whoever knows it can often write there. */
  readonly webhook: string | undefined;
  readonly mail: AlertMail | undefined;
}

/** What the colo watches the hosts with. */
export interface MonitoringPlan {
  /** Seconds between two looks at a host. */
  readonly intervalSec: number;
  readonly retentionDays: number;
  readonly retentionMb: number;
  readonly receiver: AlertReceiver;
}
