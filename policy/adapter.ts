import * as policy from "@pulumi/policy";
import { wire, wrapSecret } from "./values";
import type { ResourceView } from "./view";

/** Exported by @pulumi/policy, but left out of its types. */
const { unknownCheckingProxy, UnknownValueError } = policy as unknown as {
  readonly unknownCheckingProxy: <T>(value: T) => T;
  readonly UnknownValueError: new () => Error;
};

/** What of @pulumi/policy's arguments a view is made of. */
export type Given = Pick<
  policy.ResourceValidationArgs | policy.PolicyResource,
  "type" | "name" | "urn" | "props" | "opts"
>;

/** A resource of @pulumi/policy as the rules see it. */
export const viewOf = ({ type, name, urn, props, opts }: Given): ResourceView => ({
  type,
  name,
  urn,
  props: plain(props) as ResourceView["props"],
  opts: opts.deleteBeforeReplace === undefined ? {} : { deleteBeforeReplace: opts.deleteBeforeReplace },
});

/**
 * The same, when nobody has told which inputs are secret: @pulumi/policy hands a validation all secrets in clear, so
 * that nothing can be said about what may only be secret.
 */
export function viewWithoutMarks(given: Given): ResourceView {
  const view = viewOf(given);
  return "stdin" in view.props ? { ...view, props: { ...view.props, stdin: wire.unknown } } : view;
}

/**
 * A value without proxies, secrets and unknown values marked as on the wire. Descriptors are what no proxy of
 * @pulumi/policy intercepts; in a remediation they show its Secret objects.
 */
function plain(value: unknown): unknown {
  if (value instanceof policy.Secret) return wrapSecret(plain(value.value));
  if (isUnknown(value)) return wire.unknown;
  if (typeof value !== "object" || value === null) return value;
  const fields = Object.entries(Object.getOwnPropertyDescriptors(value)).filter(
    ([, { enumerable }]) => enumerable,
  );
  const read = fields.map(([key, descriptor]) => [key, plain(descriptor.value)] as const);
  return Array.isArray(value) ? read.map(([, each]) => each) : Object.fromEntries(read);
}

/** There is a mark for each type of value, and only the proxy knows them all: it refuses to be read. */
function isUnknown(value: unknown): boolean {
  if (typeof value !== "string") return false;
  const proxy = unknownCheckingProxy({ value });
  try {
    return proxy.value !== value;
  } catch (error) {
    if (error instanceof UnknownValueError) return true;
    throw error;
  }
}
