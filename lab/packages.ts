import { run } from "./run";

/** What the lab uses on the machine itself: tools only. Daemons run from an image, in their own namespace. */
const tools = [
  "apt-utils",
  "bind9-dnsutils",
  "ca-certificates",
  "conntrack",
  "curl",
  "debootstrap",
  "iperf3",
  "iproute2",
  "iputils-ping",
  "ndisc6",
  "netcat-openbsd",
  "nftables",
  "openssh-client",
  "procps",
  "python3",
  "systemd-container",
  "tcpdump",
  "traceroute",
];

/** What is served to the hosts offline, and installed in the full image. */
export const imagePackages: readonly string[] = [
  "bind9",
  "bind9-dnsutils",
  "bind9-utils",
  "conntrack",
  "curl",
  "dhcpcd-base",
  "dns-root-data",
  "dnsmasq",
  "dnsmasq-base",
  "ethtool",
  "fail2ban",
  "iperf3",
  "ipxe",
  "kea-dhcp6-server",
  "lighttpd",
  "nftables",
  "prometheus",
  "prometheus-alertmanager",
  "prometheus-node-exporter",
  "python3",
  "python3-systemd",
  "radvd",
  "rdnssd",
  "tayga",
  "tcpdump",
  "unattended-upgrades",
  "wireguard-go",
  "wireguard-tools",
];

/** Installs the Debian packages that the lab, or a part of it, needs and the machine lacks. */
export async function installTools(
  progress: (line: string) => void,
  names: readonly string[] = tools,
): Promise<void> {
  const known = await run(["dpkg-query", "-W", "-f", "${Package} ${db:Status-Status}\n", ...names], {
    allowFailure: true,
  });
  const installed = new Set(
    known.stdout.split("\n").flatMap((line) => (line.endsWith(" installed") ? [line.split(" ")[0]] : [])),
  );
  const missing = names.filter((name) => !installed.has(name));
  if (missing.length === 0) return;
  progress(`machine: installing ${missing.join(" ")}`);
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  try {
    await run(["apt-get", "-qq", "update"], { env, timeoutSec: 300 });
    await run(["apt-get", "-qq", "-y", "--no-install-recommends", "install", ...missing], {
      env,
      timeoutSec: 900,
    });
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    throw new Error(
      `machine: could not install ${missing.join(" ")}. Is the Debian mirror of this machine reachable?\n${said}`,
      { cause: error },
    );
  }
  progress(`machine: ${missing.length} packages installed`);
}
