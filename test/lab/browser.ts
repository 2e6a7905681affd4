import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable, Writable } from "node:stream";
import { installTools } from "../../lab/packages";
import { namespaceOf, type ClientName } from "../../lab/topology";

/** Chromium without a window, of Debian; on the machine itself, as qemu for firmware is. */
const program = "/usr/bin/chromium-headless-shell";
const flags = (directory: string) => [
  ..."--no-sandbox --headless --disable-gpu --disable-dev-shm-usage --no-first-run".split(" "),
  ..."--disable-background-networking --disable-component-update --remote-debugging-pipe".split(" "),
  `--user-data-dir=${directory}`,
  "about:blank",
];

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: Record<string, unknown>;
  readonly result?: Record<string, unknown>;
  readonly error?: { readonly message: string };
}

/** What a page did while it was looked at. */
export interface Seen {
  /** URLs that were asked for. */
  readonly requests: string[];
  /** What its console and its exceptions say. */
  readonly complaints: string[];
}

/** A page in a browser at a machine of the LAN. */
export interface BrowserPage {
  readonly seen: Seen;
  /** Loads a URL and waits for its end. */
  open(url: string): Promise<void>;
  /** Makes the window this large, as that of a phone. */
  resize(width: number, height: number, dark?: boolean): Promise<void>;
  /** The value of an expression. */
  evaluate(expression: string): Promise<unknown>;
  /** What is seen, as PNG. */
  screenshot(): Promise<Buffer>;
}

/** Installs the browser where it is missing: a hundred megabytes or so. */
export async function installBrowser(): Promise<void> {
  if (existsSync(program)) return;
  await installTools(() => undefined, ["chromium-headless-shell", "fonts-dejavu-core"]);
}

/** Starts a browser at a client, does the work with a page of it, and ends it. Chrome DevTools Protocol by a pipe. */
export async function inBrowser(
  place: ClientName,
  work: (page: BrowserPage) => Promise<void>,
): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), "lab-browser-"));
  const argv = ["netns", "exec", namespaceOf(place), "setpriv", "--pdeathsig", "KILL", program];
  const browser = spawn("ip", [...argv, ...flags(directory)], {
    // With its own processes in a group, which end with it.
    detached: true,
    stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"],
  });
  const ended = new Promise<void>((resolve) => browser.on("exit", () => resolve()));
  try {
    await work(await pageOf(browser.stdio[3] as Writable, browser.stdio[4] as Readable, ended));
  } finally {
    if (browser.pid !== undefined && browser.exitCode === null) process.kill(-browser.pid, "SIGKILL");
    await ended;
    browser.stdio[3]?.destroy();
    browser.stdio[4]?.destroy();
    rmSync(directory, { recursive: true, force: true });
  }
}

async function pageOf(input: Writable, output: Readable, ended: Promise<void>): Promise<BrowserPage> {
  const seen: Seen = { requests: [], complaints: [] };
  const waiting = new Map<number, (message: Message) => void>();
  const loads: (() => void)[] = [];
  const hear = (message: Message) => {
    if (message.id !== undefined) waiting.get(message.id)?.(message);
    const { method, params = {} } = message;
    if (method === "Page.loadEventFired") loads.splice(0).forEach((resolve) => resolve());
    if (method === "Network.requestWillBeSent")
      seen.requests.push((params["request"] as { url: string }).url);
    if (
      method !== undefined &&
      /^(Log\.entryAdded|Runtime\.(exceptionThrown|consoleAPICalled))$/.test(method)
    )
      seen.complaints.push(JSON.stringify(params));
  };
  let rest = "";
  output.setEncoding("utf8").on("data", (text: string) => {
    const parts = (rest + text).split("\0");
    rest = parts.pop() ?? "";
    for (const part of parts) hear(JSON.parse(part) as Message);
  });
  let last = 0;
  const gone = ended.then(() => {
    throw new Error("the browser has ended");
  });
  gone.catch(() => undefined);
  const send = async (method: string, params: object = {}, sessionId?: string) => {
    const id = (last += 1);
    const answer = new Promise<Message>((resolve) => waiting.set(id, resolve));
    input.write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
    const { result, error } = await Promise.race([answer, gone]);
    if (error !== undefined) throw new Error(`${method}: ${error.message}`);
    return result ?? {};
  };
  const { targetId } = await send("Target.createTarget", { url: "about:blank" });
  const { sessionId } = await send("Target.attachToTarget", { targetId, flatten: true });
  const ask = (method: string, params: object = {}) => send(method, params, sessionId as string);
  for (const domain of ["Page", "Network", "Log", "Runtime"]) await ask(`${domain}.enable`);
  return {
    seen,
    open: async (url) => {
      const loaded = new Promise<void>((resolve) => loads.push(resolve));
      const { errorText } = await ask("Page.navigate", { url });
      if (typeof errorText === "string") throw new Error(`${url}: ${errorText}`);
      await Promise.race([loaded, gone]);
    },
    resize: async (width, height, dark = false) => {
      await ask("Emulation.setDeviceMetricsOverride", { width, height, deviceScaleFactor: 1, mobile: true });
      await ask("Emulation.setEmulatedMedia", {
        features: [{ name: "prefers-color-scheme", value: dark ? "dark" : "light" }],
      });
    },
    evaluate: async (expression) =>
      ((await ask("Runtime.evaluate", { expression, returnByValue: true }))["result"] as { value: unknown })
        .value,
    screenshot: async () =>
      Buffer.from((await ask("Page.captureScreenshot", { format: "png" }))["data"] as string, "base64"),
  };
}
