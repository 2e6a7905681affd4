import { timingSafeEqual } from "node:crypto";
import type { Client, ConnectConfig } from "ssh2";

/** How to log in to a host, as root: facts that are known at a preview. */
export interface HostLogin {
  /** Address or name of its sshd. */
  readonly address: string;
  readonly port: number;
  /** Pinned public host key, `type base64`; the provider would take any key without one. */
  readonly hostKey: string;
  /** Private key, or several one after the other; the agent of SSH_AUTH_SOCK is asked if there is none. */
  readonly privateKey: string | undefined;
}

const observe = "/usr/local/lib/ipv6-home/observe";
// A host that has nothing of the project, yet or again, says so, too; each time by another id, because what is missing
// the second time must be another text. A key with a forced command gets the same report.
const command = `[ -x ${observe} ] || { date -u '+ipv6-home observed 1 bare-%FT%T.%NZ'; exit 0; }; exec ${observe}`;

/** Bounds in seconds: to be logged in, and for the whole report, which takes about one. */
const loginWithinSec = 10;
const reportWithinSec = 30;
/** A report is a few kilobytes; a host that sends on and on is not believed. */
const mostBytes = 1_000_000;

/**
 * Asks a host for its report by one login of its own. Fails with a sentence if the host cannot be reached, has another
 * host key, or does not end within 30 s.
 */
export async function fetchReport(login: HostLogin): Promise<string> {
  // Only where it is needed: it takes a while to load.
  const { Client } = await import("ssh2");
  const client = new Client();
  let timer: NodeJS.Timeout | undefined;
  try {
    return await new Promise<string>((resolve, reject) => {
      const fail = (what: string) => reject(new Error(`${login.address} port ${login.port}: ${what}`));
      timer = setTimeout(() => fail(`no report within ${reportWithinSec} s`), reportWithinSec * 1000);
      client.on("error", ({ message }) => fail(message));
      client.on("close", () => fail("the connection ended before the report did"));
      client.on("ready", () => run(client, resolve, fail));
      client.connect(connectConfig(login));
    });
  } finally {
    clearTimeout(timer);
    client.end();
  }
}

function connectConfig(login: HostLogin): ConnectConfig {
  const [type = "", key = ""] = login.hostKey.trim().split(/\s+/);
  const pinned = Buffer.from(key, "base64");
  return {
    host: login.address,
    port: login.port,
    username: "root",
    readyTimeout: loginWithinSec * 1000,
    algorithms: { serverHostKey: hostKeyAlgorithms(type) as never },
    hostVerifier: (given: Buffer) => given.length === pinned.length && timingSafeEqual(given, pinned),
    ...authentication(login.privateKey),
  };
}

/** By which keys; those of several stacks are offered one after the other. */
function authentication(privateKey: string | undefined): ConnectConfig {
  const agent = process.env["SSH_AUTH_SOCK"];
  if (privateKey === undefined) return agent === undefined ? {} : { agent };
  const keys = privateKeysIn(privateKey);
  if (keys.length < 2) return { privateKey };
  return {
    authHandler: keys.map((key) => ({ type: "publickey" as const, username: "root", key })),
  };
}

/** The private keys of a text that may hold several. */
export const privateKeysIn = (text: string): string[] =>
  text.match(/-----BEGIN ([A-Z0-9 ]*PRIVATE KEY)-----[^]*?-----END \1-----\n?/g) ?? [];

/** Asks for the key that is pinned: a host has several. An RSA key signs by newer algorithms (RFC 8332). */
const hostKeyAlgorithms = (type: string): string[] =>
  type === "ssh-rsa" ? ["rsa-sha2-512", "rsa-sha2-256"] : [type];

function run(client: Client, resolve: (report: string) => void, fail: (what: string) => void): void {
  client.exec(command, (error, channel) => {
    if (error !== undefined) {
      fail(error.message);
      return;
    }
    const out: Buffer[] = [];
    const errors: Buffer[] = [];
    let bytes = 0;
    const take = (into: Buffer[]) => (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > mostBytes) fail(`the report is longer than ${mostBytes} bytes`);
      else into.push(chunk);
    };
    channel.on("data", take(out));
    channel.stderr.on("data", take(errors));
    channel.on("close", (code: number | null) => {
      if (code === 0) resolve(Buffer.concat(out).toString("utf8"));
      else fail(`observe ended with ${code ?? "a signal"}: ${Buffer.concat(errors).toString("utf8").trim()}`);
    });
  });
}
