import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { withTools } from "../../lab/exec";
import type { Place } from "../../lab/topology";

/** Waits until a packet was seen whose line matches; throws all that was seen if none is. */
export type Sees = (pattern: RegExp, withinSec?: number) => Promise<void>;

/**
 * Does something while tcpdump watches an interface of a place, and answers its lines, one for each packet. The work
 * begins when tcpdump listens. That nothing was seen means something only beside a packet that was: let the work send
 * one before and one after, and wait for both.
 */
export async function capture(
  place: Place,
  device: string,
  filter: string,
  work: (sees: Sees) => Promise<unknown>,
): Promise<readonly string[]> {
  const tcpdump = ["tcpdump", "--immediate-mode", "-l", "-n", "-i", device, filter];
  const [program = "", ...args] = withTools(place, tcpdump);
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"] });
  const closed = once(child, "close");
  const lines: string[] = [];
  const packets = createInterface(child.stdout).on("line", (line) => {
    // tcpdump ends with an empty line.
    if (line !== "") lines.push(line);
  });

  const sees: Sees = (pattern, withinSec = 10) =>
    new Promise((resolve, reject) => {
      const settle = (outcome: () => void) => {
        clearTimeout(timer);
        packets.off("line", look);
        outcome();
      };
      const look = () => {
        if (lines.some((line) => pattern.test(line))) settle(resolve);
      };
      const timer = setTimeout(() => {
        const seen = lines.join("\n") || "nothing";
        settle(() =>
          reject(new Error(`${place}, ${device}: no ${pattern} in ${withinSec} s; seen:\n${seen}`)),
        );
      }, withinSec * 1000);
      packets.on("line", look);
      look();
    });

  try {
    await new Promise<void>((resolve, reject) => {
      let said = "";
      child.stderr.setEncoding("utf8").on("data", (text: string) => {
        said += text;
        if (said.includes("listening on")) resolve();
      });
      closed.then(() => reject(new Error(`${place}, ${device}: tcpdump ended: ${said.trim()}`)), reject);
    });
    await work(sees);
  } finally {
    child.kill("SIGINT");
    await closed;
  }
  return lines;
}
