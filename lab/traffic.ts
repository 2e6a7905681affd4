import { spawnIn, type Running } from "./exec";
import { patience } from "./machines";
import type { Place } from "./topology";

/** Pings from one place to an address, without a pause. */
export interface PingPath {
  readonly name: string;
  readonly from: Place;
  readonly to: string;
}

/** Both ways through the tunnel: out from a machine at home, and in to one. */
export const tunnelPaths: readonly PingPath[] = [
  { name: "laptop to web6", from: "laptop", to: "2001:db8:6::2" },
  { name: "web6 to phone", from: "web6", to: "2001:db8:beef:101:0:ff:fe00:102" },
];

/** What became of the pings on one path. */
export interface PingReport {
  readonly name: string;
  readonly sent: number;
  readonly lost: number;
  /** The longest time between two answers. */
  readonly gapMs: number;
  /** From the last answer before the first lost packet to the first one after the last; 0 if none is lost. */
  readonly lossMs: number;
}

/** What became of the traffic while it was watched. */
export interface TrafficReport {
  readonly seconds: number;
  readonly pings: readonly PingReport[];
  /** TCP connections that ended, or stood still at the end. */
  readonly broken: number;
  /** Bytes that the download brought, in all. */
  readonly downloaded: number;
}

/** Traffic that runs until it is stopped. */
export interface Traffic {
  stop(): Promise<TrafficReport>;
}

const perSec = 100;
/**
 * What the server sends: few enough that the tunnel's queues stay empty, and lost packets are the rotation's own. An
 * emulated processor that others need too carries as much less.
 */
const bytesPerSec = () => 1_000_000 / patience();

/**
 * Counts by sequence number. The very last requests may still be on their way when ping is stopped: they count as lost
 * only if there are more of them than a tenth of a second holds.
 */
export function countPings(output: string): { readonly sent: number; readonly lost: number } {
  const seen = new Set([...output.matchAll(/icmp_seq=(\d+) ttl=/g)].map(([, number]) => Number(number)));
  const sent = Number(/(\d+) packets transmitted/.exec(output)?.[1] ?? 0);
  const last = Math.max(0, ...seen);
  const onTheWay = sent - last <= perSec / 10 ? sent - last : 0;
  return { sent: sent - onTheWay, lost: sent - onTheWay - seen.size };
}

/** How long answers stayed away, by the times that `ping -D` says. */
export function pauses(output: string): { readonly gapMs: number; readonly lossMs: number } {
  const answers = [...output.matchAll(/^\[(\d+\.\d+)\] .*icmp_seq=(\d+) ttl=/gm)]
    .map(([, atSec, number]) => ({ atMs: Number(atSec) * 1000, number: Number(number) }))
    .sort((one, other) => one.number - other.number);
  const steps = answers.slice(1).map((answer, index) => ({ before: answers[index] ?? answer, answer }));
  const jumps = steps.filter(({ before, answer }) => answer.number > before.number + 1);
  const [first, last] = [jumps[0], jumps.at(-1)];
  return {
    gapMs: Math.max(0, ...steps.map(({ before, answer }) => answer.atMs - before.atMs)),
    lossMs: first && last ? last.answer.atMs - first.before.atMs : 0,
  };
}

/** Starts pings, 100 a second on each path, and a TCP download of 1 MB/s, or what an emulated host carries of it, by the laptop; returns when all of it flows. */
export async function startTraffic(paths: readonly PingPath[] = tunnelPaths): Promise<Traffic> {
  const started = performance.now();
  const pings = paths.map(({ name, from, to }) => ({
    name,
    running: spawnIn(from, ["ping", "-6", "-n", "-D", "-i", String(1 / perSec), to], "stdout"),
  }));
  const download = spawnIn(
    "laptop",
    ["curl", "-sS", `http://[2001:db8:6::2]/paced/${bytesPerSec()}`],
    "stderr",
  );
  const flows = await Promise.all(
    [...pings.map(({ running }) => running), download].map((each) => grows(each, 10 * patience())),
  );
  if (flows.includes(false)) {
    await Promise.all([...pings.map(({ running }) => running.stop("SIGKILL")), download.stop("SIGKILL")]);
    throw new Error(
      "traffic: does not flow at the start; look with: npm run lab -- exec laptop -- ping -6 web6",
    );
  }
  return {
    async stop() {
      const alive = await grows(download, 5 * patience());
      const [outputs] = await Promise.all([
        Promise.all(pings.map(({ running }) => running.stop("SIGINT"))),
        download.stop("SIGTERM"),
      ]);
      return {
        seconds: (performance.now() - started) / 1000,
        pings: outputs.map((output, index) => ({
          name: pings[index]?.name ?? "",
          ...countPings(output),
          ...pauses(output),
        })),
        broken: alive ? 0 : 1,
        downloaded: download.size(),
      };
    },
  };
}

/** Waits until a process has said more than now; answers whether it did. */
export async function grows(running: Running, withinSec: number): Promise<boolean> {
  const before = running.size();
  const deadline = Date.now() + withinSec * 1000;
  while (running.size() === before) {
    if (Date.now() > deadline || running.ended()) return false;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return true;
}

/** Runs something under traffic. */
export async function underTraffic<T>(
  work: () => Promise<T>,
  paths?: readonly PingPath[],
): Promise<{ readonly result: T; readonly report: TrafficReport }> {
  const traffic = await startTraffic(paths);
  let result: T;
  try {
    result = await work();
  } catch (error) {
    await traffic.stop();
    throw error;
  }
  return { result, report: await traffic.stop() };
}

/** The report as one line. */
export const trafficLine = ({ seconds, pings, broken, downloaded }: TrafficReport): string =>
  [
    `${seconds.toFixed(1)} s`,
    ...pings.map(({ name, sent, lost }) => `${name} ${lost} of ${sent} lost`),
    `TCP ${broken} broken, ${(downloaded / 1_000_000).toFixed(1)} MB`,
  ].join("; ");

/** All packets that were lost. */
export const lostOf = ({ pings }: TrafficReport): number => pings.reduce((sum, { lost }) => sum + lost, 0);
