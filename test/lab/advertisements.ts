import { spawn } from "node:child_process";
import { once } from "node:events";
import { namespaceOf, type Place } from "../../lab/topology";
import { Address } from "../../network/address";
import { sh } from "./support";

/** A router advertisement as it was on the wire (RFC 4861, section 4.2), with those options that somebody may learn from. */
export interface Advertisement {
  readonly source: string;
  /** Hop limit of the packet itself. */
  readonly ipHopLimit: number;
  readonly hopLimit: number;
  readonly managed: boolean;
  readonly other: boolean;
  readonly routerLifetimeSec: number;
  readonly prefixes: readonly {
    readonly prefix: string;
    readonly onLink: boolean;
    readonly autonomous: boolean;
    readonly validSec: number;
    readonly preferredSec: number;
  }[];
  readonly mtu: readonly number[];
  readonly resolvers: readonly { readonly lifetimeSec: number; readonly addresses: readonly string[] }[];
  readonly domains: readonly { readonly lifetimeSec: number; readonly names: readonly string[] }[];
  readonly pref64: readonly { readonly lifetimeSec: number; readonly prefix: string }[];
  /** Types of all options, in order. */
  readonly options: readonly number[];
}

const addressAt = (bytes: Buffer, at: number): string =>
  new Address(6, BigInt(`0x${bytes.subarray(at, at + 16).toString("hex")}`)).toString();

function namesIn(bytes: Buffer): string[] {
  const names: string[] = [];
  let labels: string[] = [];
  for (let at = 0; at < bytes.length;) {
    const length = bytes[at] ?? 0;
    if (length === 0) {
      if (labels.length > 0) names.push(labels.join("."));
      labels = [];
    } else labels.push(bytes.toString("latin1", at + 1, at + 1 + length));
    at += length + 1;
  }
  return names;
}

/** Prefix lengths by code (RFC 8781, section 4). */
const pref64Lengths = [96, 64, 56, 48, 40, 32];

/** Reads an Ethernet frame that holds a router advertisement without extension headers. */
export function readAdvertisement(frame: Buffer): Advertisement {
  const packet = frame.subarray(14);
  const message = packet.subarray(40);
  const options: Buffer[] = [];
  for (let at = 16; at + 8 <= message.length;) {
    const size = 8 * (message[at + 1] ?? 0);
    if (size === 0) throw new Error("an option without a length");
    options.push(message.subarray(at, at + size));
    at += size;
  }
  const ofType = <T>(type: number, read: (option: Buffer) => T): T[] =>
    options.filter((option) => option[0] === type).map(read);
  const flags = message[5] ?? 0;
  return {
    source: addressAt(packet, 8),
    ipHopLimit: packet[7] ?? 0,
    hopLimit: message[4] ?? 0,
    managed: (flags & 0x80) !== 0,
    other: (flags & 0x40) !== 0,
    routerLifetimeSec: message.readUInt16BE(6),
    prefixes: ofType(3, (option) => ({
      prefix: `${addressAt(option, 16)}/${option[2]}`,
      onLink: ((option[3] ?? 0) & 0x80) !== 0,
      autonomous: ((option[3] ?? 0) & 0x40) !== 0,
      validSec: option.readUInt32BE(4),
      preferredSec: option.readUInt32BE(8),
    })),
    mtu: ofType(5, (option) => option.readUInt32BE(4)),
    resolvers: ofType(25, (option) => ({
      lifetimeSec: option.readUInt32BE(4),
      addresses: Array.from({ length: (option.length - 8) / 16 }, (_, index) =>
        addressAt(option, 8 + 16 * index),
      ),
    })),
    domains: ofType(31, (option) => ({
      lifetimeSec: option.readUInt32BE(4),
      names: namesIn(option.subarray(8)),
    })),
    pref64: ofType(38, (option) => ({
      lifetimeSec: option.readUInt16BE(2) & 0xfff8,
      prefix: `${addressAt(Buffer.concat([option.subarray(4, 16), Buffer.alloc(4)]), 0)}/${pref64Lengths[option.readUInt16BE(2) & 7]}`,
    })),
    options: options.map((option) => option[0] ?? 0),
  };
}

/** Waits for an advertisement, among those that were heard already too. */
export type Hears = (
  what: string,
  matches: (heard: Advertisement) => boolean,
  withinSec?: number,
) => Promise<Advertisement>;

/** Does something while tcpdump hears the router advertisements at a place, and answers them all. */
export async function advertisementsAt(
  place: Place,
  work: (hears: Hears) => Promise<unknown>,
): Promise<readonly Advertisement[]> {
  const tcpdump = ["tcpdump", "--immediate-mode", "-U", "-w", "-", "-n", "-i", "eth0"];
  const child = spawn("ip", ["netns", "exec", namespaceOf(place), ...tcpdump, "icmp6 and ip6[40] == 134"], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const closed = once(child, "close");
  const heard: Advertisement[] = [];
  const listeners = new Set<() => void>();
  // pcap-savefile(5): 24 bytes, then for each packet 16, the third number of which is its length.
  let rest = Buffer.alloc(0);
  let began = false;
  child.stdout.on("data", (bytes: Buffer) => {
    rest = Buffer.concat([rest, bytes]);
    if (!began && rest.length >= 24) {
      rest = rest.subarray(24);
      began = true;
    }
    while (began && rest.length >= 16 && rest.length >= 16 + rest.readUInt32LE(8)) {
      const end = 16 + rest.readUInt32LE(8);
      heard.push(readAdvertisement(rest.subarray(16, end)));
      rest = rest.subarray(end);
    }
    for (const look of listeners) look();
  });
  const hears: Hears = (what, matches, withinSec = 10) =>
    new Promise((resolve, reject) => {
      const done = () => {
        clearTimeout(timer);
        listeners.delete(look);
      };
      const look = () => {
        const found = heard.find(matches);
        if (found === undefined) return;
        done();
        resolve(found);
      };
      const timer = setTimeout(() => {
        done();
        reject(new Error(`${place}: no ${what} in ${withinSec} s; heard: ${JSON.stringify(heard)}`));
      }, withinSec * 1000);
      listeners.add(look);
      look();
    });
  try {
    await new Promise<void>((resolve, reject) => {
      let said = "";
      child.stderr.setEncoding("utf8").on("data", (text: string) => {
        said += text;
        if (said.includes("listening on")) resolve();
      });
      closed.then(() => reject(new Error(`${place}: tcpdump ended: ${said.trim()}`)), reject);
    });
    await work(hears);
  } finally {
    child.kill("SIGINT");
    await closed;
  }
  return heard;
}

/** How many lines of the journal of what watches the LAN match. */
export const watchSaid = (pattern: string): Promise<number> =>
  sh("home", `journalctl -u ipv6-home-ra-watch -o cat | grep -c '${pattern}' || true`).then(Number);
