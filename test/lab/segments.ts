import { readDescription } from "../../lab/description";
import { writeSettings } from "../../lab/stacks";
import type { ClientName } from "../../lab/topology";
import { pulumiObserving, pulumiUp, trySh, until } from "./support";

/** What the devices have by SLAAC, and a server that has IPv4 only. */
export const laptop = "2001:db8:beef:101:0:ff:fe00:101";
export const phone = "2001:db8:beef:101:0:ff:fe00:102";
export const printer = "2001:db8:beef:102:0:ff:fe00:301";
export const literal = "http://11.0.3.2/hello";

export const lan = { name: "lan", subnet: 1, interface: "enp1s0" };
export const devices = { name: "devices", subnet: 2, interface: "enp3s0" };

/** Converges the home with some settings beside the lab's; waits until both segments are online by IPv6. */
export async function convergeHome(settings: Record<string, unknown>): Promise<void> {
  const lab = readDescription();
  if (lab === undefined) throw new Error("the lab is down");
  writeSettings("home", lab, settings);
  await pulumiUp("home");
  const asks = (place: ClientName) => trySh(place, "dig +short +time=1 +tries=1 web6.lab.example AAAA");
  await until("both segments are online by IPv6", 30, async () =>
    (await Promise.all([asks("laptop"), asks("printer")])).every(({ stdout }) =>
      stdout.includes("2001:db8:6::2"),
    ),
  );
}

/** The same with the lab's two segments in these modes. */
export const convergeModes = (inLan: object, inDevices: object, more: object = {}): Promise<void> =>
  convergeHome({
    ...more,
    "lan.segments": [
      { ...lan, ...inLan },
      { ...devices, ...inDevices },
    ],
  });

/** Whether one ping comes back; `to` may have options of ping(8) behind it. */
export const pings = async (from: ClientName, to: string): Promise<boolean> =>
  (await trySh(from, `ping -c 1 -W 1 ${to}`)).code === 0;

/** Fails if a look at the hosts finds anything that a run would change. */
export async function expectNoDrift(): Promise<void> {
  const { code, stdout } = await pulumiObserving("home", "preview", "--expect-no-changes");
  expect(`${code} ${code === 0 ? "" : stdout}`).toBe("0 ");
}
