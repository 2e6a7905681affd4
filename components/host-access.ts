import * as pulumi from "@pulumi/pulumi";
import type { types } from "@pulumi/command";
import type { HostLogin } from "../observe/login";
import type { ObservedHost } from "../observe/report";

/** A host that components can be put on. */
export interface HostAccess {
  readonly connection: types.input.remote.ConnectionArgs;
  /** What the host said of itself at the start of this run, if it was asked. */
  readonly observed?: ObservedHost | undefined;
  /** Whether nobody can log in there any more: what is on it is dropped from the state as it is. @default false */
  readonly dead?: boolean | undefined;
  /** What must have happened before a component comes. */
  readonly ready: readonly pulumi.Resource[];
}

/**
 * The one place where connections are built. Root by key, from the settings or, if there is none, from the agent that
 * the provider finds by SSH_AUTH_SOCK; its path must not be an input, because it changes with every session. Few
 * attempts, because sshd punishes many (PerSourcePenalties, sshd_config(5)).
 */
export function connectionTo(login: HostLogin): types.input.remote.ConnectionArgs {
  return {
    host: login.address,
    port: login.port,
    user: "root",
    hostKey: login.hostKey,
    ...(login.privateKey === undefined ? {} : { privateKey: pulumi.secret(login.privateKey) }),
    dialErrorLimit: 3,
    perDialTimeout: 10,
  };
}
