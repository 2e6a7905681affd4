import { fieldsOf, isUnknown, textOf } from "./values";
import type { ResourceView } from "./view";

/** A file of a bundle. */
export interface BundleFile {
  readonly path: string;
  readonly content: string;
}

/** Whether a resource runs commands on a host. */
export const isRemoteCommand = ({ type }: ResourceView): boolean => type === "command:remote:Command";

/** What `converge` is told to do, and to what: `converge apply lan`, `converge remove tunnel-vpn0 3`; a site's owner may follow. */
export interface ConvergeCall {
  readonly component: string;
  readonly generation: string | undefined;
}

/** The call of `converge VERB` that a command ends with. */
export function convergeCall(verb: "apply" | "remove", command: unknown): ConvergeCall | undefined {
  const found = new RegExp(`/converge ${verb} (\\S+)(?: (\\d+))?(?: \\S+)?\\s*$`).exec(textOf(command) ?? "");
  return found?.[1] === undefined ? undefined : { component: found[1], generation: found[2] };
}

/**
 * The component on the host that a resource is about: by its removal, else by what it applies; or, for a resource that
 * does nothing until it goes, by the first thing that it then does. The host's own goes by the programs of its bundle.
 */
export const componentOf = ({ props }: ResourceView): string | undefined =>
  convergeCall("remove", props["delete"])?.component ??
  convergeCall("apply", props["create"])?.component ??
  /\/converge (?:remove|release|leave) (\S+)/.exec(textOf(props["delete"]) ?? "")?.[1] ??
  /^set -- (\S+) remove$/m.exec(textOf(props["delete"]) ?? "")?.[1];

/** The port of the sshd that a resource logs in at; undefined while nobody knows. */
export function sshPortOf({ props }: ResourceView): number | undefined {
  const { port } = fieldsOf(props["connection"]);
  if (isUnknown(props["connection"]) || isUnknown(port)) return undefined;
  return typeof port === "number" ? port : 22;
}

/**
 * The files of a resource's bundle (docs/BUNDLE.md); undefined if there is no bundle or nobody can read
 * it yet.
 */
export function bundleFiles({ props }: ResourceView): BundleFile[] | undefined {
  const [first, ...lines] = (textOf(props["stdin"]) ?? "").replace(/\n$/, "").split("\n");
  if (first === undefined || !/^ipv6-home bundle \d+$/.test(first)) return undefined;
  const files: { path: string; content: string }[] = [];
  for (const line of lines) {
    const path = /^file \d+ \S+ (\S+)$/.exec(line)?.[1];
    const last = files.at(-1);
    if (path !== undefined) files.push({ path, content: "" });
    else if (last !== undefined) last.content += `${line.replace(/^ {4}/, "")}\n`;
  }
  return files;
}
