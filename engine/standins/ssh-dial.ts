import { connect, isIP, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { setTimeout as wait } from "node:timers/promises";
import { Client } from "ssh2";
import type { PropertyMap } from "./property";
import type { OperationContext } from "./resource";
import { readEndpoint, readProxy, sshConfig, type Endpoint } from "./ssh-endpoint";

/** A logged-in connection; `close` ends it and the jump host's. */
export interface Dialled {
  readonly client: Client;
  close(): void;
}

/** Logs in as the command provider does: the same limits, the same waits, the same error texts. */
export async function dial(connection: PropertyMap, context: OperationContext): Promise<Dialled> {
  const target = readEndpoint(connection);
  // A key that cannot be read is an error before anything is dialled.
  sshConfig(target);
  const proxy = readProxy(connection);
  if (proxy === undefined) {
    const client = await retry("Dial", target, context, async () => login(await openTcp(target), target));
    return { client, close: () => client.end() };
  }

  const viaProxy = async (): Promise<Dialled> => {
    const jump = await retry("Dial proxy", proxy, context, async () => login(await openTcp(proxy), proxy));
    try {
      const channel = await retry("Dial from proxy", target, context, () => forward(jump, target));
      const client = await retry("Dial", target, context, () => login(channel, target));
      return { client, close: () => void (client.end(), jump.end()) };
    } catch (error) {
      jump.end();
      throw error;
    }
  };
  return viaProxy().catch((error: unknown) => {
    throw new Error(`proxy: ${message(error)}`);
  });
}

async function retry<T>(
  what: string,
  at: Endpoint,
  context: OperationContext,
  attempt: () => Promise<T>,
): Promise<T> {
  const limit = at.dialErrorLimit;
  for (let failed = 0, delayMs = 100; ; failed++, delayMs *= 1.5) {
    try {
      return await attempt();
    } catch (error) {
      if (limit > -1 && failed + 1 > limit)
        throw new Error(`after ${failed} failed attempts: ${message(error)}`, { cause: error });
    }
    context.log.status(`${what} ${failed + 1}/${limit === -1 ? "inf" : limit} failed: retrying`);
    delayMs = Math.min(delayMs, 5000);
    await wait(delayMs, undefined, { signal: context.signal }).catch(() => {
      const timedOut = (context.signal.reason as { name?: string } | undefined)?.name === "TimeoutError";
      throw new Error(timedOut ? "context deadline exceeded" : "context canceled");
    });
  }
}

/** The timeout is for the TCP connection only, as in Go: a host that accepts and stays silent is waited for. */
function openTcp(at: Endpoint): Promise<Socket> {
  const name = isIP(at.host) === 6 ? `[${at.host}]:${at.port}` : `${at.host}:${at.port}`;
  return new Promise((resolve, reject) => {
    // Go asks a silent peer for a sign of life by itself, after 15 s and nine times every 15 s; libuv every second.
    const alive = { keepAlive: true, keepAliveInitialDelay: 15_000 };
    const socket = connect({ host: at.host, port: at.port, noDelay: true, ...alive });
    const fail = (text: string) => {
      socket.destroy();
      reject(new Error(`dial tcp ${name}: ${text}`));
    };
    if (at.perDialTimeout > 0) socket.setTimeout(at.perDialTimeout * 1000, () => fail("i/o timeout"));
    socket.once("error", (error: NodeJS.ErrnoException) => fail(connectError(error)));
    socket.once("connect", () => {
      socket.setTimeout(0);
      socket.removeAllListeners("error");
      resolve(socket);
    });
  });
}

function connectError(error: NodeJS.ErrnoException): string {
  const known: Record<string, string> = {
    ECONNREFUSED: "connect: connection refused",
    EHOSTUNREACH: "connect: no route to host",
    ENETUNREACH: "connect: network is unreachable",
    ETIMEDOUT: "connect: connection timed out",
    ENOTFOUND: "lookup: no such host",
  };
  return known[error.code ?? ""] ?? error.message;
}

function login(sock: Duplex, at: Endpoint): Promise<Client> {
  const { config, methods } = sshConfig(at);
  const verify = config.hostVerifier as ((key: Buffer) => boolean) | undefined;
  let mismatch = false;
  return new Promise((resolve, reject) => {
    const client = new Client();
    const fail = (text: string) => {
      sock.destroy();
      reject(new Error(`ssh: handshake failed: ${text}`));
    };
    client.once("ready", () => {
      client.removeAllListeners("error");
      // From here on a broken connection shows as the command's missing exit status.
      client.on("error", () => undefined);
      resolve(client);
    });
    client.on("error", (error: Error & { level?: string }) => {
      if (mismatch) fail("ssh: host key mismatch");
      else if (error.level === "client-authentication") {
        fail(
          `ssh: unable to authenticate, attempted methods [${methods.join(" ")}], no supported methods remain`,
        );
      } else if (/no matching host key/i.test(error.message)) {
        const offered = config.algorithms?.serverHostKey as string[] | undefined;
        fail(
          `ssh: no common algorithm for host key; we offered: [${(offered ?? []).map((n) => `"${n}"`).join(" ")}]`,
        );
      } else fail(error.message);
    });
    client.once("close", () => fail("EOF"));
    client.connect({
      ...config,
      sock: sock,
      ...(verify === undefined ? {} : { hostVerifier: (key: Buffer) => !(mismatch = !verify(key)) }),
    });
  });
}

function forward(jump: Client, to: Endpoint): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    jump.forwardOut("127.0.0.1", 0, to.host, to.port, (error, channel) => {
      if (error === undefined) resolve(channel);
      else reject(new Error(`ssh: rejected: ${error.message}`));
    });
  });
}

function message(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
