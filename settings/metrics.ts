import type { AlertMail, AlertReceiver, MetricsPlan, MonitoringPlan } from "../network/monitoring-plan";
import type { Prefix } from "../network/prefix";
import { all, andThen, mistaken, quote, sentence, valid, type Result } from "./result";
import type { SettingSource } from "./source";
import { integer, listOf, matching, prefix, yesOrNo } from "./values";

/** Parses whether a host tells how it is, and whom. */
export function parseMetrics(source: SettingSource): Result<MetricsPlan | undefined> {
  const settings = all<{ enabled: boolean; from: readonly Prefix[] }>({
    enabled: source.read("metrics.enabled", yesOrNo("true makes the host tell how it is")),
    from: source.read(
      "metrics.from",
      listOf(
        prefix(
          "IPv6 prefixes",
          "name a segment's /64 or a machine's /128, as 2001:db8:0:101::/64",
          (given) => (given.family === 6 ? undefined : "not IPv6"),
        ),
      ),
    ),
  });
  return andThen(settings, ({ enabled, from }) => {
    if (enabled || from.length === 0) return valid(enabled ? { from } : undefined);
    return mistaken({
      where: "metrics.from",
      given: "prefixes while metrics.enabled is false",
      allowed: "a list where there is something to ask for",
      todo: "set metrics.enabled to true, or remove it",
    });
  });
}

/** Sentences on prefixes outside of one, that of all homes or of one. */
export const outsidersAmong = (from: readonly Prefix[], inside: Prefix): string[] =>
  from.flatMap((each, index) =>
    inside.contains(each)
      ? []
      : [
          sentence({
            where: `metrics.from[${index}]`,
            given: `${quote(each.toString())}, which is outside`,
            allowed: `prefixes of ${inside.toString()}`,
            todo: "name a part of a home's /56",
          }),
        ],
  );

interface GivenMail {
  readonly to: string | undefined;
  readonly from: string | undefined;
  readonly smarthost: string | undefined;
  readonly user: string | undefined;
  readonly password: string | undefined;
}

/** Parses what the colo watches the hosts with. */
export function parseMonitoring(
  source: SettingSource,
  metrics: Result<MetricsPlan | undefined>,
): Result<MonitoringPlan | undefined> {
  const enabled = source.read("monitoring.enabled", yesOrNo("true watches the hosts from the colo"));
  const settings = all<MonitoringPlan>({
    intervalSec: source.read(
      "monitoring.intervalSec",
      integer(5, 300, "15 is usual; an alert comes two of them late"),
    ),
    retentionDays: source.read("monitoring.retentionDays", integer(1, 3650, "30 is usual")),
    retentionMb: source.read("monitoring.retentionMb", integer(128, 1048576, "leave the disk some room")),
    receiver: parseReceiver(source),
  });
  return andThen(all({ enabled, settings }), (both): Result<MonitoringPlan | undefined> => {
    const { webhook, mail } = both.settings.receiver;
    if (!both.enabled) {
      if (webhook === undefined && mail === undefined) return valid(undefined);
      return mistaken({
        where: "monitoring.enabled",
        given: "false while somebody is to be told of alerts",
        allowed: "true where monitoring.webhook or monitoring.mailTo is set",
        todo: "set it to true, or remove them",
      });
    }
    if (!metrics.ok || metrics.value !== undefined) return valid(both.settings);
    return mistaken({
      where: "monitoring.enabled",
      given: "true while metrics.enabled is false",
      allowed: "true on a host that tells how it is",
      todo: "set metrics.enabled to true as well",
    });
  });
}

function parseReceiver(source: SettingSource): Result<AlertReceiver> {
  const address = matching(
    /^[^\s@"\\<>]+@[A-Za-z0-9.-]+$/,
    "a mail address",
    "write it alone, as ops@example.net",
  );
  const mail = all<GivenMail>({
    to: source.optional("monitoring.mailTo", address),
    from: source.optional("monitoring.mailFrom", address),
    smarthost: source.optional(
      "monitoring.smarthost",
      matching(
        /^([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\]):\d{1,5}$/,
        "a host and a port",
        "write it as mail.example.net:587",
      ),
    ),
    user: source.optional("monitoring.smtpUser", matching(/^[^\s"\\]+$/, "a name without blanks", "mend it")),
    password: source.secret(
      "monitoring.smtpPassword",
      (text) => /^[^\p{C}]+$/u.test(text),
      "one line of text",
    ),
  });
  return all<AlertReceiver>({
    webhook: source.secret(
      "monitoring.webhook",
      (text) => /^https?:\/\/[^\s"\\]+$/.test(text),
      "an address that begins with https:// or http://",
    ),
    mail: andThen(mail, mailOf),
  });
}

/** What belongs together is there together, or not at all. */
function mailOf(given: GivenMail): Result<AlertMail | undefined> {
  const { to, from, smarthost, user, password } = given;
  const half = (where: string, needs: string): Result<never> =>
    mistaken({
      where,
      given: `a value without ${needs}`,
      allowed: "both or neither",
      todo: `set ${needs} as well, or remove it`,
    });
  if (user !== undefined && password === undefined)
    return half("monitoring.smtpUser", "monitoring.smtpPassword");
  if (user === undefined && password !== undefined)
    return half("monitoring.smtpPassword", "monitoring.smtpUser");
  const login = user === undefined || password === undefined ? undefined : { user, password };
  if (to === undefined) {
    if (from !== undefined) return half("monitoring.mailFrom", "monitoring.mailTo");
    if (smarthost !== undefined) return half("monitoring.smarthost", "monitoring.mailTo");
    return login === undefined ? valid(undefined) : half("monitoring.smtpUser", "monitoring.mailTo");
  }
  if (from === undefined) return half("monitoring.mailTo", "monitoring.mailFrom");
  if (smarthost === undefined) return half("monitoring.mailTo", "monitoring.smarthost");
  return valid({ to, from, smarthost, login });
}
