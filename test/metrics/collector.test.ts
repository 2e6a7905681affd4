import { execFileSync } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { documentedMetrics } from "../support/metrics";
import { projectFolder } from "../support/settings";

const outputs = {
  nft: `table inet ipv6_home {
\tset management6 {
\t\ttype ipv6_addr
\t}

\tchain input {
\t\ttype filter hook input priority filter; policy drop;
\t\tiif "lo" accept
\t\tiifname @isolated counter packets 2 bytes 80 drop
\t\tiifname @isolated counter packets 3 bytes 100 drop
\t\tcounter packets 7 bytes 420 drop comment "not asked for"
\t}
}
`,
  wg: `if [ "$3" = transfer ]; then printf 'vpn0\\tKEY\\t100\\t200\\nwg9\\tKEY\\t1\\t1\\n'; else printf 'vpn0\\tKEY\\t%s\\nvpn1\\tKEY\\t0\\n' "$(date +%s)"; fi`,
  systemctl: "",
  // As Jool 4.1.13 prints it, where it is asked in its network.
  nsenter: `case "$*" in
  --net=*/netns' jool -i nat64 stats display --all --csv --no-headers') printf 'JSTAT_RECEIVED6,35\\nJSTAT_BIB_ENTRIES,5\\nJSTAT_SESSIONS,8\\nJSTAT_ENOMEM,0\\n' ;;
  esac`,
};
const health = `# TYPE ipv6_home_health_check gauge
ipv6_home_health_check{check="tunnel"} 1
ipv6_home_health_since_seconds{check="tunnel"} 5
ipv6_home_health_answer_seconds{check="tunnel"} 0.002
ipv6_home_health_round_seconds 7
# TYPE ipv6_home_wireguard_sent_bytes_total counter
ipv6_home_wireguard_sent_bytes_total{interface="vpn0"} 1
`;

