import { cables, hostNames, type HostName } from "../../../lab/topology";
import { outputs, sh, trySh, until } from "../support";

/** Something that happens on any day and that nobody should be told of. */
export interface Event {
  readonly what: string;
  /** Makes it happen, and answers what shows that it has. Throws if it has not. */
  readonly happen: () => Promise<string>;
  /** Whether units start beside the login that looks, so that they may be looked at too early. */
  readonly settles?: true;
}

export const count = async (host: HostName, line: string) => Number(await sh(host, line, 60));

/** Something that a host counts must have grown, or the event did not take place. */
export async function grows(
  what: string,
  counted: () => Promise<number>,
  act: () => Promise<unknown>,
): Promise<string> {
  const before = await counted();
  await act();
  const grown = (await counted()) - before;
  if (grown <= 0) throw new Error(`${what}: ${grown} more than before`);
  return `${grown} ${what}`;
}

export const times = async (number: number, act: (index: number) => Promise<unknown>) => {
  for (let index = 0; index < number; index++) await act(index);
};

export const online = (place: "laptop" | "printer") =>
  until(
    `the ${place} is online`,
    60,
    async () => (await trySh(place, "ping -6 -c 1 -W 1 2001:db8:6::2")).code === 0,
  );

/** The laptop has an address by DHCPv6. */
export const leased = () =>
  until("the laptop has a lease", 60, async () =>
    (await sh("laptop", "ip -6 -o address show dev eth0 scope global")).includes("/128 "),
  );

export const cable = (name: string) => {
  const found = cables.find((ends) => ends.some((end) => end.place === "home" && end.name === name));
  if (found === undefined) throw new Error(`the home has no ${name}`);
  return found;
};

export const endpoint = async () => {
  const { tunnelInterfaces } = await outputs<{ tunnelInterfaces: { colo: string } }>("home");
  return (await sh("colo", `wg show ${tunnelInterfaces.colo} endpoints | cut -f 2`)).trim();
};

/** The ISP's NAT takes another port for the tunnel, as after a restart of the modem. */
export async function roam(port: number): Promise<void> {
  const table = "table ip roaming";
  await sh(
    "isp",
    `nft add ${table}; nft delete ${table}; nft '${table} { chain out { type nat hook postrouting priority 90; ` +
      `oifname "upstream" udp dport 51820-51829 masquerade to :${port}; }; }'; conntrack -F 2>/dev/null`,
  );
  await until(`the colo hears of port ${port}`, 60, async () => (await endpoint()).endsWith(`:${port}`));
}

export const bothHosts = (line: string, timeoutSec = 120) =>
  Promise.all(hostNames.map((host) => sh(host, line, timeoutSec)));
