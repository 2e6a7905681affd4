import { exec, spawnIn } from "./exec";
import { patience } from "./machines";
import { mobileMtu } from "./mobile";
import { run, type Outcome } from "./run";
import { namespaceOf } from "./topology";
import { grows, underTraffic, type TrafficReport } from "./traffic";

/** The home's uplinks as settings: its cable, and the modem of mobile.ts. */
export const uplinks = [
  { name: "cable", interface: "enp2s0" },
  { name: "lte", interface: "wwan0", metered: true, mtu: mobileMtu },
] as const;

type UplinkName = (typeof uplinks)[number]["name"];

const service = "ipv6-home-uplinks";

/** Runs a command at the ISP of the cable. */
export const atIsp = (argv: readonly string[], input?: string): Promise<Outcome> =>
  run(["ip", "netns", "exec", namespaceOf("isp"), ...argv], input === undefined ? {} : { input });

const cutTable = "table ip cut";
const forward = (rules: string): string =>
  `${cutTable} { chain forward { type filter hook forward priority -10; ${rules} }; }\n`;
// Other ports than those of before, as of a NAT that was started again.
const otherPorts = `${cutTable} { chain postrouting { type nat hook postrouting priority 90; oifname "upstream" meta l4proto udp snat to 11.0.2.2:1024-2000; }; }\n`;

/** The ISP drops what these rules of its forward chain say. */
export const cutBy = (rules: string): Promise<Outcome> => atIsp(["nft", "-f", "-"], forward(rules));
/** Takes the rules away. */
export const mend = (): Promise<Outcome> => atIsp(["nft", "delete", ...cutTable.split(" ")]);

const forget = (): Promise<Outcome> => atIsp(["conntrack", "-F"]);
const link = (state: "up" | "down") => (): Promise<Outcome> => atIsp(["ip", "link", "set", "home", state]);
const shell = (line: string) => exec("home", ["sh", "-c", line]);

/** A way in which the cable fails, and how that ends. */
export interface Cut {
  readonly what: string;
  readonly cut: () => Promise<unknown>;
  readonly mend: () => Promise<unknown>;
  /** Whether the modem takes over. */
  readonly moves: boolean;
}

/** The five cuts that a home with two uplinks is to bear. */
export const cuts = {
  down: { what: "the link is down", cut: link("down"), mend: link("up"), moves: true },
  lease: {
    what: "the lease is gone",
    cut: () => shell("ip -4 address flush dev enp2s0"),
    mend: () => shell("networkctl reconfigure enp2s0"),
    moves: true,
  },
  hole: { what: "packets vanish on the way", cut: () => cutBy("policy drop;"), mend, moves: true },
  lossy: {
    what: "three packets in ten are lost each way",
    cut: () => cutBy("numgen random mod 100 < 30 drop;"),
    mend,
    moves: true,
  },
  nat: {
    what: "the ISP's NAT forgets",
    cut: async () => {
      await atIsp(["nft", "-f", "-"], otherPorts);
      await forget();
    },
    mend: async () => {
      await mend();
      await forget();
    },
    moves: false,
  },
} as const satisfies Record<string, Cut>;

/** Whatever was cut and did not come to be mended. */
export async function mendAll(): Promise<void> {
  for (const argv of [
    ["nft", "delete", ...cutTable.split(" ")],
    ["ip", "link", "set", "home", "up"],
  ])
    await run(["ip", "netns", "exec", namespaceOf("isp"), ...argv], { allowFailure: true });
  await shell("ip -4 -o address show dev enp2s0 | grep -q . || networkctl reconfigure enp2s0");
}

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** The uplink in use; empty if there is none. */
export async function usedUplink(): Promise<string> {
  const argv = ["cut", "-d", " ", "-f", "1", `/run/${service}/active`];
  return (await exec("home", argv, { allowFailure: true })).stdout.trim();
}

/** Waits until an uplink is used, longer where the home is emulated; throws what the service said if it is not. */
export async function isUsed(name: UplinkName, withinSec: number): Promise<void> {
  const deadline = Date.now() + withinSec * patience() * 1000;
  while ((await usedUplink()) !== name) {
    if (Date.now() > deadline) {
      const said = await exec("home", ["journalctl", "-u", service, "-o", "short-precise", "-n", "15"]);
      throw new Error(`${name} is not used within ${withinSec} s\n${said.stdout}`);
    }
    await pause(200);
  }
}

/** An uplink that has just failed is not gone back to at once: after this none has failed ever. */
export async function beginAnew(): Promise<void> {
  await shell(`systemctl stop ${service} && systemctl start ${service}`);
  await isUsed("cable", 10);
}

/**
 * Traffic while something is done, until an uplink is used, and a second more. A shell goes on beside it, which counts as
 * one more TCP connection.
 */
export async function trafficUntil(
  next: UplinkName,
  work: () => Promise<unknown>,
  forMs = 1000,
): Promise<TrafficReport> {
  // As an SSH session has it: few bytes, now and then.
  const typed = spawnIn("laptop", ["curl", "-sSN", "http://[2001:db8:6::2]/paced/100"], "stderr");
  try {
    const { report } = await underTraffic(async () => {
      await work();
      await isUsed(next, 90);
      await pause(forMs);
    });
    return { ...report, broken: report.broken + ((await grows(typed, 5 * patience())) ? 0 : 1) };
  } finally {
    await typed.stop("SIGKILL");
  }
}
