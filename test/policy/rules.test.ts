import { resourceRules, stackRules } from "../../policy/rules";
import { privateKey } from "../support/examples";
import { loginKeyExamples } from "./examples/login-keys";
import { resourceExamples as others } from "./examples/resources";
import { stackExamples } from "./examples/stacks";
import { key, random, view } from "./support";

const resourceExamples = [...others, ...loginKeyExamples];

describe.each(resourceExamples.map(([rule, list]) => [rule.name, rule, list] as const))(
  "%s",
  (_, { check }, list) => {
    test.each(list.filter(({ says }) => says === undefined))("is content with $title", ({ given }) => {
      expect(check(view(given))).toEqual([]);
    });

    test.each(list.filter(({ says }) => says !== undefined))("refuses $title", ({ given, says }) => {
      const sentences = check(view(given));
      expect(sentences).toEqual([expect.stringMatching(says ?? "")]);
      // What is wrong with a secret is told without it.
      for (const secret of [key, random, privateKey]) expect(sentences.join()).not.toContain(secret);
    });
  },
);

describe.each(stackExamples.map(([rule, list]) => [rule.name, rule, list] as const))(
  "%s",
  (_, { checkStack }, list) => {
    test.each(list.filter(({ says }) => says === undefined))("is content with $title", ({ given }) => {
      expect(checkStack(given)).toEqual([]);
    });

    test.each(list.filter(({ says }) => says !== undefined))("refuses $title", ({ given, says }) => {
      expect(checkStack(given)).toEqual([expect.stringMatching(says ?? "")]);
    });
  },
);

test("every rule has an example that it is content with, and one that it refuses", () => {
  const shown = [...resourceExamples, ...stackExamples]
    .filter(
      ([, list]) =>
        list.some(({ says }) => says === undefined) && list.some(({ says }) => says !== undefined),
    )
    .map(([{ name }]) => name);
  expect(shown.sort()).toEqual([...resourceRules, ...stackRules].map(({ name }) => name).sort());
});
