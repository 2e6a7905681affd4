import { remote } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import type { HostAccess } from "./host-access";
import { removal } from "./host-config";

/** Arguments of {@link HostLeave}. */
export interface HostLeaveArgs {
  readonly host: HostAccess;
  /** Everything that goes after it. */
  readonly after: readonly pulumi.Resource[];
}

/**
 * The first step of a destroy: those whom the host serves are told, while all of it still runs. Nothing depends on it
 * and it depends on everything, so it goes first; it is never replaced, so it goes in a destroy only.
 *
 * Children: `${name}-converge` (a remote command that has nothing to create).
 */
export class HostLeave extends pulumi.ComponentResource {
  constructor(name: string, args: HostLeaveArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ipv6home:components:HostLeave", name, {}, opts);

    const { connection, ready, dead } = args.host;
    new remote.Command(
      `${name}-converge`,
      { connection, delete: removal("leave host"), addPreviousOutputInEnv: false, logging: "stderr" },
      {
        parent: this,
        dependsOn: [...ready, ...args.after],
        deleteBeforeReplace: true,
        ...(dead === true ? { retainOnDelete: true } : {}),
      },
    );

    this.registerOutputs({});
  }
}
