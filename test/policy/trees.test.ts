import { runtime } from "@pulumi/pulumi";
import { bundleFiles, componentOf } from "../../policy/command";
import { wire } from "../../policy/values";
import { privateKey } from "../support/examples";
import {
  isSecret,
  isUnknown,
  provideNothing,
  reveal,
  withoutSecrets,
  type Recording,
} from "../support/record";
import { exampleSettings, variants } from "../support/settings";
import { bundlesOf, commandsOf, recordColo, recordHome } from "../support/stacks";
import { judge, viewsOf } from "./support";

const withKey = [{ "ssh.privateKey": privateKey }, ["ssh.privateKey"]] as const;
const colo = () => exampleSettings("colo", withKey[0], [...withKey[1]]);
const home = () => exampleSettings("home", withKey[0], [...withKey[1]]);
const variantColo = () => exampleSettings("colo", variants.colo);
const ed25519Anchor = `example.net. initial-key 257 3 15 "${Buffer.alloc(32, 5).toString("base64")}"`;

const trees: readonly (readonly [string, () => Promise<Recording>])[] = [
  ["colo", () => recordColo(colo())],
  ["home", () => recordHome(home(), colo())],
  ["varied colo", () => recordColo(variantColo())],
  ["varied home", () => recordHome(exampleSettings("home", variants.home), variantColo())],
  ["third generation of a home", () => recordHome(exampleSettings("home", { "tunnel.keyEpoch": 3 }), colo())],
  [
    "colo with a trust anchor of a WireGuard key's length",
    () => recordColo(exampleSettings("colo", { "dns64.trustAnchors": [ed25519Anchor] })),
  ],
  ["first preview of a home", () => recordHome(home(), colo(), { provide: provideNothing, preview: true })],
];

describe.each(trees)("the rules about a %s", (_, run) => {
  let recording: Recording;
  beforeAll(async () => {
    recording = await run();
  });

  test("have no complaint", () => {
    expect(judge(viewsOf(recording))).toEqual([]);
  });

  test("have none when every secret is only a word", () => {
    expect(judge(viewsOf(recording, withoutSecrets))).toEqual([]);
  });

  test("have none when every secret is wrapped without its value, as in a state file", () => {
    expect(judge(viewsOf(recording, withoutValues))).toEqual([]);
  });

  test("have none when nothing is known yet", () => {
    const unknown = viewsOf(recording).map((each) => ({
      ...each,
      props: Object.fromEntries(Object.keys(each.props).map((key) => [key, wire.unknown])),
    }));
    expect(judge(unknown)).toEqual([]);
  });

  test("read the bundles as the hosts do", () => {
    const known = commandsOf(recording).filter(({ inputs }) => !isUnknown(reveal(inputs["stdin"])));
    const files = bundlesOf({ ...recording, resources: known }).flatMap((bundle) =>
      bundle.files.map(({ path, content }) => ({ path, content })),
    );
    expect(files.length).toBeGreaterThan(10);
    expect(viewsOf(recording).flatMap((each) => bundleFiles(each) ?? [])).toEqual(files);
  });

  test("know the component of every command that has one", () => {
    const commands = viewsOf(recording).filter(
      ({ type, name }) => type === "command:remote:Command" && !name.endsWith("-guard-confirm"),
    );
    expect(commands.length).toBeGreaterThan(4);
    expect(commands.filter((each) => componentOf(each) === undefined)).toEqual([]);
  });
});

/** The value with its secrets as a state file has them: encrypted, so nobody can read them. */
function withoutValues(value: unknown): unknown {
  if (isSecret(value)) {
    return { [wire.signatureKey]: wire.secretSignature, ciphertext: "v1:AAAA" };
  }
  if (Array.isArray(value)) return value.map(withoutValues);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, withoutValues(each)]));
}

test("the marks of secret and unknown values are the SDK's", () => {
  expect([wire.signatureKey, wire.secretSignature, wire.unknown]).toEqual([
    runtime.specialSigKey,
    runtime.specialSecretSig,
    runtime.unknownValue,
  ]);
});
