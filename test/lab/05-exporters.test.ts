import { fullImage, runInImage } from "../../lab/lab";
import { readProjectFile } from "../support/settings";

const folder = "test/golden/colo-variant/colo";
const address = "fd12:3456:789a:1::9090";
const daemons: Readonly<Record<string, number>> = { exporter: 9100, prometheus: 9090, alertmanager: 9093 };

const paths = [
  ...Object.keys(daemons).map((name) => `/etc/systemd/system/ipv6-home-${name}.service`),
  "/etc/ipv6-home/monitoring/prometheus.yml",
  "/etc/ipv6-home/monitoring/rules.yml",
  "/etc/ipv6-home/alerts/alertmanager.yml",
];
const files = Object.fromEntries(paths.map((path) => [path, readProjectFile(`${folder}${path}`)]));

/** The command of a unit, as systemd reads it. */
const commandOf = (name: string) =>
  (/^ExecStart=(.*)$/m.exec(files[`/etc/systemd/system/ipv6-home-${name}.service`] ?? "")?.[1] ?? "")
    .split(" ")
    .map((word) => `'${word.replaceAll("$$", "$")}'`)
    .join(" ");

const script = [
  "pids=; trap 'kill $pids; wait' EXIT",
  "mkdir -p /run/ipv6-home-metrics /var/lib/ipv6-home-prometheus /var/lib/ipv6-home-alertmanager",
  "echo 'ipv6_home_some_total 1' >/run/ipv6-home-metrics/ipv6-home.prom",
  `ip address add ${address}/128 dev lo`,
  ...Object.keys(daemons).map((name) => `${commandOf(name)} >/tmp/${name} 2>&1 & pids="$pids $!"`),
  ...Object.entries(daemons).flatMap(([name, port]) => [
    `for i in $(seq 100); do curl -sgf -o /tmp/answer 'http://[${address}]:${port}/metrics' && break; sleep 0.2; done`,
    `grep -q '^[a-z]' /tmp/answer && echo '${name} answers' || tail -n 20 /tmp/${name}; rm -f /tmp/answer`,
  ]),
  `curl -sg 'http://[${address}]:9100/metrics' | grep -oE '^(ipv6_home_some_total|node_filesystem_size_bytes|node_memory_MemTotal_bytes|node_cpu_seconds_total)' | sort -u`,
].join("\n");

it.each(["trixie", "bookworm"] as const)(
  "what watches hosts runs with what is rendered, on Debian (%s)",
  async (release) => {
    const image = await fullImage(release, () => undefined);
    const { stdout } = await runInImage(image, ["sh", "-c", script], files, {
      allowFailure: true,
      timeoutSec: 80,
    });
    expect(stdout.trim().split("\n")).toEqual([
      ...Object.keys(daemons).map((name) => `${name} answers`),
      ...["ipv6_home_some_total", "node_cpu_seconds_total"],
      ...["node_filesystem_size_bytes", "node_memory_MemTotal_bytes"],
    ]);
  },
  1_200_000,
);
