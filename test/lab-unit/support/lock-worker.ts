// A process that takes the lock once for each line that it is told, or keeps it for good when told so:
// lock-worker.ts LOCK LOG
import { appendFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { setImmediate } from "node:timers/promises";
import { withLock } from "../../../lab/lock";

const [path = "", log = ""] = process.argv.slice(2);
const say = (word: string): void => void process.stdout.write(`${word}\n`);

async function main(): Promise<void> {
  say("ready");
  for await (const order of createInterface(process.stdin)) {
    await withLock(path, 30, async () => {
      appendFileSync(log, `${process.pid} begins\n`);
      if (order === "keep") {
        say("kept");
        await new Promise(() => undefined);
      }
      // Time for another one to come in, if it can.
      for (let turn = 0; turn < 50; turn += 1) await setImmediate();
      appendFileSync(log, `${process.pid} ends\n`);
    });
    say("done");
  }
}
void main();
