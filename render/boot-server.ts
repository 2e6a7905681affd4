import { bootPort, type BootPlan } from "../network/boot-plan";
import { bootRoot } from "./boot-options";
import type { Bundle } from "./bundle";
import { renderUnit, unitPath, verifyUnits } from "./unit";

/** Server of boot files. */
export const bootUnit = "ipv6-home-boot.service";
const configPath = "/etc/ipv6-home/boot.conf";

/**
 * Boot files by HTTP, and the folder that dnsmasq's TFTP serves as well: the operator's files, and iPXE of Debian's
 * package.
 */
export function bootBundle({ folder }: Pick<BootPlan, "folder">): Bundle {
  return {
    component: "boot",
    requires: [`free-port tcp ${bootPort} ${bootUnit}`],
    directories: [{ path: folder, mode: "0755" }],
    files: [
      { path: configPath, content: config },
      { path: unitPath(bootUnit), content: renderBootUnit(folder) },
    ],
    checks: [`lighttpd -t -f {stage}${configPath}`, verifyUnits(unitPath(bootUnit))],
    units: [{ unit: bootUnit, action: "restart", paths: [configPath, unitPath(bootUnit)] }],
  };
}

const config = [
  "# lighttpd(8)",
  `server.document-root = "${bootRoot}"`,
  // The firewall lets machines of the LAN in, and nobody else.
  'server.bind = "[::]"',
  `server.port = ${bootPort}`,
  'server.v4mapped = "disable"',
  'server.errorlog-use-syslog = "enable"',
  // Firmware may go by the type (UEFI specification, section 24.7.3).
  'mimetype.assign = ( ".efi" => "application/efi", "" => "application/octet-stream" )',
  "",
].join("\n");

function renderBootUnit(folder: string): string {
  const name = bootRoot.replace(/^\/run\//, "");
  return renderUnit({
    Unit: {
      Description: "Boot files for the LAN by lighttpd",
      After: "network.target",
    },
    Service: {
      Type: "exec",
      DynamicUser: "yes",
      RuntimeDirectory: name,
      RuntimeDirectoryMode: "0755",
      ExecStartPre: [
        `/bin/ln -sfn ${folder} ${bootRoot}/files`,
        `/bin/ln -sfn /usr/lib/ipxe ${bootRoot}/ipxe`,
      ],
      ExecStart: `/usr/sbin/lighttpd -D -f ${configPath}`,
      ProtectHome: "yes",
      PrivateDevices: "yes",
      NoNewPrivileges: "yes",
      CapabilityBoundingSet: "",
      RestrictAddressFamilies: "AF_INET AF_INET6 AF_UNIX",
      MemoryMax: "64M",
      Restart: "on-failure",
      RestartSec: 1,
      TimeoutStartSec: 30,
    },
    Install: { WantedBy: "multi-user.target" },
  });
}
