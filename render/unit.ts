/** A setting of a unit file, repeated once for each value of a list. */
type UnitValue = string | number | readonly string[];

/** Sections of a systemd unit file in the order given (systemd.unit(5)). */
export type UnitSections = Readonly<
  Partial<Record<"Unit" | "Service" | "Timer" | "Install", Readonly<Record<string, UnitValue>>>>
>;

/** Renders a systemd unit file. */
export function renderUnit(sections: UnitSections): string {
  return Object.entries(sections)
    .map(([name, settings]) =>
      [
        `[${name}]`,
        ...Object.entries(settings).flatMap(([key, value]) =>
          (Array.isArray(value) ? value : [value]).map((each: string | number) => `${key}=${each}`),
        ),
        "",
      ].join("\n"),
    )
    .join("\n");
}

/** Where unit files of this project live, so that they start at boot. */
export const unitPath = (unit: string): string => `/etc/systemd/system/${unit}`;

/** Of a service that looks at its host as long as that runs: what it may do, and that it comes back. */
export const watching = (capabilities: string) =>
  ({
    CapabilityBoundingSet: capabilities,
    NoNewPrivileges: "yes",
    ProtectSystem: "strict",
    ProtectHome: "yes",
    RestrictAddressFamilies: "AF_INET AF_INET6 AF_NETLINK AF_UNIX",
    Restart: "always",
    RestartSec: 1,
  }) as const;

/** The check of staged unit files by systemd itself. */
export const verifyUnits = (...paths: readonly string[]): string =>
  `systemd-analyze verify ${paths.map((path) => `{stage}${path}`).join(" ")}`;

/** A unit that runs commands once and undoes them when stopped. Each command of `start` is safe to repeat. */
export function renderOneshot(args: {
  readonly description: string;
  readonly unit?: Readonly<Record<string, UnitValue>>;
  readonly start: readonly string[];
  readonly stop: readonly string[];
}): string {
  return renderUnit({
    Unit: { Description: args.description, ...args.unit },
    Service: {
      Type: "oneshot",
      RemainAfterExit: "yes",
      ExecStart: args.start,
      // All of it is safe to repeat: puts right what was changed by hand.
      ExecReload: args.start,
      // What is gone already needs no removal: the minus sign of systemd.service(5).
      ExecStop: args.stop.map((command) => `-${command}`),
    },
    Install: { WantedBy: "multi-user.target" },
  });
}
