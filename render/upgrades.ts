import type { Bundle } from "./bundle";
import { renderUnit, unitPath, verifyUnits } from "./unit";

const folder = "ipv6-home-upgrades";
/** Beside the folder that every host has, as those of health. */
export const upgradesFolder = `/usr/local/lib/${folder}`;
const program = "upgrade-security.sh";
const timer = `${folder}.timer`;
const service = `${folder}.service`;
const aptPath = "/etc/apt/apt.conf.d/52ipv6-home-upgrades";
const ownAptPath = "/etc/ipv6-home/upgrades-apt.conf";

/** What {@link upgradesBundle} depends on. */
export interface Upgrades {
  /** When the quiet hour begins, `04:00`. */
  readonly at: string;
  readonly reboot: "never" | "when-needed";
  /** The text of assets/upgrades. */
  readonly programs: Readonly<Record<typeof program, string>>;
}

/** Security upgrades by Debian's unattended-upgrade, once a day; the package goes again with this. */
export function upgradesBundle({ at, reboot, programs }: Upgrades): Bundle {
  const path = `${upgradesFolder}/${program}`;
  const units = [unitPath(timer), unitPath(service)] as const;
  return {
    component: "upgrades",
    packages: ["unattended-upgrades"],
    // Left behind it would go on by Debian's settings, which nobody has asked for.
    packagesAtRemoval: "purge",
    // Its service only waits for a shutdown.
    masks: ["unattended-upgrades.service"],
    files: [
      { path, content: programs[program], mode: "0755" },
      { path: aptPath, content: aptConfig },
      { path: ownAptPath, content: ownAptConfig },
      {
        path: units[0],
        content: renderUnit({
          Unit: { Description: `Security upgrades at ${at}` },
          Timer: {
            OnCalendar: `*-*-* ${at}:00`,
            RandomizedDelaySec: "30min",
            AccuracySec: "1min",
            // What was missed waits for the next night.
            Persistent: "no",
          },
          Install: { WantedBy: "timers.target" },
        }),
      },
      {
        path: units[1],
        content: renderUnit({
          Unit: { Description: "Security upgrades of Debian", After: "network.target" },
          Service: {
            Type: "oneshot",
            ExecStart: `/bin/bash ${path} ${at} ${reboot}`,
            // dpkg is not to be cut off.
            KillMode: "process",
            TimeoutStartSec: "3h",
            Nice: 10,
            IOSchedulingClass: "idle",
          },
        }),
      },
    ],
    checks: [
      `bash -n {stage}${path}`,
      `apt-config -c {stage}${aptPath} dump Unattended-Upgrade`,
      verifyUnits(...units),
    ],
    units: [{ unit: timer, action: "restart", paths: [...units] }],
  };
}

const aptConfig = `# Read by unattended-upgrade, see apt.conf(5): security upgrades of Debian and nothing else.
#clear Unattended-Upgrade::Allowed-Origins;
#clear Unattended-Upgrade::Origins-Pattern;
Unattended-Upgrade::Origins-Pattern { "origin=Debian,codename=\${distro_codename}-security,label=Debian-Security"; };
Unattended-Upgrade::MinimalSteps "true";
Unattended-Upgrade::InstallOnShutdown "false";
Unattended-Upgrade::Automatic-Reboot "false";
// ${timer} does it, in its hour; Debian's own does not do it a second time.
APT::Periodic::Unattended-Upgrade "0";
`;

const ownAptConfig = `// For ${service} alone: nobody is there to answer, so a changed file of /etc stays.
DPkg::Options { "--force-confdef"; "--force-confold"; };
`;
