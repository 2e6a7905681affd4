import type { ColoSettings, HomeSettings } from "../../settings/settings";
import { coloStack } from "../../stacks/colo";
import { exportFacts, importFacts, type ColoFacts } from "../../stacks/colo-facts";
import { homeStack } from "../../stacks/home";
import { coloAddresses } from "../../network/address-plan";
import { unpack } from "./bundle";
import { record, reveal, textOf, type Recorded, type Recording } from "./record";

/** Every component of the program. */
export const treeComponents: readonly string[] = [
  "AuthoritativeDns",
  "Clat",
  "ColoServer",
  "Dns64",
  "DriftLogin",
  "Firewall",
  "Health",
  "HomeGateway",
  "HomeLan",
  "Host",
  "HostConfig",
  "HostGuard",
  "HostLeave",
  "HostRemoval",
  "Metrics",
  "Monitoring",
  "Nat64",
  "NetBoot",
  "PrefixDelegation",
  "PublicNames",
  "RoutedPrefix",
  "Status",
  "Tunnel",
  "TunnelKeys",
  "Upgrades",
  "Uplinks",
];

export const componentType = (name: string): string => `ipv6home:components:${name}`;

export const commandType = "command:remote:Command";

/** What a home learns of a colo with these settings. */
export function factsOf({
  login,
  wan,
  address4,
  prefix,
  tunnelPrefix,
  basePort,
  authoritative,
  translator,
}: ColoSettings): ColoFacts {
  return importFacts(
    "organization/ipv6-home/colo",
    exportFacts({
      login,
      endpoint: address4,
      addresses: coloAddresses(prefix, tunnelPrefix),
      basePort,
      wanMtu: wan.mtu,
      authoritative,
      forwards: translator.program === "jool" ? translator.jool.forwards : [],
    }),
  );
}

type Options = Parameters<typeof record>[1];

export const recordColo = (settings: ColoSettings, options?: Options): Promise<Recording> =>
  record(() => coloStack(settings), options);

export const recordHome = (
  settings: HomeSettings,
  colo: ColoSettings,
  options?: Options,
): Promise<Recording> =>
  record(() => homeStack(settings, factsOf(colo), "organization/ipv6-home/home"), options);

/** The remote commands of a recording. */
export const commandsOf = ({ resources }: Recording): Recorded[] =>
  resources.filter(({ type }) => type === commandType);

/** Those that log in when they are created; the others only take something away. */
export const loginsOf = (recording: Recording): Recorded[] =>
  commandsOf(recording).filter(({ inputs }) => inputs["create"] !== undefined);

/** Those that put something on a host. */
export const convergesOf = (recording: Recording): Recorded[] =>
  loginsOf(recording).filter((command) => componentOf(command) !== "");

/** Where a command logs in. */
export const hostOf = ({ inputs }: Recorded): string =>
  (reveal(inputs["connection"]) as { host: string }).host;

/** What the commands put on their hosts. */
export const bundlesOf = (recording: Recording) =>
  convergesOf(recording).map((command) => ({
    command,
    host: hostOf(command),
    component: componentOf(command),
    ...unpack(textOf(command.inputs["stdin"])),
  }));

/** The component's name on the host, as its commands say it. */
export const componentOf = ({ inputs }: Recorded): string =>
  /(?:exec \S+ apply|^set --) (\S+)(?: \d+)?$/m.exec(textOf(inputs["create"]))?.[1] ?? "";

/** The commands that carry keys. */
export const isKeyCommand = (name: string) =>
  /^((tunnel-\d+|names)-(home|colo)|colo-monitoring)-key-converge$/.test(name);
/** The commands that put a generation of the tunnel on a host. */
export const isTunnelCommand = (name: string) => /^tunnel-\d+-(home|colo)-(key|config)-converge$/.test(name);
