import type { SegmentAddresses, SiteAddresses } from "../network/address-plan";
import { delegatedPrefix, type Delegation } from "../network/delegation";
import type { LanHost } from "../network/lan-host";
import type { Pinhole } from "../network/pinhole";
import type { HomeSettings } from "../settings/settings";

/** What the settings say of single machines, with their addresses. */
export interface Machines {
  readonly hosts: readonly LanHost[];
  /** Those of `lan.pinholes`, and those of each machine. */
  readonly pinholes: readonly Pinhole[];
}

/** Gives machines their addresses. The settings' parser has made sure that their segments exist. */
export function machinesOf(
  { hosts, pinholes }: Pick<HomeSettings, "hosts" | "pinholes">,
  segments: readonly SegmentAddresses[],
): Machines {
  const byName = new Map(segments.map((segment) => [segment.name, segment]));
  const segmentOf = (name: string): SegmentAddresses => {
    const segment = byName.get(name);
    if (segment === undefined) throw new Error(`no segment ${name}`);
    return segment;
  };
  const named = hosts.map((host): LanHost => {
    const { name, mac, duid, boot, reservedId, interfaceIds } = host;
    const segment = segmentOf(host.segment);
    return {
      name,
      segment,
      ...(mac === undefined ? {} : { mac }),
      ...(duid === undefined ? {} : { duid }),
      reserved: segment.prefix.host(reservedId),
      addresses: interfaceIds.map((id) => segment.prefix.host(id)),
      ...(boot === undefined ? {} : { boot }),
      public: host.public,
    };
  });
  return {
    hosts: named,
    pinholes: [
      ...pinholes.map(({ segment, interfaceId, ...rest }) => ({
        ...rest,
        address: segmentOf(segment).prefix.host(interfaceId),
      })),
      ...hosts.flatMap(({ pinholes: openings }, index) =>
        openings.flatMap(({ port, ...rest }) =>
          (named[index]?.addresses ?? []).map((address) => ({
            ...rest,
            ports: port,
            name: named[index]?.name ?? "",
            address,
          })),
        ),
      ),
    ],
  };
}

/** Gives routers behind the gateway their prefixes. The settings' parser has made sure that they are machines. */
export const delegationsOf = (
  { delegations }: Pick<HomeSettings, "delegations">,
  site: SiteAddresses,
  hosts: readonly LanHost[],
): Delegation[] =>
  delegations.flatMap(({ host: router, length, subnet }) =>
    hosts
      .filter(({ name }) => name === router)
      .map((host) => ({ host, prefix: delegatedPrefix(site.prefix, length, subnet) })),
  );