describe("the collector", () => {
  let folder: string;
  let journal = "";
  const collected = (files: Readonly<Record<string, string>>): string => {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    journal = execFileSync("perl", [join(folder, "metrics-watch.pl"), join(folder, "conf"), folder, "once"], {
      encoding: "utf8",
      env: { PATH: `${folder}/bin:${process.env["PATH"] ?? ""}` },
    });
    return readFileSync(join(folder, "ipv6-home.prom"), "utf8");
  };
  const conf = (...lines: string[]) => lines.map((line) => `${line.replace("DIR", folder)}\n`).join("");
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "metrics-"));
    for (const file of ["health/health-looks.pl", "metrics/metrics-watch.pl"])
      copyFileSync(join(projectFolder, "assets", file), join(folder, file.replace(/^.*\//, "")));
    mkdirSync(join(folder, "bin"));
    for (const [name, text] of Object.entries(outputs)) {
      const path = join(folder, "bin", name);
      writeFileSync(path, name === "nft" ? `#!/bin/sh\ncat <<'END'\n${text}END\n` : `#!/bin/sh\n${text}\n`);
      chmodSync(path, 0o755);
    }
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const everything = () => ({
    conf: conf(
      "# a comment",
      "health DIR/health",
      "sources DIR/sources 4096",
      "jool DIR/netns nat64",
      "leases DIR/leases",
      "segment lan 2001:db8:1:101::/64 172.31.1.0/24",
      "segment devices 2001:db8:1:102::/64",
      "uplink cable enp2s0",
      "uplink lte wwan0",
      "uplinks DIR/active",
    ),
    health,
    netns: "",
    sources: "###\n###\n192.168.240.2\t2001:db8:1:101::5\t1700000000\n",
    active: "lte wwan0 1700000000 cable does not answer\n",
    leases: [
      "1 02:00:00:00:00:01 172.31.1.100 old *",
      "0 02:00:00:00:00:02 172.31.1.101 phone *",
      "duid 00:01:00:01",
      "9999999999 7 2001:db8:1:101::1ab phone 00:03",
      "9999999999 8 2001:db8:1:102::1ac printer 00:03",
      "",
    ].join("\n"),
  });

  it("counts what there is", () => {
    const lines = collected(everything()).split("\n");
    for (const line of [
      'ipv6_home_firewall_packets_total{chain="input",rule="iifname @isolated drop"} 5',
      'ipv6_home_firewall_bytes_total{chain="input",rule="not asked for"} 420',
      'ipv6_home_dhcp_leases{segment="lan",family="ipv6"} 1',
      'ipv6_home_dhcp_leases{segment="lan",family="ipv4"} 1',
      'ipv6_home_dhcp_leases{segment="devices",family="ipv6"} 1',
      "ipv6_home_nat64_sources 1",
      "ipv6_home_nat64_pool_addresses 4096",
      "ipv6_home_nat64_sessions 8",
      "ipv6_home_nat64_bib_entries 5",
      'ipv6_home_uplink_active{uplink="cable",interface="enp2s0",preferred="yes"} 0',
      'ipv6_home_uplink_active{uplink="lte",interface="wwan0",preferred="no"} 1',
      'ipv6_home_wireguard_sent_bytes_total{interface="vpn0"} 200',
      'ipv6_home_health_check{check="tunnel"} 1',
    ])
      expect(lines).toContain(line);
    // One that is not ours, and one that has shaken hands with nobody.
    expect(lines.filter((line) => /wg9|age_seconds.*vpn1/.test(line))).toEqual([]);
  });

  it("writes each series once, and each family with its type", () => {
    const text = collected(everything());
    const series = [...text.matchAll(/^([^# ][^ ]*(?:\{.*\})?) \S+$/gm)].map(([, name]) => name);
    expect(new Set(series).size).toBe(series.length);
    const families = new Set(series.map((name) => name?.replace(/\{.*/, "")));
    const typed = [...text.matchAll(/^# TYPE (\S+) /gm)].map(([, name]) => name);
    expect(new Set(typed).size).toBe(typed.length);
    expect([...families].filter((name) => !/health/.test(name ?? "") && !typed.includes(name))).toEqual([]);
  });

  it("has no name that docs/MONITORING.md has not, and but for units the other way round", () => {
    const names = [...collected(everything()).matchAll(/^(ipv6_home_\w+)/gm)].map(([, name = ""]) => name);
    const documented = documentedMetrics().filter((name) => name.startsWith("ipv6_home_"));
    // The kernel of this machine may track no flows.
    const elsewhere = (name: string) => /_unit_active$|_conntrack_/.test(name);
    expect(names.filter((name) => !documented.includes(name))).toEqual([]);
    expect(documented.filter((name) => !names.includes(name) && !elsewhere(name))).toEqual([]);
  });

  it.each([
    ["nft", "firewall"],
    ["wg", "wireguard"],
  ])("says so when %s fails, and nothing of what it would have told", (program, family) => {
    const works = collected(everything());
    expect(works).toContain(`ipv6_home_metrics_source_up{source="${program}"} 1\n`);
    expect(works).toContain(`ipv6_home_${family}_`);
    expect(journal).toBe("");
    const path = join(folder, "bin", program);
    // What it has printed before is only a part.
    writeFileSync(path, `${readFileSync(path, "utf8")}exit 1\n`);
    const fails = collected(everything());
    expect(fails).toContain(`ipv6_home_metrics_source_up{source="${program}"} 0\n`);
    expect(fails).not.toContain(`ipv6_home_${family}_`);
    expect(journal).toBe(`<4>${program} ended with 1: what it tells is not known\n`);
  });

  it("says nothing of what is not there, and one uplink alone is in use", () => {
    const text = collected({ conf: conf("health DIR/none", "uplink wan enp2s0", "jool DIR/gone nat64") });
    expect(text).toContain('ipv6_home_uplink_active{uplink="wan",interface="enp2s0",preferred="yes"} 1\n');
    expect(text).not.toMatch(/health|leases|nat64/);
  });

  it("is in use by nobody when no uplink works", () => {
    const { conf: lines } = everything();
    expect(collected({ conf: lines })).not.toMatch(/ipv6_home_uplink_active\{.*\} 1/);
  });
});
