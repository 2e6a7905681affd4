import { ipBatch, run } from "./run";
import {
  cables,
  isHost,
  management,
  namespaceOf,
  places,
  prefixes,
  type Cable,
  type Place,
  type Port,
} from "./topology";

/** The namespaces that have no place in the picture: the switch at home, and what the cabin has of one. */
const bridges = ["lan", "lan2", "lan3"];
const namespaces = [...places, "switch"] as const;

/** Routes that a namespace needs besides its connected ones. */
const routes: Partial<Record<Place, readonly string[]>> = {
  internet: [`${prefixes.site} via 2001:db8:c010::2`],
  isp: ["default via 11.0.2.1"],
  web4: ["default via 11.0.3.1"],
  web46: ["default via 11.0.4.1", "default via 2001:db8:46::1"],
  web6: ["default via 2001:db8:6::1"],
  attacker: ["default via 11.0.5.1", "default via 2001:db8:bad::1"],
};

const forward = ["net.ipv4.ip_forward=1", "net.ipv6.conf.all.forwarding=1"];
// By interface: a change to `default` comes too late for ports that exist already.
const deaf = ["net.ipv6.conf.eth0.accept_ra=0", "net.ipv6.conf.eth0.autoconf=0"];
// Predictable addresses, the ones that the devices form from their MAC, and at once: nobody else has them here.
const device = [
  "net.ipv6.conf.eth0.use_tempaddr=0",
  "net.ipv6.conf.eth0.addr_gen_mode=0",
  "net.ipv6.conf.eth0.accept_ra=1",
  "net.ipv6.conf.eth0.dad_transmits=0",
];
const sysctls: Partial<Record<Place | "switch", readonly string[]>> = {
  internet: [...forward, "net.ipv6.conf.isp.disable_ipv6=1"],
  // A consumer ISP without IPv6.
  isp: ["net.ipv4.ip_forward=1", "net.ipv6.conf.all.disable_ipv6=1", "net.ipv6.conf.default.disable_ipv6=1"],
  web4: ["net.ipv6.conf.all.disable_ipv6=1"],
  web46: deaf,
  web6: deaf,
  attacker: deaf,
  laptop: device,
  phone: device,
  printer: device,
  switch: ["net.ipv6.conf.all.disable_ipv6=1", "net.ipv6.conf.default.disable_ipv6=1"],
};

/** NAT44 of an ISP. */
export const natRules = `table ip nat {
  chain postrouting {
    type nat hook postrouting priority srcnat
    oifname "upstream" masquerade
  }
}
`;

const inside = (port: Port): string => (port.place === "machine" ? "" : ` netns ${namespaceOf(port.place)}`);

const linkCommand = ([a, b]: Cable): string =>
  `link add ${a.name} address ${a.mac}${inside(a)} type veth peer name ${b.name} address ${b.mac}${inside(b)}`;

/** Commands that set up one port from within its namespace. Host ports stay down and bare: the host configures them. */
function portCommands(port: Port): string[] {
  if (isHost(port.place)) return [];
  const addresses = port.addresses.map(
    (address) => `addr add ${address} dev ${port.name}${address.includes(":") ? " nodad" : ""}`,
  );
  const plug = port.bridge === undefined ? [] : [`link set ${port.name} master ${port.bridge}`];
  return [...plug, `link set ${port.name} up`, ...addresses];
}

/** Routes and sysctls of one namespace. */
async function furnish(place: Place | "switch", loopback: readonly string[]): Promise<void> {
  const namespace = namespaceOf(place);
  await ipBatch(namespace, [
    "link set lo up",
    ...(place === "switch"
      ? bridges.flatMap((bridge) => [`link add ${bridge} type bridge`, `link set ${bridge} up`])
      : []),
    ...loopback.map((address) => `addr add ${address} dev lo${address.includes(":") ? " nodad" : ""}`),
  ]);
  const wanted = sysctls[place] ?? [];
  if (wanted.length > 0) await run(["ip", "netns", "exec", namespace, "sysctl", "-qw", ...wanted]);
  await ipBatch(namespace, [
    ...cables.flat().flatMap((port) => (port.place === place ? portCommands(port) : [])),
    ...(place === "switch" ? [] : (routes[place] ?? []).map((route) => `route add ${route}`)),
  ]);
}

/** Builds all namespaces and cables. `nameServerAddresses` become addresses of the internet itself. */
export async function wire(nameServerAddresses: readonly string[]): Promise<void> {
  await ipBatch(
    undefined,
    namespaces.map((place) => `netns add ${namespaceOf(place)}`),
  );
  await ipBatch(undefined, [`link add ${management.bridge} type bridge`, ...cables.map(linkCommand)]);
  await wireManagement();
  await Promise.all(
    namespaces.map((place) => furnish(place, place === "internet" ? nameServerAddresses : [])),
  );
  await run(["ip", "netns", "exec", namespaceOf("isp"), "nft", "-f", "-"], { input: natRules });
}

/** Pulls a cable between two namespaces: the ports at both of its ends are gone, as those of a USB adapter. */
export async function pullCable([a]: Cable): Promise<void> {
  await ipBatch(namespaceOf(a.place), [`link delete ${a.name}`]);
}

/** Plugs it in again. A port of a host is there then, and off. */
export async function plugCable(cable: Cable): Promise<void> {
  await ipBatch(undefined, [linkCommand(cable)]);
  for (const port of cable) await ipBatch(namespaceOf(port.place), portCommands(port));
}

/** The bridge in the machine's own namespace: it only ever carries the lab's ULA. */
async function wireManagement(): Promise<void> {
  const own = cables.flat().filter((port) => port.place === "machine");
  for (const name of [management.bridge, ...own.map((port) => port.name)]) {
    await run([
      "sysctl",
      "-qw",
      `net.ipv6.conf.${name}.accept_ra=0`,
      `net.ipv6.conf.${name}.disable_ipv6=${name === management.bridge ? 0 : 1}`,
    ]);
  }
  await ipBatch(undefined, [
    ...own.flatMap(portCommands),
    `link set ${management.bridge} up`,
    `addr add ${management.machine} dev ${management.bridge} nodad`,
  ]);
}
