import type { Address } from "../network/address";
import type { Prefix } from "../network/prefix";
import { libraryFolder } from "./host";
import { prefixUnit } from "./routing";
import { renderUnit } from "./unit";

const ip = "/usr/sbin/ip -6";

/** One end of a tunnel, as its unit needs it. */
export interface TunnelEnd {
  readonly interface: string;
  readonly description: string;
  readonly port: number;
  readonly mtu: number;
  readonly local: Address;
  readonly peer: Address;
  readonly allowedIps: readonly Prefix[];
  readonly endpoint?: string;
  /** Routes by this interface, as arguments of `ip -6 route replace` without the device. */
  readonly routes: readonly string[];
  /** Whether it starts before the network is up, as it must where one of several uplinks may be dead. @default false */
  readonly early?: boolean;
  /** Whether a start waits until the routes are its own, see assets/tunnel/wireguard-routes.sh. */
  readonly takeOver: "wait" | "follow";
  /** What is done before the first packet, and undone after the last; a failure of either is none of the unit. */
  readonly also?: { readonly start: readonly string[]; readonly stop: readonly string[] };
}

/** Before the peer's own route, which an address brings: it follows the routes to where the traffic goes. */
export const peerMetric = 128;

/** Routes as arguments of a command line. */
export const quoted = (routes: readonly string[]): string => routes.map((route) => `"${route}"`).join(" ");

/** The article's unit, without wg-quick: device, addresses, peer, routes. It ends with its device and starts again. */
export function renderTunnelUnit(end: TunnelEnd): string {
  const device = end.interface;
  const network = end.early === true ? "network.target" : "network-online.target";
  return renderUnit({
    Unit: {
      Description: end.description,
      After: `${network} ${prefixUnit}`,
      Wants: `${network} ${prefixUnit}`,
      StartLimitIntervalSec: 0,
    },
    Service: {
      Type: "notify",
      NotifyAccess: "all",
      ExecStart: `${libraryFolder}/wireguard-device ${device}`,
      ExecStartPost: [
        ...(end.also?.start ?? []).map((command) => `-${command}`),
        [
          `${libraryFolder}/wireguard-peer ${device} ${end.port} ${end.allowedIps.join(",")}`,
          ...(end.endpoint === undefined ? [] : [end.endpoint]),
        ].join(" "),
        // Up first: only then does a new address bring the route to its peer.
        `/usr/sbin/ip link set dev ${device} mtu ${end.mtu} up`,
        `${ip} address replace ${end.local} peer ${end.peer} dev ${device}`,
        `${libraryFolder}/wireguard-routes ${end.takeOver} ${device} ${quoted(end.routes)}`,
      ],
      ExecStopPost: [
        `-/usr/sbin/ip link delete dev ${device}`,
        ...(end.also?.stop ?? []).map((command) => `-${command}`),
      ],
      Restart: "on-failure",
      RestartSec: 1,
      TimeoutStartSec: 30,
      TimeoutStopSec: 10,
    },
    Install: { WantedBy: "multi-user.target" },
  });
}
