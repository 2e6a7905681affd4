import { keyOf } from "../../network/wireguard-key";
import { exampleBlob } from "./examples";
import * as pulumi from "@pulumi/pulumi";
import type {
  RegisterResourceOutputsRequest,
  RegisterResourceRequest,
} from "@pulumi/pulumi/proto/resource_pb";
import { MockMonitor } from "@pulumi/pulumi/runtime/mocks";

/** A resource as the program registered it: the whole request, which setMocks alone would not show. */
export interface Recorded {
  readonly type: string;
  readonly name: string;
  readonly custom: boolean;
  /** Name of the parent; empty under the stack itself. */
  readonly parent: string;
  /** As they cross the wire: secrets and unknown values are marked, see {@link isSecret} and {@link isUnknown}. */
  readonly inputs: Readonly<Record<string, unknown>>;
  /** Names of what must be there before. */
  readonly dependsOn: readonly string[];
  /** For each input, names of the resources that its value was made of. */
  readonly inputDependencies: Readonly<Record<string, readonly string[]>>;
  readonly additionalSecretOutputs: readonly string[];
  readonly deleteBeforeReplace: boolean;
  readonly replaceOnChanges: readonly string[];
  readonly ignoreChanges: readonly string[];
  readonly protect: boolean;
  readonly retainOnDelete: boolean;
}

/** What a program registered, in its order, and the outputs of its stack. */
export interface Recording {
  readonly resources: readonly Recorded[];
  readonly outputs: Readonly<Record<string, unknown>>;
  /** The one resource of that name. */
  get(name: string): Recorded;
}

/** What the provider of a custom resource answers: its outputs beside the inputs. */
export type Provide = (type: string, name: string) => Readonly<Record<string, unknown>>;

const stackType = "pulumi:pulumi:Stack";

const fakeRandomText = (name: string) => `FAKE-RANDOM-${name}`;

/** The key that the program makes of a random text: nobody must find it where no key belongs. */
export const fakeKey = (name: string): string => keyOf(fakeRandomText(name));

/** The secrets of a recorded home stack, and what any of their random texts begins with. */
export const fakeKeyMarks = [
  "FAKE-RANDOM-",
  ...[
    ...[1, 2, 3].flatMap((epoch) =>
      ["home-private", "colo-private", "preshared"].map((role) => `tunnel-${epoch}-keys-${role}`),
    ),
    "names-transfer",
    "names-acme",
  ].flatMap((name) => {
    const key = fakeKey(name);
    return [key, Buffer.from(key, "base64").toString("hex")];
  }),
];

/** A private key for logins: nobody must find it where no key belongs. */
export const fakePrivateKey = (name: string): string =>
  `-----BEGIN OPENSSH PRIVATE KEY-----\n${fakeRandomText(name)}\n-----END OPENSSH PRIVATE KEY-----\n`;

/** Random texts and keys that are known, and for everything else only what was put in. */
export const provideKeys: Provide = (type, name) => {
  switch (type) {
    case "random:index/randomPassword:RandomPassword":
      return { result: fakeRandomText(name) };
    case "tls:index/privateKey:PrivateKey":
      return { privateKeyOpenssh: fakePrivateKey(name), publicKeyOpenssh: `ssh-ed25519 ${exampleBlob}\n` };
    default:
      return {};
  }
};

/** Nothing is known but what was put in, as in the preview of a new stack. */
export const provideNothing: Provide = () => ({});

class RecordingMonitor extends MockMonitor {
  readonly requests: RegisterResourceRequest[] = [];
  outputs: Readonly<Record<string, unknown>> = {};

  override registerResource(
    request: RegisterResourceRequest,
    callback: (error: unknown, response: unknown) => void,
  ) {
    this.requests.push(request);
    return super.registerResource(request, callback);
  }

