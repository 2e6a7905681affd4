import * as pulumi from "@pulumi/pulumi";
import type { SiteAddresses } from "../network/address-plan";
import type { Pinhole } from "../network/pinhole";
import { holdsPort, type PortForward } from "../network/translator";
import { nat64Prefix } from "../network/well-known";
import { sentence } from "../settings/result";

/**
 * Throws a sentence for people if the colo forwards an IPv4 port to a machine of the site that the home lets nobody
 * reach: what comes in is for the home to say.
 */
export function mustBeOpen(
  forwards: readonly PortForward[],
  { prefix }: Pick<SiteAddresses, "prefix">,
  pinholes: readonly Pinhole[],
): void {
  const closed = forwards.filter(
    (forward) => prefix.contains(forward.address) && !pinholes.some((pinhole) => opens(pinhole, forward)),
  );
  if (closed.length === 0) return;
  throw new pulumi.RunError(
    closed
      .map(({ name, protocol, port, address, toPort }) =>
        sentence({
          where: "lan.pinholes",
          given: `none for ${protocol} ${toPort} of ${address.toString()}, to which the colo forwards its IPv4 port ${port} (${name})`,
          allowed: "a forward of the colo only with a pinhole of the home",
          todo: `add one whose from is ${nat64Prefix.toString()} (or that has none), or remove it from nat64.forwards of the colo's stack`,
        }),
      )
      .join("\n"),
  );
}

const opens = ({ protocol, address, ports, from }: Pinhole, forward: PortForward): boolean =>
  protocol === forward.protocol &&
  address.equals(forward.address) &&
  holdsPort(ports, forward.toPort) &&
  (from.length === 0 || from.some((each) => each.contains(nat64Prefix)));
