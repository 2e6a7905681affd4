import { spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { projectFolder } from "../support/settings";

/** What a way does to a packet that is sent at a time: milliseconds until its answer, or nothing. */
export type Answers = (atMs: number) => number | undefined;

/** An uplink as it is played. */
export interface PlayedUplink {
  readonly name: string;
  readonly metered?: boolean;
  /** Good answers that bring it back. */
  readonly answers?: number;
  /** When it is up first; 0 if left out. */
  readonly upMs?: number;
  /** Whether somebody before had it in use. */
  readonly used?: boolean;
  /** Times at which its carrier changes, from up on. */
  readonly changesMs?: readonly number[];
  /** Of questions outside of the tunnel. */
  readonly outside: Answers;
  /** Of questions through the tunnel. */
  readonly inside: Answers;
}

/** What the choice did. */
export interface Done {
  readonly atMs: number;
  readonly action: "use" | "probe";
  /** An uplink, or `tunnel`. */
  readonly target: string;
  readonly reason: string;
}

interface Event {
  readonly atMs: number;
  readonly order: number;
  readonly text: string;
}

const describe = ({ name, metered, answers }: PlayedUplink): string =>
  [
    name,
    ...(metered === true ? ["metered"] : []),
    ...(answers === undefined ? [] : [`answers=${answers}`]),
  ].join(":");

const byUse = (one: PlayedUplink, other: PlayedUplink): number =>
  Number(other.used ?? false) - Number(one.used ?? false);

/** assets/uplink/uplink-choice.pl in a world of uplinks whose clock runs as fast as it can. */
export class Play {
  static async run(
    uplinks: readonly PlayedUplink[],
    lastMs: number,
    tunnelMs: readonly number[] = [0],
  ): Promise<Done[]> {
    const child = spawn(
      "perl",
      [join(projectFolder, "assets/uplink/uplink-choice.pl"), ...uplinks.map(describe)],
      { stdio: ["pipe", "pipe", "inherit"] },
    );
    try {
      return await new Play(child, uplinks, lastMs, tunnelMs).play();
    } finally {
      child.stdin.end();
    }
  }

  private readonly lines: AsyncIterator<string>;
  private readonly events: Event[] = [];
  private readonly done: Done[] = [];
  private count = 0;
  private active: PlayedUplink | undefined;

  private constructor(
    private readonly child: ReturnType<typeof spawn>,
    private readonly uplinks: readonly PlayedUplink[],
    private readonly lastMs: number,
    tunnelMs: readonly number[],
  ) {
    if (child.stdout === null) throw new Error("no output");
    this.lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    for (const { name, upMs = 0, used = false, changesMs = [] } of [...uplinks].sort(byUse)) {
      [upMs, ...changesMs].forEach((atMs, index) =>
        this.later(atMs, `${index % 2 === 1 ? "down" : used && index === 0 ? "used" : "up"} ${name}`),
      );
    }
    tunnelMs.forEach((atMs, index) => this.later(atMs, `tunnel ${index % 2 === 0 ? "there" : "gone"}`));
  }

  private later(atMs: number, text: string): void {
    const event = { atMs: Math.ceil(atMs), order: this.count++, text };
    let index = this.events.length;
    // Sorted from the end on: what is added is mostly the latest.
    while (index > 0 && (this.events[index - 1]?.atMs ?? 0) > event.atMs) index -= 1;
    this.events.splice(index, 0, event);
  }

  private async play(): Promise<Done[]> {
    let wakeMs = Infinity;
    for (;;) {
      const next = this.events[0];
      const atMs = Math.min(next?.atMs ?? Infinity, wakeMs);
      if (atMs > this.lastMs) return this.done;
      if (next !== undefined && next.atMs <= wakeMs) this.events.shift();
      wakeMs = await this.tell(atMs, next !== undefined && next.atMs <= wakeMs ? next.text : "tick");
    }
  }

  private async tell(atMs: number, event: string): Promise<number> {
    this.child.stdin?.write(`${atMs} ${event}\n`);
    for (;;) {
      const line = await this.lines.next();
      if (line.done === true) throw new Error("uplink-choice ended");
      const [, action = "", what = "", ...rest] = line.value.split(" ");
      if (action === "wake") return Math.max(Math.ceil(Number(what)), atMs + 1);
      this.act(atMs, action, what, rest);
    }
  }

  private act(atMs: number, action: string, what: string, rest: readonly string[]): void {
    if (action === "use") {
      this.active = this.uplinks.find(({ name }) => name === what);
      this.done.push({ atMs, action, target: what, reason: rest.join(" ") });
      return;
    }
    const [target = ""] = rest;
    this.done.push({ atMs, action: "probe", target, reason: "" });
    const uplink = target === "tunnel" ? this.active : this.uplinks.find(({ name }) => name === target);
    const takes = target === "tunnel" ? uplink?.inside(atMs) : uplink?.outside(atMs);
    if (takes !== undefined) this.later(atMs + takes, `answer ${what} ${target}`);
  }
}
