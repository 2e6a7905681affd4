import { connect } from "node:net";
import { patience } from "../../../lab/machines";
import { management } from "../../../lab/topology";
import { sh } from "../support";

/** Whether a new connection to the home's sshd comes about within a second, or four where it is emulated. */
export const greets = () =>
  new Promise<boolean>((resolve) => {
    const socket = connect({ host: management.hosts.home, port: 22 });
    const end = (result: boolean) => {
      socket.destroy();
      resolve(result);
    };
    socket.setTimeout(1000 * patience(), () => end(false));
    socket.once("error", () => end(false));
    socket.once("data", () => end(true));
  });

/** Looks at the door of the home while something runs; answers how often it was shut, and for how long in all. */
export async function watchingTheDoor<T>(work: () => Promise<T>) {
  const ended = new AbortController();
  let shut = 0;
  let shutSince: number | undefined;
  let longestMs = 0;
  const watch = (async () => {
    while (!ended.signal.aborted) {
      const open = await greets();
      if (!open) {
        shut += 1;
        shutSince ??= Date.now();
        longestMs = Math.max(longestMs, Date.now() - shutSince);
      } else shutSince = undefined;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  })();
  try {
    return { result: await work(), door: () => ({ shut, longestMs }) };
  } finally {
    ended.abort();
    await watch;
  }
}

/** Nothing waits for a confirmation at the home, and nothing is half done. */
export const noneIsKept = async () =>
  expect(await sh("home", "ls -A /var/lib/ipv6-home; ls /etc/ipv6-home")).not.toMatch(
    /\.guard|\.undone|ipv6-home-new/,
  );
