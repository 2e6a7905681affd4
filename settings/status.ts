import { gatewayName } from "../network/status-plan";
import { quote, sentence, type Result } from "./result";
import type { HostSettings } from "./settings";
import type { SettingSource } from "./source";
import { yesOrNo } from "./values";

/** Parses whether the LAN sees how the gateway is. */
export const parseStatus = (source: SettingSource): Result<boolean> =>
  source.read("status.enabled", yesOrNo("true shows the LAN a page of what works"));

/** What contradicts the other settings of a home. */
export function conflictsOfStatus(
  status: Result<boolean>,
  health: Result<boolean>,
  hosts: readonly HostSettings[],
): string[] {
  if (!status.ok || !status.value) return [];
  return [
    ...(health.ok && !health.value
      ? [
          sentence({
            where: "status.enabled",
            given: "true without health.enabled",
            allowed: "true beside it, because the page shows what health finds",
            todo: "set that, or take this away",
          }),
        ]
      : []),
    ...hosts.flatMap(({ name }, index) =>
      name === gatewayName
        ? [
            sentence({
              where: `lan.hosts[${index}].name`,
              given: quote(name),
              allowed: `another name beside status.enabled, whose page is at ${gatewayName}`,
              todo: "choose one, or take status.enabled away",
            }),
          ]
        : [],
    ),
  ];
}
