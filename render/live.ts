/**
 * Commands that print a part of a host's live state so that the same state prints the same text: without numbers of
 * interfaces, times, and flags that come and go by themselves (ip-address(8), ip-route(8)).
 */

/** The addresses of an interface inside a prefix. */
export const addressState = (
  device: string,
  inside: { toString(): string },
  family: "-6" | "-4" = "-6",
): string =>
  `ip ${family} -o address show dev ${device} to ${inside.toString()} | sed 's/^[0-9]*: //; s/ tentative//; s/ *[\\].*//'`;

/** Routes, by the arguments of `ip -6 route show`; or of `ip route show` for IPv4. */
export const routeState = (selector: string, family: "-6" | "-4" = "-6"): string =>
  `ip ${family} route show ${selector} | sed 's/ linkdown//; s/ dead//; s/ *$//' | sort`;

/** Policy rules that lead to a table. */
export const ruleState = (table: string, family: "-6" | "-4" = "-6"): string =>
  `ip ${family} rule show table ${table}`;

/** The MTU of an interface. */
export const mtuState = (device: string): string => `cat /sys/class/net/${device}/mtu`;

/** Sysctls that a unit sets, because they exist only once it runs. */
export const sysctlState = (keys: readonly string[]): string => `sysctl ${keys.join(" ")}`;

/** All of a WireGuard interface that lasts; of its keys only the public one and a digest (wg(8)). */
export const wireguardState = (device: string): string[] => [
  ...["public-key", "listen-port", "allowed-ips", "persistent-keepalive"].map(
    (what) => `wg show ${device} ${what}`,
  ),
  `wg show ${device} preshared-keys | sha256sum`,
];
