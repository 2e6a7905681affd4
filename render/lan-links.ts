import type { SegmentAddresses } from "../network/address-plan";
import type { Delegation } from "../network/delegation";
import { delegatedRoutes, delegationUnit } from "./delegation";
import { libraryFolder } from "./host";
import { addressState, routeState } from "./live";
import { vpnTable } from "./routing";

const ip = "/usr/sbin/ip";
const address = ({ gateway }: SegmentAddresses) => `${gateway}/64`;

/** The command that serves the segments' links: those of assets/lan/lan-links.sh. */
export const lanLinks = (segments: readonly SegmentAddresses[], delegations: readonly Delegation[]): string =>
  [
    `${libraryFolder}/lan-links ${vpnTable.name}`,
    ...segments.map((segment) =>
      [segment.interface, address(segment), segment.prefix, ...options(segment, delegations)].join(" "),
    ),
  ].join(" ");

function options(segment: SegmentAddresses, delegations: readonly Delegation[]): string[] {
  const { vlan, ipv4 } = segment;
  const routes = delegatedRoutes(segment, delegations);
  return [
    ...(vlan === undefined ? [] : [`vlan=${vlan.parent}:${vlan.id}`]),
    ...(ipv4 === undefined ? [] : [`ipv4=${ipv4.gateway}/${ipv4.prefix.length}`]),
    ...routes.map(({ prefix, via }) => `route=${prefix}@${via}`),
    ...(routes.length === 0 ? [] : [`tell=${delegationUnit}`]),
  ];
}

/** What takes away all that {@link lanLinks} puts on the links. */
export const lanLinksAway = (
  segments: readonly SegmentAddresses[],
  delegations: readonly Delegation[],
): string[] =>
  segments.flatMap((segment) => {
    const { interface: device, prefix, ipv4, vlan } = segment;
    return [
      ...delegatedRoutes(segment, delegations).map(
        ({ prefix: delegated }) => `${ip} -6 route delete ${delegated} dev ${device} table ${vpnTable.name}`,
      ),
      `${ip} -6 route delete ${prefix} dev ${device} table ${vpnTable.name}`,
      `${ip} -6 address delete ${address(segment)} dev ${device}`,
      ...(ipv4 === undefined
        ? []
        : [`${ip} -4 address delete ${ipv4.gateway}/${ipv4.prefix.length} dev ${device}`]),
      // Only one that this project made: somebody else's has no such name.
      ...(vlan === undefined
        ? []
        : [
            `/bin/sh -c '! grep -qsx ${vlanAlias} /sys/class/net/${device}/ifalias || ${ip} link delete ${device}'`,
          ]),
    ];
  });

/** What tells a VLAN that this project made from others (ip-link(8), alias). */
const vlanAlias = "ipv6-home";

/** Commands that print what a segment's link has. */
export const lanLinkStates = (segment: SegmentAddresses): string[] => [
  addressState(segment.interface, segment.prefix),
  routeState(`dev ${segment.interface} table ${vpnTable.name}`),
  ...(segment.ipv4 === undefined ? [] : [addressState(segment.interface, segment.ipv4.prefix, "-4")]),
];
