import type { Place } from "./topology";
import { exec } from "./exec";

/** One thing that a user of the network expects, tried from where that user sits. */
export interface Check {
  readonly name: string;
  readonly from: Place;
  readonly argv: readonly string[];
  /** What the output must show; the command must succeed where nothing is named. */
  readonly shows?: RegExp;
}

const curl = (url: string, ...more: string[]) => ["curl", "-sS", "--max-time", "8", ...more, url];
const megabyte = 1_000_000;
const size = ["-o", "/dev/null", "-w", "%{size_download} %{size_upload}"];
const upload = (url: string) => [
  "sh",
  "-c",
  `head -c ${megabyte} /dev/zero | curl -sS --max-time 20 --data-binary @- ${url}`,
];

/** What the network is for, seen from the LAN. Every one of these fails as long as nothing is converged. */
export const connectivityChecks: readonly Check[] = [
  {
    name: "laptop has an address by DHCPv6",
    from: "laptop",
    argv: ["ip", "-6", "-o", "address", "show", "dev", "eth0", "scope", "global"],
    shows: /2001:db8:beef:101::[0-9a-f]{3,4}\/128/,
  },
  {
    name: "phone has an address by SLAAC alone",
    from: "phone",
    argv: ["ip", "-6", "-o", "address", "show", "dev", "eth0", "scope", "global"],
    shows: /2001:db8:beef:101:0:ff:fe00:102\/64/,
  },
  {
    name: "laptop's name server came by DHCPv6",
    from: "laptop",
    argv: ["cat", "/etc/resolv.conf"],
    shows: /nameserver 2001:db8:beef:101::1/,
  },
  {
    name: "laptop reaches an IPv6 server by name",
    from: "laptop",
    argv: curl("http://web6.lab.example/hello"),
    shows: /^hello from web6 to 2001:db8:beef:101:/,
  },
  {
    name: "laptop reaches a dual-stack server by IPv6",
    from: "laptop",
    argv: curl("http://web46.lab.example/hello"),
    shows: /^hello from web46 to 2001:db8:beef:101:/,
  },
  {
    name: "laptop reaches an IPv4-only server by DNS64 and NAT64",
    from: "laptop",
    argv: curl("http://web4.lab.example/hello"),
    shows: /^hello from web4 to 11\.0\.1\.2/,
  },
  {
    name: "phone reaches an IPv4-only server",
    from: "phone",
    argv: curl("http://web4.lab.example/hello", "--resolve", "web4.lab.example:80:[64:ff9b::b00:302]"),
    shows: /^hello from web4 to 11\.0\.1\.2/,
  },
  {
    name: "printer on the second segment reaches an IPv6 server",
    from: "printer",
    argv: curl("http://[2001:db8:6::2]/hello"),
    shows: /^hello from web6 to 2001:db8:beef:102:/,
  },
  {
    name: "1 MB down, native",
    from: "laptop",
    argv: curl(`http://[2001:db8:6::2]/bytes/${megabyte}`, ...size),
    shows: /^1000000 /,
  },
  {
    name: "1 MB up, native",
    from: "laptop",
    argv: upload("http://[2001:db8:6::2]/upload"),
    shows: /^1000000$/m,
  },
  {
    name: "1 MB down, by NAT64",
    from: "laptop",
    argv: curl(`http://[64:ff9b::b00:302]/bytes/${megabyte}`, ...size),
    shows: /^1000000 /,
  },
  {
    name: "1 MB up, by NAT64",
    from: "laptop",
    argv: upload("http://[64:ff9b::b00:302]/upload"),
    shows: /^1000000$/m,
  },
  {
    name: "a LAN machine's name resolves, forward",
    from: "phone",
    argv: ["dig", "+short", "+time=2", "+tries=2", "@2001:db8:beef:101::1", "laptop.home.arpa", "AAAA"],
    shows: /^2001:db8:beef:101::/m,
  },
  {
    name: "the internet can ping a machine at home (RFC 4890)",
    from: "web46",
    argv: ["ping", "-6", "-c", "1", "-W", "2", "2001:db8:beef:101:0:ff:fe00:102"],
  },
];

/** Runs a check once. Its detail is what was looked for, or else the end of what the command said. */
export async function runCheck(check: Check): Promise<{ readonly ok: boolean; readonly detail: string }> {
  const outcome = await exec(check.from, check.argv, { allowFailure: true, timeoutSec: 30 });
  const found = check.shows?.exec(outcome.stdout)?.[0];
  const ok = check.shows === undefined ? outcome.code === 0 : found !== undefined;
  const said = (outcome.stdout.trim() || outcome.stderr.trim()).split("\n").slice(-1)[0] ?? "";
  return { ok, detail: (found ?? said).trim().slice(0, 80) };
}

/** Repeats a check until it holds or the time is over: leases and names come by events on other machines. */
export async function eventually(
  check: Check,
  withinSec: number,
): Promise<{ readonly ok: boolean; readonly detail: string }> {
  const deadline = Date.now() + withinSec * 1000;
  for (;;) {
    const result = await runCheck(check);
    if (result.ok || Date.now() > deadline) return result;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}
