import * as policy from "@pulumi/policy";
import { secretsPreservingProxy } from "@pulumi/policy/secret";
import { viewOf, viewWithoutMarks, type Given } from "../../policy/adapter";
import { noSecretInTheOpen } from "../../policy/secrets";
import { wire, wrapSecret } from "../../policy/values";

const { unknownCheckingProxy } = policy as unknown as {
  readonly unknownCheckingProxy: (value: object) => Record<string, unknown>;
};

const key = Buffer.alloc(32, 7).toString("base64");

/** Inputs as the engine's request has them once it is read. */
const inputs = {
  create: "true",
  stdin: new policy.Secret(`    ${key}\n`),
  connection: new policy.Secret({ host: "192.0.2.4", port: 22 }),
  triggers: [1, new policy.Secret("two"), "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2"],
  update: wire.unknown,
  nothing: null,
};

const given = (props: object): Given => ({
  type: "command:remote:Command",
  name: "some",
  urn: "urn:pulumi:home::ipv6-home::command:remote:Command::some",
  props: unknownCheckingProxy(props),
  opts: {
    protect: false,
    ignoreChanges: [],
    aliases: [],
    customTimeouts: { createSeconds: 0, updateSeconds: 0, deleteSeconds: 0 },
    additionalSecretOutputs: [],
    deleteBeforeReplace: true,
  },
});

describe("what a rule sees of @pulumi/policy's arguments", () => {
  test("in a remediation: secrets as secrets, unknown values as unknown, no proxies", () => {
    expect(viewOf(given(secretsPreservingProxy(inputs) as object))).toEqual({
      type: "command:remote:Command",
      name: "some",
      urn: "urn:pulumi:home::ipv6-home::command:remote:Command::some",
      props: {
        create: "true",
        stdin: wrapSecret(`    ${key}\n`),
        connection: wrapSecret({ host: "192.0.2.4", port: 22 }),
        triggers: [1, wrapSecret("two"), wire.unknown],
        update: wire.unknown,
        nothing: null,
      },
      opts: { deleteBeforeReplace: true },
    });
  });

  test("in a validation, where secrets are in clear: a stdin is not taken for an open one", () => {
    const validated = given({ create: "true", stdin: `    ${key}\n` });
    expect(noSecretInTheOpen.check(viewOf(validated))).toHaveLength(1);
    expect(noSecretInTheOpen.check(viewWithoutMarks(validated))).toEqual([]);
    expect(viewWithoutMarks(given({ create: "true" })).props).toEqual({ create: "true" });
  });
});
