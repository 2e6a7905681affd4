import { remote } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { patient, type HostAccess } from "./host-access";
import { callConverge, type HostConfig } from "./host-config";

/** Arguments of {@link HostGuard}. */
export interface HostGuardArgs {
  readonly host: HostAccess;
  /** What it confirms: all of this program that can cut the operator off from that host. */
  readonly guarded: readonly HostConfig[];
  /** What else the program puts there: it goes back with the others. */
  readonly others: readonly HostConfig[];
  /** What else must be done before. */
  readonly after?: readonly pulumi.Resource[];
}

/**
 * Confirms by a new login, after all changes to a host, that they let the operator in. Only then the host keeps them:
 * until then each of `guarded` is kept as it was, and silence takes all that this run has changed back
 * (assets/host/guard.sh). It logs in when one of them has changed, and fails when the host has anything else than
 * them, so a run never ends well on a host that went back.
 *
 * Children: `${name}-confirm` (a remote command).
 */
export class HostGuard extends pulumi.ComponentResource {
  /** Others wait for this one. */
  readonly confirmed: pulumi.Resource;

  constructor(name: string, args: HostGuardArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ipv6home:components:HostGuard", name, {}, opts);

    const { host, guarded, others, after = [] } = args;
    const create = callConverge("confirm", name);
    // When it was converged tells one drift from the next; what it is stands with the component.
    const drift = guarded.flatMap(({ component, drift: [first] }) =>
      first === undefined ? [] : [`# ${component}: ${first}`],
    );
    this.confirmed = new remote.Command(
      `${name}-confirm`,
      {
        connection: patient(host.connection, host.guardWindowSec),
        create,
        update: [create, ...drift].join("\n"),
        // The others are there or not: a change of them alone needs no confirmation.
        stdin: [
          ...guarded.map(({ component, generation, digest }) => [
            component,
            generation ?? "-",
            digest ?? "-",
          ]),
          ...others.map(({ component }) => [component, "-", "-"]),
        ]
          .map((line) => `${line.join(" ")}\n`)
          .join(""),
        addPreviousOutputInEnv: false,
        logging: "stderr",
      },
      {
        parent: this,
        dependsOn: [...[...guarded, ...others].map((each) => each.converged), ...after],
        deleteBeforeReplace: true,
        // As with the components: only new drift is a change.
        ignoreChanges: drift.length === 0 ? ["update"] : [],
        ...(host.dead === true ? { retainOnDelete: true } : {}),
      },
    );

    this.registerOutputs({});
  }
}
