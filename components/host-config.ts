import { remote } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { driftOf } from "../observe/report";
import { bundleDigest, manifestHash, renderBundle, type Bundle } from "../render/bundle";
import { libraryFolder } from "../render/host";
import { patient, type HostAccess } from "./host-access";

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
  /** Whose task its removal is. @default its own, unless it has a generation */
  readonly removedBy?: "HostRemoval";
  /** The stack whose site it is part of, at the colo. */
  readonly owner?: string;
  /** What to run for create and update, and for delete, if converge may not be there: not yet, or taken back. */
  readonly withoutConverge?: { readonly apply: string; readonly remove: string };
  /**
   * Whether it can cut the operator off. The host then takes it back unless a {@link HostGuard} confirms it.
   * @default false
   */
  readonly guarded?: boolean;
  /** Whether this is the first login of a run at its host: one that does not answer shall be told soon. @default false */
  readonly firstContact?: boolean;
}

/**
 * The files, units and checks of one component on one host, converged by assets/host/converge.sh over one login.
 *
 * Children: `${name}-converge` (the remote command).
 */
export class HostConfig extends pulumi.ComponentResource {
  /** Others wait for this one. */
  readonly converged: pulumi.Resource;
  readonly component: string;
  readonly generation: number | undefined;
  /** SHA-256 of its bundle; undefined if that holds keys. */
  readonly digest: string | undefined;
  /** What the host was seen to have differently. */
  readonly drift: readonly string[];

  constructor(name: string, args: HostConfigArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ipv6home:components:HostConfig", name, {}, opts);

    const secret = args.secret ?? false;
    const guard = args.guarded === true ? { guardWindowSec: args.host.guardWindowSec } : {};
    const bundle = isPlain(args.bundle)
      ? { ...args.bundle, ...guard }
      : pulumi.output(args.bundle).apply((keys): Bundle => ({ ...keys, ...guard }));
    const create = args.withoutConverge?.apply ?? applyCommand(args.component, args.generation);
    const drift = driftOn(args);
    const stdin = pulumi.output(bundle).apply(renderBundle);
    this.component = args.component;
    this.generation = args.generation;
    this.digest = isPlain(bundle) ? bundleDigest(bundle) : undefined;
    this.drift = drift;
    this.converged = new remote.Command(
      `${name}-converge`,
      {
        connection:
          args.firstContact === true
            ? args.host.connection
            : patient(args.host.connection, args.host.guardWindowSec),
        create,
        // The engine never looks at a host, so what was seen there is made a part of the command.
        update: [create, ...drift.map((line) => `# ${line}`)].join("\n"),
        ...(args.generation === undefined && args.removedBy === undefined
          ? { delete: args.withoutConverge?.remove ?? removal(`remove ${args.component}`) }
          : {}),
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
        ...(args.host.dead === true ? { retainOnDelete: true } : {}),
        ...(secret ? { additionalSecretOutputs: ["stdout", "stderr"] } : {}),
      },
    );

    this.registerOutputs({});
  }
}

/** A bundle made of keys is an output. */
const isPlain = (bundle: pulumi.Input<Bundle>): bundle is Bundle =>
  !pulumi.Output.isInstance(bundle) && !(bundle instanceof Promise);

/** What the host has differently; nothing if it was not looked at. */
function driftOn({ host, component, generation, owner, bundle }: HostConfigArgs): string[] {
  if (host.observed === undefined) return [];
  // The host itself compares what is made of keys.
  const manifest = isPlain(bundle) ? manifestHash(bundle) : undefined;
  return driftOf(host.observed, { component, generation, manifest, owner });
}

const converge = `${libraryFolder}/converge`;

/** A command that runs converge, and says so where it is not there: also that the host went back to a time before it. */
export const callConverge = (verb: string, component: string, generation?: number): string =>
  [
    `[ -x ${converge} ] || { cat >/dev/null; cat /var/lib/ipv6-home/.went-back >&2 2>/dev/null;`,
    `echo "${component}: ${converge} is not on this host; run 'pulumi up' for the stack that owns the host" >&2; exit 1; }`,
    `exec ${converge} ${verb} ${component}${generation === undefined ? "" : ` ${generation}`}`,
  ].join("\n");

const applyCommand = (component: string, generation: number | undefined) =>
  callConverge("apply", component, generation);

/**
 * A command that runs one verb of converge after the other. A host without a record of its baseline was reinstalled, or
 * went back to before that came: nothing of ours is there to remove, but for what the baseline's own removal takes.
 */
export const removal = (...calls: readonly string[]): string =>
  [
    "[ -e /var/lib/ipv6-home/host/directives ] || { cat >/dev/null; exit 0; }",
    `[ -x ${converge} ] || { cat >/dev/null; echo "${converge} is not on this host, which was begun and not finished; run 'pulumi up' for the stack that owns it, then destroy" >&2; exit 1; }`,
    ...calls.map((call, index) =>
      index < calls.length - 1 ? `${converge} ${call} </dev/null || exit` : `exec ${converge} ${call}`,
    ),
  ].join("\n");
