import { exec } from "./exec";
import { ipBatch, run } from "./run";
import { mobileCables, namespaceOf } from "./topology";
import { natRules, plugCable } from "./wiring";

const namespace = namespaceOf("mobile");
const networkFile = "/etc/systemd/network/80-wwan0.network";

/** What LTE carries; the path drops what is larger. */
export const mobileMtu = 1400;

// A worse metric than that of DHCP: by itself the host prefers its cable.
const network = `[Match]
Name=wwan0

[Link]
RequiredForOnline=no
MTUBytes=${mobileMtu}

[Network]
Address=10.97.0.100/24
IPv6AcceptRA=no

[Route]
Gateway=10.97.0.1
Metric=4096
`;

/** Gives the home a modem with a second ISP behind it, and configures it as its owner would. */
export async function addMobile(): Promise<void> {
  // Of a run that was killed.
  await run(["ip", "netns", "delete", namespace], { allowFailure: true });
  await ipBatch(undefined, [`netns add ${namespace}`]);
  await run([
    "ip",
    "netns",
    "exec",
    namespace,
    "sysctl",
    "-qw",
    "net.ipv4.ip_forward=1",
    "net.ipv6.conf.all.disable_ipv6=1",
  ]);
  for (const cable of mobileCables) await plugCable(cable);
  for (const { place, name } of mobileCables.flat().filter(({ place }) => place === "mobile"))
    await ipBatch(namespaceOf(place), [`link set ${name} mtu ${mobileMtu}`]);
  await ipBatch(namespace, ["link set lo up", "route add default via 11.0.6.1"]);
  await run(["ip", "netns", "exec", namespace, "nft", "-f", "-"], { input: natRules });
  await exec("home", ["sh", "-c", `cat >${networkFile} && networkctl reload`], { input: network });
}

/** Takes both away again. */
export async function removeMobile(): Promise<void> {
  await exec("home", ["sh", "-c", `rm -f ${networkFile} && networkctl reload`]);
  await ipBatch(undefined, [`netns delete ${namespace}`]);
}
