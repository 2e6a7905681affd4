import { remote } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { renderBundle, type Bundle } from "../render/bundle";
import { libraryFolder } from "../render/host";
import type { HostAccess } from "./host-access";

/** Arguments of {@link HostConfig}. */
export interface HostConfigArgs {
  readonly host: HostAccess;
  /** What the host is to have. Its name is part of the commands, so it is plain. */
  readonly component: string;
  /** The same, as text: readable in a preview if plain, hidden if secret. */
  readonly bundle: pulumi.Input<Bundle>;
  /** Whether the bundle holds keys. @default false */
  readonly secret?: boolean;
  /** The generation that this is of. Its removal is then the task of a {@link HostRemoval}. */
  readonly generation?: number;
  /** What to run for create and update, if converge may not be there yet. */
  readonly applyCommand?: string;
}

/**
 * The files, units and checks of one component on one host, converged by assets/host/converge.sh over one login.
 *
 * Children: `${name}-converge` (the remote command).
 */
export class HostConfig extends pulumi.ComponentResource {
  /** Others wait for this one. */
  readonly converged: pulumi.Resource;

  constructor(name: string, args: HostConfigArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ipv6home:components:HostConfig", name, {}, opts);

    const secret = args.secret ?? false;
    const stdin = pulumi.output(args.bundle).apply(renderBundle);
    this.converged = new remote.Command(
      `${name}-converge`,
      {
        connection: args.host.connection,
        create: args.applyCommand ?? applyCommand(args.component, args.generation),
        ...(args.generation === undefined ? { delete: removal(`remove ${args.component}`) } : {}),
        stdin: secret ? pulumi.secret(stdin) : stdin,
        addPreviousOutputInEnv: false,
        logging: secret ? "none" : "stderr",
      },
      {
        parent: this,
        dependsOn: [...args.host.ready],
        // It would undo its successor if it went after it.
        deleteBeforeReplace: true,
        ...(secret ? { additionalSecretOutputs: ["stdout", "stderr"] } : {}),
      },
    );

    this.registerOutputs({});
  }
}

const converge = `${libraryFolder}/converge`;

const applyCommand = (component: string, generation: number | undefined) =>
  [
    `[ -x ${converge} ] || { cat >/dev/null;`,
    `echo "${component}: ${converge} is not on this host; run 'pulumi up' for the stack that owns the host" >&2; exit 1; }`,
    `exec ${converge} apply ${component}${generation === undefined ? "" : ` ${generation}`}`,
  ].join("\n");

/**
 * A command that runs one verb of converge after the other. A host without our records was reinstalled: nothing of ours
 * is there to remove.
 */
export const removal = (...calls: readonly string[]): string =>
  [
    "[ -d /var/lib/ipv6-home ] || { cat >/dev/null; exit 0; }",
    ...calls.map((call, index) =>
      index < calls.length - 1 ? `${converge} ${call} </dev/null || exit` : `exec ${converge} ${call}`,
    ),
  ].join("\n");
