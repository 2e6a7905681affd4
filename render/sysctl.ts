/**
 * Renders sysctl.d(5) lines in the order given; the order matters where one key changes another's default. That a key
 * which begins with `-` cannot be set is no failure.
 */
export function renderSysctl(settings: readonly (readonly [key: string, value: string | number])[]): string {
  return settings.map(([key, value]) => `${key} = ${value}\n`).join("");
}

/** An interface's name as part of a sysctl key: dots inside it are written as slashes (sysctl.d(5)). */
export const sysctlName = (interfaceName: string): string => interfaceName.replaceAll(".", "/");
