import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { inLab, inState } from "./paths";
import { isRunning, logPath, startDaemon } from "./processes";
import { run, waitFor } from "./run";
import { ispLease, nameServers, namespaceOf, portsOf, webNames, type Place } from "./topology";

/** The command that runs something in a place, in a throwaway copy of the full image with `directory` as /srv/lab. */
export function inPlace(
  place: Place,
  image: string,
  directory: string,
  command: readonly string[],
): string[] {
  return ["ip", "netns", "exec", namespaceOf(place), inLab("in-image.sh"), image, directory, ...command];
}

/** Waits until something listens on a port in a place. */
async function waitForListener(
  daemon: string,
  place: Place,
  kind: "tcp" | "udp",
  port: number,
): Promise<void> {
  await waitFor(`${daemon}: listening on ${kind} port ${port}`, 20, async () => {
    if (!isRunning(daemon)) throw new Error(`${daemon}: ended at its start; see ${logPath(daemon)}`);
    const flags = kind === "tcp" ? "-Hltn" : "-Hlun";
    const { stdout } = await run([
      "ip",
      "netns",
      "exec",
      namespaceOf(place),
      "ss",
      flags,
      `sport = :${port}`,
    ]);
    return stdout === "" ? undefined : true;
  });
}

/** The name server of the internet. */
export async function startInternetDns(image: string, directory: string): Promise<void> {
  const command = ["named", "-f", "-n", "1", "-c", "/srv/lab/named.conf"];
  startDaemon("internet-dns", inPlace("internet", image, directory, command));
  await waitFor("internet-dns: answers", 20, async () => {
    if (!isRunning("internet-dns"))
      throw new Error(`internet-dns: ended at its start; see ${logPath("internet-dns")}`);
    const query = [
      "dig",
      "+short",
      "+time=1",
      "+tries=1",
      `@${nameServers.resolver[0]}`,
      "web4.lab.example",
      "A",
    ];
    const { stdout } = await run(["ip", "netns", "exec", namespaceOf("internet"), ...query], {
      allowFailure: true,
    });
    return stdout.startsWith("11.") ? true : undefined;
  });
}

/** The DHCPv4 server of the ISP. */
export async function startIspDhcp(image: string): Promise<void> {
  const directory = inState("isp");
  mkdirSync(directory, { recursive: true });
  const home = portsOf("home").find(({ name }) => name === "enp2s0");
  const lines = [
    "port=0",
    "interface=home",
    "bind-dynamic",
    "no-ping",
    "dhcp-authoritative",
    "dhcp-leasefile=/srv/lab/leases",
    `dhcp-range=${ispLease.first},${ispLease.last},1h`,
    `dhcp-host=${home?.mac ?? ""},${ispLease.first}`,
    `dhcp-option=option:router,${ispLease.router}`,
    `dhcp-option=option:dns-server,${nameServers.resolver[0]}`,
  ];
  writeFileSync(join(directory, "dnsmasq.conf"), `${lines.join("\n")}\n`);
  const command = [
    "dnsmasq",
    "--keep-in-foreground",
    "--user=root",
    "--pid-file=",
    "--conf-file=/srv/lab/dnsmasq.conf",
  ];
  startDaemon("isp-dhcp", inPlace("isp", image, directory, command));
  await waitForListener("isp-dhcp", "isp", "udp", 67);
}

/** The web servers of the internet. */
export async function startWeb(): Promise<void> {
  for (const place of webNames) {
    startDaemon(`${place}-http`, [
      "ip",
      "netns",
      "exec",
      namespaceOf(place),
      process.execPath,
      inLab("web.mjs"),
      place,
    ]);
  }
  await Promise.all(webNames.map((place) => waitForListener(`${place}-http`, place, "tcp", 80)));
}
