import { generateKeyPairSync } from "node:crypto";
import type { AddressInfo } from "node:net";
import { Server } from "ssh2";
import { openSshPrivateKey, openSshPublicKey } from "../engine/standins/openssh-key";

/** An SSH server that says yes to every command and does nothing: previews and state are real, the host is not. */
export interface FakeHost {
  readonly port: number;
  readonly hostKey: string;
  /** Any key is let in; this one is for the settings. */
  readonly privateKey: string;
  close(): void;
}

/** Starts the server, by default on a free loopback port. */
export async function startFakeHost(port = 0, address = "127.0.0.1"): Promise<FakeHost> {
  // ssh2's own generator makes a key now and then that nothing can read.
  const own = generateKeyPairSync("ed25519");
  const login = generateKeyPairSync("ed25519");
  const server = new Server({ hostKeys: [openSshPrivateKey(own.privateKey)] }, (client) => {
    client.on("error", () => undefined);
    client.on("authentication", (context) => {
      if (context.method === "publickey") context.accept();
      else context.reject(["publickey"]);
    });
    client.on("session", (accept) => {
      const session = accept();
      session.on("env", (acceptEnv?: () => void) => acceptEnv?.());
      session.on("exec", (acceptExec) => {
        const channel = acceptExec();
        channel.resume();
        channel.on("end", () => {
          channel.exit(0);
          channel.end();
        });
      });
    });
  });
  await new Promise<void>((resolve) => void server.listen(port, address, resolve));
  return {
    port: (server.address() as AddressInfo).port,
    hostKey: openSshPublicKey(own.publicKey),
    privateKey: openSshPrivateKey(login.privateKey),
    close: () => void server.close(),
  };
}
