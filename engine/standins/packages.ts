import { localCommand } from "./local-command";
import { randomBytes, randomPassword } from "./random";
import { remoteCommand } from "./remote-command";
import type { Package } from "./resource";
import { privateKey } from "./tls";

export type StandinName = "command" | "random" | "tls";

/** The providers that can be stood in for, at the versions that package.json pins. */
export const standins: Readonly<Record<StandinName, { version: string; types: Package }>> = {
  command: {
    version: "1.2.1",
    types: new Map([
      ["command:remote:Command", remoteCommand],
      ["command:local:Command", localCommand],
    ]),
  },
  random: {
    version: "4.21.2",
    types: new Map([
      ["random:index/randomBytes:RandomBytes", randomBytes],
      ["random:index/randomPassword:RandomPassword", randomPassword],
    ]),
  },
  tls: { version: "5.6.1", types: new Map([["tls:index/privateKey:PrivateKey", privateKey]]) },
};
