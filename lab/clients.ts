import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { inPlace } from "./daemons";
import { readDescription } from "./description";
import { inState } from "./paths";
import { startDaemon, stopDaemon, waitForProgram } from "./processes";
import { run } from "./run";
import { clientNames, namespaceOf, type ClientName } from "./topology";

// The laptop is a full client: router advertisements, and DHCPv6 as soon as these say so (M flag).
const dhcpcdConf = `duid ll
hostname laptop
fqdn both
ipv6only
ipv6rs
slaac hwaddr
option dhcp6_name_servers, dhcp6_domain_search
script /srv/lab/resolv-hook
`;

// dhcpcd calls this with what it knows in variables. In place, because ip netns exec has bound the file itself.
const dhcpcdHook = `#!/bin/sh
for server in $new_dhcp6_name_servers $(env | sed -n 's/^nd[0-9]*_rdnss[0-9]*_servers=//p'); do
  echo "nameserver $server"
done | sort -u >/srv/lab/resolv.conf
`;

/** What a client keeps; /srv/lab of its daemon. */
const directoryOf = (name: ClientName): string => inState("clients", name);

/** Starts the address and name server configuration of all devices at home. */
export async function startClients(image: string): Promise<void> {
  for (const name of clientNames) {
    const directory = directoryOf(name);
    mkdirSync(directory, { recursive: true });
    writeFileSync(join(directory, "resolv.conf"), "");
    if (name === "laptop") {
      writeFileSync(join(directory, "dhcpcd.conf"), dhcpcdConf);
      writeFileSync(join(directory, "resolv-hook"), dhcpcdHook, { mode: 0o755 });
    }
    // ip netns exec puts every file of this directory over the machine's file of the same name.
    mkdirSync(`/etc/netns/${namespaceOf(name)}`, { recursive: true });
    symlinkSync(join(directory, "resolv.conf"), `/etc/netns/${namespaceOf(name)}/resolv.conf`);
  }
  await Promise.all(clientNames.map((name) => startClient(name, image)));
}

async function startClient(name: ClientName, image: string): Promise<void> {
  const command =
    name === "laptop"
      ? ["dhcpcd", "-B", "-f", "/srv/lab/dhcpcd.conf", "eth0"]
      : ["rdnssd", "-f", "-u", "root", "-r", "/srv/lab/resolv.conf", "-p", "/run/rdnssd.pid"];
  startDaemon(`${name}-client`, inPlace(name, image, directoryOf(name), command));
  await waitForProgram(`${name}-client`, command[0] ?? "");
}

/** Makes all devices at home forget what they learnt and start over, as if their cable had been pulled for a moment. */
export async function restartClients(): Promise<void> {
  const image = readDescription()?.images.full;
  if (image === undefined) throw new Error("lab: is not up; try: npm run lab -- up");
  await Promise.all(
    clientNames.map(async (name) => {
      await stopDaemon(`${name}-client`);
      await run(["ip", "-n", namespaceOf(name), "link", "set", "eth0", "down"]);
      await run(["ip", "-n", namespaceOf(name), "-6", "addr", "flush", "dev", "eth0"]);
      // dhcpcd makes link-local addresses itself, and leaves the kernel told not to.
      await run([
        ...["ip", "netns", "exec", namespaceOf(name)],
        ...["sysctl", "-qw", "net.ipv6.conf.eth0.addr_gen_mode=0"],
      ]);
      writeFileSync(join(directoryOf(name), "resolv.conf"), "");
      // rdnssd asks nobody: what it misses of the answer to the kernel's solicitation comes minutes later.
      await startClient(name, image);
      await run(["ip", "-n", namespaceOf(name), "link", "set", "eth0", "up"]);
    }),
  );
}
