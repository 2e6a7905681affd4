import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inPlace } from "../../lab/daemons";
import { readDescription } from "../../lab/description";
import { run } from "../../lab/run";
import type { ClientName, Place } from "../../lab/topology";
import { sh, trySh } from "./support";

/** What a device asks for; `ipv6only` makes it one that can do without IPv4. */
const dhcpcdConf = (more: readonly string[]) =>
  ["noarp", "noipv6", "nohook resolv.conf, hostname", "script /bin/true", ...more, ""].join("\n");

const fullImage = (): string => {
  const image = readDescription()?.images.full;
  if (image === undefined) throw new Error("lab: is not up; try: npm run lab -- up");
  return image;
};

/** Runs a program of the image in a client's place, with `files` under /srv/lab; answers all that it said. */
export async function runIn(
  place: ClientName,
  argv: readonly string[],
  files: Readonly<Record<string, string>>,
): Promise<string> {
  const directory = mkdtempSync(join(tmpdir(), "lab-client-"));
  try {
    for (const [name, content] of Object.entries(files)) writeFileSync(join(directory, name), content);
    const { stdout, stderr } = await run(inPlace(place, fullImage(), directory, argv), {
      allowFailure: true,
      timeoutSec: 40,
    });
    return stdout + stderr;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/**
 * What ends the wait for dhcpcd, which itself waits for ever: that it may do without IPv4, or nobody's answer twice. dnsmasq
 * first looks for three seconds whether an address is in use, so its answer may cross with the second question.
 */
const answered = "/IPv6-Only/q; /sending DISCOVER/{ x; s/$/x/; /xx/{ x; q; }; x; }";

/** Asks for IPv4 by DHCPv4, once, and keeps what it got; answers what dhcpcd said. */
export const askForIpv4 = (place: ClientName, ...options: readonly string[]): Promise<string> =>
  runIn(
    place,
    [
      "sh",
      "-c",
      `mkfifo /run/said; dhcpcd -4 -d -1 -B -p -f /srv/lab/dhcpcd.conf eth0 >/run/said 2>&1 & { sed -u '${answered}'; timeout 1 cat; } </run/said; kill $! 2>/dev/null; wait`,
    ],
    { "dhcpcd.conf": dhcpcdConf(["option interface_mtu, routers", ...options]) },
  );

/**
 * The addresses that a name has, a line each, while somebody who calls himself so has a lease: a machine beside the
 * client, with its own MAC, that asks by DHCPv4 or by DHCPv6 and is gone afterwards. It may send a domain as well.
 */
export async function namedByLease(place: ClientName, name: string, family: 4 | 6): Promise<string> {
  const conf = [
    "duid ll",
    "fqdn both",
    "noarp",
    "noipv6rs",
    "script /bin/true",
    "ia_na 1",
    `hostname ${name}`,
  ];
  await sh(place, "ip link add link eth0 name visitor0 type macvlan mode bridge; ip link set visitor0 up");
  try {
    const said = await runIn(
      place,
      ["timeout", "20", "dhcpcd", `-${family}`, "-1", "-B", "-p", "-f", "/srv/lab/dhcpcd.conf", "visitor0"],
      { "dhcpcd.conf": [...conf, ""].join("\n") },
    );
    if (!/ leased | REPLY6 received/.test(said)) throw new Error(`${place}: no lease for ${name}: ${said}`);
    const type = family === 4 ? "A" : "AAAA";
    const [label] = name.split(".");
    return await sh("phone", `dig +short +time=2 +tries=2 @2001:db8:beef:101::1 ${label}.home.arpa ${type}`);
  } finally {
    await sh(place, "ip link delete visitor0");
  }
}

/** Takes IPv4 off a client again. */
export const forgetIpv4 = (place: ClientName): Promise<string> =>
  sh(place, "ip -4 address flush dev eth0; ip -4 route flush default; ip link set eth0 mtu 1500");

/** The prefix of the network's NAT64, as a client finds it by DNS (RFC 7050). */
export async function nat64PrefixAt(place: ClientName, resolver: string): Promise<string> {
  const answer = await sh(place, `dig +short +time=2 +tries=3 @${resolver} ipv4only.arpa AAAA`);
  const found = /^(.*::)c000:a[ab]$/m.exec(answer)?.[1];
  if (found === undefined) throw new Error(`${place}: no NAT64 in ${JSON.stringify(answer)}`);
  return `${found}/96`;
}

/** Daemons that run, by their place. */
const clats = new Map<ClientName, number>();

/** Gives a client a CLAT as a phone has it (RFC 6877): IPv4 inside it, translated to an IPv6 address of its own. */
export async function startClat(place: ClientName, own: string, prefix: string): Promise<void> {
  const config = [
    "tun-device clat0",
    "ipv4-addr 192.0.0.2",
    `ipv6-addr ${own}:465`,
    `prefix ${prefix}`,
    `map 192.0.0.1 ${own}:464`,
    "",
  ].join("\n");
  const script = [
    "tayga -c /srv/lab/tayga.conf --mktun",
    // Forwarding to its own translator must not make it deaf to advertisements.
    "sysctl -qw net.ipv6.conf.eth0.accept_ra=2 net.ipv6.conf.all.forwarding=1 net.ipv6.conf.eth0.proxy_ndp=1",
    `ip link set clat0 mtu 1440 up; ip -6 neigh add proxy ${own}:464 dev eth0; ip -6 route add ${own}:464/128 dev clat0`,
    "ip -4 address add 192.0.0.1/32 dev clat0; ip -4 route add default dev clat0 mtu 1420",
    "tayga -c /srv/lab/tayga.conf --pidfile /srv/lab/pid",
    "for i in $(seq 50); do [ ! -s /srv/lab/pid ] || break; sleep 0.1; done; echo pid $(cat /srv/lab/pid)",
  ];
  const said = await runIn(place, ["sh", "-ec", script.join("\n")], { "tayga.conf": config });
  const pid = /^pid (\d+)$/m.exec(said)?.[1];
  if (pid === undefined) throw new Error(`${place}: tayga did not start: ${said}`);
  clats.set(place, Number(pid));
}

export async function stopClat(place: ClientName): Promise<void> {
  const pid = clats.get(place);
  // Without its device it would go on, and be busy with that.
  if (pid !== undefined) process.kill(pid, "SIGTERM");
  clats.delete(place);
  await sh(
    place,
    "ip link delete clat0; ip -6 neigh flush proxy; sysctl -qw net.ipv6.conf.all.forwarding=0 net.ipv6.conf.eth0.accept_ra=1 net.ipv6.conf.eth0.proxy_ndp=0",
  );
}

/** Whether a TCP connection is possible; a listener is there for as long as it is tried. */
export async function reaches(from: Place, to: ClientName, address: string, port: number): Promise<boolean> {
  const listener = trySh(to, `timeout 4 nc -6 -l ${port}`, 10);
  await sh(
    to,
    `for i in $(seq 40); do ss -Hltn 'sport = :${port}' | grep -q . && exit 0; sleep 0.05; done; exit 1`,
  );
  const { code } = await trySh(from, `nc -6 -z -w 1 ${address} ${port}`);
  await listener;
  return code === 0;
}

/** What a web server answers by an address as it stands; nothing if it does not. */
export const fetchFrom = async (place: ClientName, url: string): Promise<string> =>
  (await trySh(place, `curl -sS -m 3 ${url}`)).stdout.trim();
