import { exampleSettings, joolSettings, variants } from "../support/settings";
import { factsOf, recordColo } from "../support/stacks";
import { exportFacts, importFacts } from "../../stacks/colo-facts";

const facts = factsOf(exampleSettings("colo"));

test("a home reads what the colo exports, through JSON as the engine keeps it", () => {
  const others = [variants.colo, joolSettings].map((changes) => factsOf(exampleSettings("colo", changes)));
  for (const each of [facts, ...others]) {
    expect(importFacts("some", JSON.parse(JSON.stringify(exportFacts(each))))).toEqual(each);
  }
});

test("the colo stack exports them", async () => {
  const { outputs } = await recordColo(exampleSettings("colo"));
  expect(importFacts("some", outputs["facts"])).toEqual(facts);
});

test("nothing of a login but public facts is in them", () => {
  const login = { ...facts.login, privateKey: "FAKE", managementPrefixes: [] };
  expect(exportFacts({ ...facts, login }).login).toEqual(facts.login);
});

test.each([
  [
    undefined,
    'stack o/p/colo has no output "facts": run pulumi up for it first, or set colo.stack to the stack that built the colo',
  ],
  [
    null,
    'stack o/p/colo has no output "facts": run pulumi up for it first, or set colo.stack to the stack that built the colo',
  ],
  [
    { schema: 2 },
    "stack o/p/colo has facts of schema 2, this program reads 1: run pulumi up for it with this program",
  ],
  [
    {},
    "stack o/p/colo has facts of schema unknown, this program reads 1: run pulumi up for it with this program",
  ],
])("facts that are %j end in a sentence", (given, sentence) => {
  expect(() => importFacts("o/p/colo", given)).toThrow(new Error(sentence));
});
