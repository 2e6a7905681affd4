import * as pulumi from "@pulumi/pulumi";
import type { types } from "@pulumi/command";
import type { HostLogin } from "../observe/login";
import type { ObservedHost } from "../observe/report";

/** A host that components can be put on. */
export interface HostAccess {
  readonly connection: types.input.remote.ConnectionArgs;
  /** Seconds in which a change that may cut the operator off must be confirmed. */
  readonly guardWindowSec: number;
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

/** Between attempts the provider waits 0.1 s, half as long again each time, 5 s at most. */
const firstWaitSec = 0.1;
const longestWaitSec = 5;

/**
 * The connection of what comes after a change: it goes on dialling for as long as the host may need to go back to its
 * last confirmed state, and then hears of it. A port that refuses is asked that long; one that is silent longer, by
 * `perDialTimeout` for each attempt.
 */
export function patient(
  connection: types.input.remote.ConnectionArgs,
  guardWindowSec: number,
): types.input.remote.ConnectionArgs {
  const patienceSec = guardWindowSec + 30;
  let attempts = 0;
  for (let waitedSec = 0, waitSec = firstWaitSec; waitedSec < patienceSec; attempts++) {
    waitSec = Math.min(waitSec * 1.5, longestWaitSec);
    waitedSec += waitSec;
  }
  return { ...connection, dialErrorLimit: attempts };
}
