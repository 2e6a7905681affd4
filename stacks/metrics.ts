import * as pulumi from "@pulumi/pulumi";
import type { SiteAddresses } from "../network/address-plan";
import type { MetricsPlan } from "../network/monitoring-plan";
import { outsidersAmong } from "../settings/metrics";

/** Throws sentences for people if a home is to be asked how it is by somebody who is not at home, and cannot be. */
export function mustAskFromInside(
  metrics: MetricsPlan | undefined,
  { prefix }: Pick<SiteAddresses, "prefix">,
): void {
  const outside = outsidersAmong(metrics?.from ?? [], prefix);
  if (outside.length > 0) throw new pulumi.RunError(outside.join("\n"));
}
