import type { Address } from "../network/address";
import type { SiteAddresses } from "../network/address-plan";
import type { RaPlan } from "../network/ra-plan";
import type { Bundle } from "./bundle";
import { libraryFolder } from "./host";
import { advertisedPath, radvdUnit } from "./radvd";
import { renderUnit, unitPath, verifyUnits } from "./unit";

export const watchUnit = "ipv6-home-ra-watch.service";
const folder = "ipv6-home-ra-watch";

/** Holds a line "lost" while no default route is to be advertised. */
export const uplinkPath = `/run/${folder}/uplink`;

/** Routers on the segments that are not this gateway, a line each. */
const foreignPath = `/run/${folder}/foreign`;

/** What watches the segments for other routers, and with radvd also the uplink: its part of the LAN's bundle. */
export function raWatchPart(args: {
  readonly site: SiteAddresses;
  readonly ra: RaPlan;
  /** The colo's end of the tunnel: who answers from there has shown that the uplink is up. */
  readonly beacon: Address;
}): Required<Pick<Bundle, "files" | "checks" | "units" | "notices">> {
  const unit = unitPath(watchUnit);
  return {
    files: [{ path: unit, content: renderWatchUnit(args) }],
    checks: [verifyUnits(unit)],
    notices: [foreignPath],
    units: [{ unit: watchUnit, action: "restart", paths: [unit] }],
  };
}

function renderWatchUnit({
  site,
  ra,
  beacon,
}: {
  readonly site: SiteAddresses;
  readonly ra: RaPlan;
  readonly beacon: Address;
}): string {
  const uplink =
    ra.daemon === "radvd" ? [beacon.toString(), ra.uplinkLossSec, uplinkPath, advertisedPath, radvdUnit] : [];
  return renderUnit({
    Unit: {
      Description: "Watches the LAN for other routers, and the uplink",
      After: "network.target",
      StartLimitIntervalSec: 0,
    },
    Service: {
      Type: "exec",
      RuntimeDirectory: folder,
      // What is lost stays lost while this starts anew.
      RuntimeDirectoryPreserve: "restart",
      ExecStart: [
        `${libraryFolder}/ra-watch`,
        foreignPath,
        site.segments.map((segment) => segment.interface).join(","),
        ...uplink,
      ].join(" "),
      Restart: "always",
      RestartSec: 1,
    },
    Install: { WantedBy: "multi-user.target" },
  });
}
