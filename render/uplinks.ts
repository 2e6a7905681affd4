import type { Address } from "../network/address";
import type { SiteAddresses } from "../network/address-plan";
import type { Prefix } from "../network/prefix";
import { homeInterfaces } from "../network/tunnel-plan";
import type { Uplink } from "../network/uplink";
import type { Bundle } from "./bundle";
import { perlPrograms, type Programs } from "./programs";
import { renderUnit, unitPath, verifyUnits } from "./unit";

const uplinksUnit = "ipv6-home-uplinks.service";
/** What the first one puts into the kernel, and its memory: they outlive it where it is only started again. */
const kernelUnit = "ipv6-home-uplinks-kernel.service";
const folder = "ipv6-home-uplinks";
/** Beside the folder that every host has: only a home with several uplinks needs these programs. */
export const programFolder = `/usr/local/lib/${folder}`;
const programNames = ["uplink-way.pl", "uplink-choice.pl", "uplink-watch.pl"] as const;

/** Holds a line: the uplink in use, its interface, since when (Unix time), and why. */
export const uplinkStatePath = `/run/${folder}/active`;

/**
 * Marks of what assets/uplink/uplink-watch.pl puts into the kernel: the protocol is a number of nobody's (ip-route(8)), the
 * rule comes before those of table vpn.
 */
const [protocol, rulePriority] = [86, 999];

/** Number of the routing table of who has no way out: to the home's other networks it sends nobody elsewhere. */
const noWayTable = 51822;

const ip = (family: "-4" | "-6") => `/usr/sbin/ip ${family}`;

/** What {@link uplinksBundle} depends on. */
export interface Uplinks {
  /** The preferred one first; at least two. */
  readonly uplinks: readonly Uplink[];
  /** What the tunnel dials. */
  readonly endpoint: Address;
  /** The colo's end of the tunnel. */
  readonly beacon: Address;
  readonly site: SiteAddresses;
  /** The texts of assets/uplink. */
  readonly programs: Programs<(typeof programNames)[number]>;
}

const describe = ({ name, interface: device, metered, answers, probe }: Uplink): string =>
  [
    name,
    `interface=${device}`,
    ...(metered ? ["metered"] : []),
    `answers=${answers}`,
    ...(probe === undefined ? [] : [`probe=${probe}`]),
  ].join(":");

const families = ["-4", "-6"] as const;

const noWayRoutes = (networks: readonly (readonly ["-4" | "-6", Prefix])[]): string[] => [
  ...networks.map(([family, prefix]) => `${ip(family)} route replace throw ${prefix} table ${noWayTable}`),
  ...families.map((family) => `${ip(family)} route replace prohibit default table ${noWayTable}`),
];

const noWayAway = families.map((family) => `-${ip(family)} route flush table ${noWayTable}`);

/**
 * What moves the tunnel from one uplink to another: a route of the colo's IPv4 address. Machines of segments that may
 * not use a metered uplink have no way out while one is used.
 */
export function uplinksBundle({ uplinks, endpoint, beacon, site, programs }: Uplinks): Bundle {
  const [unit, kernel] = [unitPath(uplinksUnit), unitPath(kernelUnit)];
  const { paths, files, checks } = perlPrograms(programFolder, programs, programNames);
  const paused = uplinks.some(({ metered }) => metered)
    ? site.segments.filter(({ onMetered }) => !onMetered).map((segment) => segment.interface)
    : [];
  const networks = [
    ["-6", site.prefix],
    ...site.segments.flatMap(({ ipv4 }) => (ipv4 === undefined ? [] : [["-4", ipv4.prefix] as const])),
  ] as const;
  const noWay = paused.length === 0 ? noWayAway : noWayRoutes(networks);
  const start = [
    `/usr/bin/perl ${programFolder}/uplink-watch.pl`,
    uplinkStatePath,
    endpoint.toString(),
    beacon.toString(),
    homeInterfaces.join(","),
    `${protocol}:${rulePriority}:${noWayTable}`,
    paused.join(",") || "-",
    ...uplinks.map(describe),
  ];
  return {
    component: "uplinks",
    files: [
      ...files,
      {
        path: unit,
        content: renderUnit({
          Unit: {
            Description: `Moves the tunnel between ${uplinks.map(({ name }) => name).join(", ")}`,
            After: `network.target ${kernelUnit}`,
            Requires: kernelUnit,
            StartLimitIntervalSec: 0,
          },
          Service: {
            Type: "exec",
            ExecStart: start.join(" "),
            CapabilityBoundingSet: "CAP_NET_ADMIN CAP_NET_RAW",
            NoNewPrivileges: "yes",
            ProtectSystem: "strict",
            // Nobody needs it to go on: it may be missing.
            ReadWritePaths: `-/run/${folder}`,
            ProtectHome: "yes",
            PrivateTmp: "yes",
            RestrictAddressFamilies: "AF_INET AF_INET6 AF_NETLINK",
            Restart: "always",
            RestartSec: 1,
          },
          Install: { WantedBy: "multi-user.target" },
        }),
      },
      {
        path: kernel,
        content: renderUnit({
          Unit: {
            Description: "Keeps the uplink in use while what moves it is started again",
            StopWhenUnneeded: "yes",
            StartLimitIntervalSec: 0,
          },
          Service: {
            Type: "oneshot",
            RemainAfterExit: "yes",
            RuntimeDirectory: folder,
            ExecStart: noWay,
            ExecReload: noWay,
            // All of it, whatever the settings were when it was put there.
            ExecStop: [
              `-${ip("-4")} route flush proto ${protocol}`,
              ...families.map((family) => `-${ip(family)} rule flush priority ${rulePriority}`),
              ...noWayAway,
            ],
          },
          Install: { RequiredBy: uplinksUnit },
        }),
      },
    ],
    checks: [...checks, verifyUnits(kernel, unit)],
    units: [
      // Neither is stopped first: the second one goes as soon as nobody needs it, and takes the uplink in use along.
      { unit: uplinksUnit, action: "reload", paths: [unit, ...paths] },
      { unit: kernelUnit, action: "reload", paths: [kernel] },
    ],
  };
}
