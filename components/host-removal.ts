import { remote } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import type { HostAccess } from "./host-access";
import { removal } from "./host-config";

/** Arguments of {@link HostRemoval}. */
export interface HostRemovalArgs {
  readonly host: HostAccess;
  /** What is done when it goes: verbs of converge with their component, in this order. */
  readonly calls: readonly { readonly verb: "remove" | "release"; readonly component: string }[];
  /** The generation that it takes away. @default of what has no generations */
  readonly generation?: number;
  /** The stack whose site it is, at the colo; one that another stack has registered stays. */
  readonly owner?: string;
  /** What goes after it. */
  readonly after: readonly pulumi.Resource[];
}

/**
 * The end of one generation on one host. It is recorded before anything of the generation is on the host and makes no
 * login then, so whatever a killed run left there has somebody who takes it away.
 *
 * Children: `${name}-converge` (a remote command that has nothing to create).
 */
export class HostRemoval extends pulumi.ComponentResource {
  /** What must be removed by this one comes after it. */
  readonly recorded: pulumi.Resource;

  constructor(name: string, args: HostRemovalArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ipv6home:components:HostRemoval", name, {}, opts);

    const { connection, ready } = args.host;
    const words = args.owner === undefined ? [args.generation] : [args.generation ?? "''", args.owner];
    const whose = words.flatMap((word) => (word === undefined ? [] : [` ${word}`])).join("");
    this.recorded = new remote.Command(
      `${name}-converge`,
      {
        connection,
        delete: removal(...args.calls.map(({ verb, component }) => `${verb} ${component}${whose}`)),
        addPreviousOutputInEnv: false,
        logging: "stderr",
      },
      {
        parent: this,
        dependsOn: [...ready, ...args.after],
        deleteBeforeReplace: true,
        ...(args.host.dead === true ? { retainOnDelete: true } : {}),
      },
    );

    this.registerOutputs({});
  }
}
