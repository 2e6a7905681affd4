import { withTools } from "../../lab/exec";
import { describe as describeLab } from "../../lab/lab";
import { run } from "../../lab/run";
import { writeSettings } from "../../lab/stacks";
import { nameServers, type Place } from "../../lab/topology";
import { logins, sh, trySh, until } from "./support";

/** The zones that the lab's internet delegates to the colo for site 1, and the colo's addresses for them. */
export const forward = "home.example";
export const reverse = "1.0.f.e.e.b.8.b.d.0.1.0.0.2.ip6.arpa";
export const colo4 = "11.0.1.2";
export const colo6 = "2001:db8:beef::a53";
/** The hidden primary. */
export const gateway = "2001:db8:beef:100::1";

export const phone = {
  name: "phone",
  segment: "lan",
  mac: "02:00:00:00:01:02",
  public: true,
};
export const phoneName = `phone.${forward}`;
export const printer = { name: "printer", segment: "devices", mac: "02:00:00:00:03:01" };
export const phoneAddress = "2001:db8:beef:101:0:ff:fe00:102";
export const printerAddress = "2001:db8:beef:102:0:ff:fe00:301";

const keyEpoch = async () => {
  const device = (await sh("home", "wg show interfaces")).trim();
  return Number(await sh("home", `cat /var/lib/ipv6-home/tunnel-${device}/generation`));
};

/** The home's settings with a public zone and these machines; without machines, the example's. */
export async function setHome(hosts?: readonly object[], extra: Record<string, unknown> = {}): Promise<void> {
  writeSettings("home", describeLab(), {
    "tunnel.keyEpoch": await keyEpoch(),
    ...(hosts === undefined ? {} : { "dns.publicZone": forward, "dns.acmeUpdate": true, "lan.hosts": hosts }),
    ...extra,
  });
}

export const setColo = (authoritative: boolean, extra: Record<string, unknown> = {}): void =>
  writeSettings("colo", describeLab(), {
    ...(authoritative ? { "dns.authoritative": true } : {}),
    ...extra,
  });

/** What dig says in a place; empty if nobody answers. */
export const dig = async (place: Place, ...args: string[]): Promise<string> =>
  (await trySh(place, `dig +time=1 +tries=1 ${args.join(" ")}`)).stdout;

/** The same as from a host's network, with the lab's dig: a host has none. */
export const digAt = async (host: "home" | "colo", ...args: string[]): Promise<string> =>
  (await run(withTools(host, ["dig", "+time=1", "+tries=1", ...args]), { allowFailure: true })).stdout;

/** The answers to a question that a user of the internet asks, a line each. */
export const resolve = async (place: "web6" | "attacker", ...question: string[]): Promise<string[]> =>
  (await dig(place, "+short", `@${nameServers.recursor[1]}`, ...question))
    .trim()
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith(";;"));

/** How a question to the resolver of the internet ends: NOERROR, NXDOMAIN, SERVFAIL. */
export const statusOf = async (...question: string[]): Promise<string> =>
  /status: (\w+)/.exec(await dig("attacker", `@${nameServers.recursor[0]}`, ...question))?.[1] ?? "no answer";

/** Serial number of a zone as the colo answers it. */
export const serialAtColo = async (zone: string = forward): Promise<number> =>
  Number((await dig("attacker", "+short", `@${colo6}`, zone, "SOA")).split(" ")[2] ?? Number.NaN);

/** Waits until the internet has these answers to a question. */
export const shows = (what: string, wanted: readonly string[], ...question: string[]): Promise<void> =>
  until(what, 15, async () => (await resolve("attacker", ...question)).join() === wanted.join());

/** How often somebody logs in at either host meanwhile. */
export async function counted(work: () => Promise<unknown>): Promise<{ home: number; colo: number }> {
  const before = { home: await logins("home"), colo: await logins("colo") };
  await work();
  return { home: (await logins("home")) - before.home, colo: (await logins("colo")) - before.colo };
}
