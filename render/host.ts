import type { Bundle, HostFile } from "./bundle";
import { renderUnit, unitPath } from "./unit";

/** Folder of this project's programs on a host. */
export const libraryFolder = "/usr/local/lib/ipv6-home";

/** Unit that takes a host back that started anew before a change was confirmed. */
const guardUnit = "ipv6-home-guard.service";

/** Debian releases that the project is tested on. */
const releases = ["12", "13"];

interface Program {
  readonly name: string;
  readonly content: string;
  readonly unit?: string;
}

/** What a host must have and be given before any component comes. */
export interface HostNeeds {
  /** Interfaces that must exist, each with the setting that names it. */
  readonly interfaces: readonly { readonly name: string; readonly setting: string }[];
  readonly packages: readonly string[];
  /** What becomes of those that were not there before, when the host is given back. */
  readonly packagesAtRemoval: "keep" | "purge";
  /** Units of those packages that must not run beside ours. */
  readonly masks: readonly string[];
  /** Further `require` lines, see assets/host/preflight.sh. */
  readonly requires: readonly string[];
  /** The project's programs for every host, from assets/, and the unit of one that runs on and on. */
  readonly programs: readonly Program[];
}

/** The baseline of a host: preflight, packages, and the programs that converge everything else. */
export function hostBundle(needs: HostNeeds): Bundle {
  const { interfaces, packages, packagesAtRemoval, masks, requires, programs } = needs;
  return {
    component: "host",
    requires: [
      `release ${releases.join(" ")}`,
      ...interfaces.map(({ name, setting }) => `interface ${name} ${setting}`),
      "wireguard",
      ...requires,
    ],
    masks,
    packages: [...new Set(["iproute2", "nftables", "procps", "wireguard-tools", ...packages])].sort(),
    packagesAtRemoval,
    files: [
      ...programs.map(({ name, content }): HostFile => ({
        path: `${libraryFolder}/${name}`,
        content,
        mode: "0755",
      })),
      {
        path: "/etc/systemd/networkd.conf.d/60-ipv6-home.conf",
        // networkd removes routes and rules that it did not make whenever it starts (networkd.conf(5)).
        content: "[Network]\nManageForeignRoutes=no\nManageForeignRoutingPolicyRules=no\n",
      },
      { path: unitPath(guardUnit), content: renderGuardUnit() },
    ],
    units: [{ unit: guardUnit, action: "reload", paths: [] }],
    notifies: programs.flatMap(({ name, unit }) =>
      unit === undefined ? [] : [{ unit, action: "restart", paths: [`${libraryFolder}/${name}`] }],
    ),
    exclusives: [libraryFolder],
    checks: programs.map(
      ({ name, content }) =>
        `${content.startsWith("#!/usr/bin/perl\n") ? "perl -c" : "bash -n"} {stage}${libraryFolder}/${name}`,
    ),
  };
}

/** Before anything reads what it puts back; by the copy that was kept, because the programs may be among it. */
function renderGuardUnit(): string {
  const goBack = "/var/lib/ipv6-home/.guard/go-back";
  return renderUnit({
    Unit: {
      Description: "Takes back what nobody confirmed before the host started anew",
      DefaultDependencies: "no",
      RequiresMountsFor: "/var/lib/ipv6-home",
      After: "local-fs.target",
      Before:
        "systemd-sysctl.service ipv6-home-firewall.service network-pre.target sysinit.target shutdown.target",
      Conflicts: "shutdown.target",
    },
    Service: {
      Type: "oneshot",
      RemainAfterExit: "yes",
      ExecStart: `/bin/sh -c '[ ! -e ${goBack} ] || exec /bin/bash ${goBack} boot'`,
      TimeoutStartSec: 120,
    },
    Install: { WantedBy: "sysinit.target" },
  });
}
