import { remote } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { driftOf } from "../observe/report";
import { manifestHash, renderBundle, type Bundle } from "../render/bundle";
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
  /** The stack whose site it is part of, at the colo. */
  readonly owner?: string;
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
    const create = args.applyCommand ?? applyCommand(args.component, args.generation);
    const drift = driftOn(args);
    const stdin = pulumi.output(args.bundle).apply(renderBundle);
    this.converged = new remote.Command(
      `${name}-converge`,
      {
        connection: args.host.connection,
        create,
        // The engine never looks at a host, so what was seen there is made a part of the command.
        update: [create, ...drift.map((line) => `# ${line}`)].join("\n"),
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
        // What was seen once stays in the command; only new drift is a change.
        ignoreChanges: drift.length === 0 ? ["update"] : [],
        ...(secret ? { additionalSecretOutputs: ["stdout", "stderr"] } : {}),
      },
    );

    this.registerOutputs({});
  }
}

/** What the host has differently; nothing if it was not looked at. */
function driftOn({ host, component, generation, owner, bundle }: HostConfigArgs): string[] {
  if (host.observed === undefined) return [];
  // A bundle made of keys is an output; the host itself compares those.
  const manifest =
    pulumi.Output.isInstance(bundle) || bundle instanceof Promise ? undefined : manifestHash(bundle);
  return driftOf(host.observed, { component, generation, manifest, owner });
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
