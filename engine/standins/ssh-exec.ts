import { constants } from "node:os";
import type { Client, ClientChannel } from "ssh2";

/** How a remote command ended. */
export interface ExecResult {
  /** Undefined if it ended well, else Go's text for it. */
  readonly failure: string | undefined;
  readonly stdout: string;
  readonly stderr: string;
  /** Both streams in the order in which they arrived. */
  readonly both: string;
}

export interface ExecRequest {
  readonly command: string;
  readonly stdin: string | undefined;
  readonly environment: Readonly<Record<string, string>>;
  /** Called when sshd does not accept a variable; if it throws, the command is not run. */
  refused(name: string): void;
  onStdout?(chunk: Buffer): void;
  onStderr?(chunk: Buffer): void;
}

/** Runs one command on a session of its own, without a terminal. */
export async function exec(client: Client, request: ExecRequest): Promise<ExecResult> {
  const channel = await openSession(client, request);
  const parts = { stdout: [] as Buffer[], stderr: [] as Buffer[], both: [] as Buffer[] };
  channel.on("data", (chunk: Buffer) => {
    parts.stdout.push(chunk);
    parts.both.push(chunk);
    request.onStdout?.(chunk);
  });
  channel.stderr.on("data", (chunk: Buffer) => {
    parts.stderr.push(chunk);
    parts.both.push(chunk);
    request.onStderr?.(chunk);
  });
  // A command that ends without reading its stdin closes the channel under the writer: its exit status tells more.
  channel.on("error", () => undefined);
  const failure = await new Promise<string | undefined>((resolve) => {
    let seen: string | undefined = "wait: remote command exited without exit status or exit signal";
    channel.on("exit", (code: number | null, signal?: string, _dump?: string, description?: string) => {
      if (code === 0) seen = undefined;
      else if (code !== null) seen = `Process exited with status ${code}`;
      else seen = signalText(signal ?? "", description);
    });
    channel.on("close", () => resolve(seen));
    client.once("close", () => resolve(seen));
    channel.end(request.stdin ?? "");
  });
  const text = (chunks: Buffer[]) => Buffer.concat(chunks).toString("utf8");
  return { failure, stdout: text(parts.stdout), stderr: text(parts.stderr), both: text(parts.both) };
}

function signalText(signal: string, description: string | undefined): string {
  const number = (constants.signals as Record<string, number | undefined>)[signal] ?? 0;
  const reason = description === undefined || description === "" ? "" : `. Reason was: ${description}`;
  return `Process exited with status ${128 + number} from signal ${signal.replace(/^SIG/, "")}${reason}`;
}

/** The part of ssh2 that sends requests on a session; it sends variables without asking whether they were accepted. */
interface Wire {
  readonly _protocol: {
    env: (channel: number, name: string, value: string, wantReply: boolean) => void;
    exec: (channel: number, command: string, wantReply: boolean) => void;
  };
  readonly _chanMgr: { get(channel: number): { _callbacks: ((failed: unknown) => void)[] } };
}

/** Opens a session, sets the variables, waits for sshd's word on each and only then starts the command. */
function openSession(client: Client, request: ExecRequest): Promise<ClientChannel> {
  const wire = client as unknown as Wire;
  const protocol = wire._protocol;
  const { env, exec } = protocol;
  const names = Object.keys(request.environment);
  return new Promise((resolve, reject) => {
    let waiting = names.length;
    let start: (() => void) | undefined;
    protocol.env = (id, name, value) => {
      wire._chanMgr.get(id)._callbacks.push((failed) => {
        try {
          if (failed !== undefined && failed !== false) request.refused(name);
        } catch (error) {
          reject(error instanceof Error ? error : new Error(String(error)));
          return;
        }
        if (--waiting === 0) start?.();
      });
      env.call(protocol, id, name, value, true);
    };
    protocol.exec = (id, command) => {
      start = () => exec.call(protocol, id, command, true);
      if (waiting === 0) start();
    };
    client.exec(request.command, { env: { ...request.environment } }, (error, channel) => {
      if (error === undefined) resolve(channel);
      else reject(error);
    });
  });
}