  override registerResourceOutputs(
    request: RegisterResourceOutputsRequest,
    callback: (error: unknown, response: unknown) => void,
  ): void {
    if (request.getUrn().includes(stackType)) this.outputs = request.getOutputs()?.toJavaScript() ?? {};
    super.registerResourceOutputs(request, callback);
  }
}

/** Runs a program against no engine at all and answers everything that it registered. */
export async function record(
  program: () => object | Promise<object>,
  { provide = provideKeys, preview = false }: { readonly provide?: Provide; readonly preview?: boolean } = {},
): Promise<Recording> {
  const mocks: pulumi.runtime.Mocks = {
    call: () => ({}),
    newResource: ({ type, name, inputs, custom }) => ({
      id: custom ? `${name}-id` : undefined,
      state: { ...(inputs as object), ...provide(type, name) },
    }),
  };
  const monitor = new RecordingMonitor(mocks);
  await pulumi.runtime.setMocks(mocks, "ipv6-home", "test", preview, "organization");
  pulumi.runtime.setMockOptions(monitor, "ipv6-home", "test", preview, "organization");
  await pulumi.runtime.runInPulumiStack(async () => program());
  // Registrations go on after the program has ended; this waits for the last one.
  await pulumi.runtime.disconnect();

  const resources = monitor.requests.filter((request) => request.getType() !== stackType).map(recorded);
  return {
    resources,
    outputs: monitor.outputs,
    get: (name) => {
      const [found, ...twins] = resources.filter((each) => each.name === name);
      if (found === undefined || twins.length > 0)
        throw new Error(`${twins.length + (found ? 1 : 0)} named ${name}`);
      return found;
    },
  };
}

function recorded(request: RegisterResourceRequest): Recorded {
  return {
    type: request.getType(),
    name: request.getName(),
    custom: request.getCustom(),
    parent:
      request.getParent().includes(stackType) && !request.getParent().includes("$")
        ? ""
        : nameOf(request.getParent()),
    inputs: request.getObject()?.toJavaScript() ?? {},
    dependsOn: request.getDependenciesList().map(nameOf).sort(),
    inputDependencies: Object.fromEntries(
      request
        .getPropertydependenciesMap()
        .toArray()
        .map(([key]) => [
          key,
          (request.getPropertydependenciesMap().get(key)?.getUrnsList() ?? []).map(nameOf).sort(),
        ]),
    ),
    additionalSecretOutputs: request.getAdditionalsecretoutputsList(),
    deleteBeforeReplace: request.getDeletebeforereplace(),
    replaceOnChanges: request.getReplaceonchangesList(),
    ignoreChanges: request.getIgnorechangesList(),
    protect: request.getProtect() ?? false,
    retainOnDelete: request.getRetainondelete() ?? false,
  };
}

const nameOf = (urn: string): string => urn.split("::").at(-1) ?? "";

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Whether a value crossed the wire as a secret. */
export const isSecret = (value: unknown): value is { readonly value: unknown } =>
  isObject(value) && value[pulumi.runtime.specialSigKey] === pulumi.runtime.specialSecretSig;

/** Whether a value was not known yet. */
export const isUnknown = (value: unknown): boolean => value === pulumi.runtime.unknownValue;

/** A value with its secrets taken out of their wrapping. */
export function reveal(value: unknown): unknown {
  if (isSecret(value)) return reveal(value.value);
  if (Array.isArray(value)) return value.map(reveal);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, reveal(each)]));
}

/** A value without its secrets: what lands in a state file as clear text and in everybody's log. */
export function withoutSecrets(value: unknown): unknown {
  if (isSecret(value)) return "[secret]";
  if (Array.isArray(value)) return value.map(withoutSecrets);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, withoutSecrets(each)]));
}

/** The text of an input, secret or not. Throws if it is no text. */
export function textOf(value: unknown): string {
  const text = reveal(value);
  if (typeof text !== "string") throw new Error(`not text: ${JSON.stringify(text)}`);
  return text;
}
