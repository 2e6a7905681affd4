/** Whether a host reboots by itself after an upgrade that needs it. */
export const rebootPolicies = ["never", "when-needed"] as const;
export type RebootPolicy = (typeof rebootPolicies)[number];

/** Security upgrades that a host installs by itself. */
export interface UpgradePlan {
  /** Hour and minute by the host's clock, `04:00`. */
  readonly at: string;
  readonly reboot: RebootPolicy;
}
