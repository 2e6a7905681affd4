import { parseSettings } from "../../settings/parse";
import { declarations } from "../../settings/schema";
import { privateKey } from "../support/examples";
import { exampleFile, rawSettings, type Given } from "../support/settings";
import type { Case } from "./mistakes/case";
import { bootMistakes } from "./mistakes/boot";
import { coloMistakes } from "./mistakes/colo";
import { dnsMistakes } from "./mistakes/dns";
import { delegationsMistakes } from "./mistakes/delegations";
import { hostsMistakes } from "./mistakes/hosts";
import { metricsMistakes } from "./mistakes/metrics";
import { namesMistakes } from "./mistakes/names";
import { pinholesMistakes } from "./mistakes/pinholes";
import { raMistakes } from "./mistakes/ra";
import { segmentsMistakes } from "./mistakes/segments";
import { siteMistakes } from "./mistakes/site";
import { sshMistakes } from "./mistakes/ssh";
import { translationMistakes } from "./mistakes/translation";
import { statusMistakes } from "./mistakes/status";
import { tunnelMistakes } from "./mistakes/tunnel";
import { uplinksMistakes } from "./mistakes/uplinks";
import { upgradesMistakes } from "./mistakes/upgrades";
import { wanMistakes } from "./mistakes/wan";

const mistakes: readonly Case[] = [
  ...namesMistakes,
  ...sshMistakes,
  ...statusMistakes,
  ...upgradesMistakes,
  ...wanMistakes,
  ...uplinksMistakes,
  ...coloMistakes,
  ...tunnelMistakes,
  ...translationMistakes,
  ...siteMistakes,
  ...segmentsMistakes,
  ...raMistakes,
  ...hostsMistakes,
  ...bootMistakes,
  ...delegationsMistakes,
  ...pinholesMistakes,
  ...dnsMistakes,
  ...metricsMistakes,
];

const answer = ({ role, changes, secretKeys }: Omit<Case, "sentence">) => {
  const result = parseSettings(rawSettings({ ...exampleFile(role), ...changes }, secretKeys));
  return result.ok ? [] : result.problems;
};

describe("fails when", () => {
  test.each(mistakes)("$title", ({ sentence, ...mistake }) => {
    expect(answer(mistake)).toEqual([sentence]);
  });

  test("everything is wrong at once, with every sentence", () => {
    // Those that change a setting each on its own; the WAN's interface stays good, because a segment's mistake needs it.
    const bySetting = new Map(
      mistakes
        .filter(
          ({ role, changes }) =>
            role === "home" && Object.keys(changes).length === 1 && !("wan.interface" in changes),
        )
        .map((mistake) => [Object.keys(mistake.changes).join(), mistake]),
    );
    const all = [...bySetting.values()];
    const problems = answer({
      title: "all",
      role: "home",
      changes: Object.assign({}, ...all.map(({ changes }) => changes)) as Case["changes"],
    });
    expect(all.length).toBeGreaterThanOrEqual(10);
    expect([...problems].sort()).toEqual(all.map(({ sentence }) => sentence).sort());
  });
});

test("every setting has a mistake here", () => {
  const named = new Set(mistakes.map(({ sentence }) => /^[\w.]+/.exec(sentence)?.[0]));
  expect(Object.keys(declarations).filter((key) => !named.has(key))).toEqual([]);
});

test("a private key is never quoted, neither a good nor a bad one, nor one given twice", () => {
  const given: [Record<string, Given>, string[]][] = [
    [{ "ssh.privateKey": privateKey }, []],
    [{ "ssh.privateKey": "hunter2 hunter2" }, ["ssh.privateKey"]],
    [{ "ssh.privateKey": "hunter2 hunter2" }, []],
    [{ "ssh.privateKey": "a", ssh: { privateKey: "hunter2 hunter2" } }, ["ssh"]],
    [{ ssh: { privateKey: "hunter2 hunter2" } }, []],
  ];
  for (const [changes, secretKeys] of given) {
    const problems = answer({ title: "", role: "home", changes, secretKeys }).join("\n");
    expect(problems).not.toBe("");
    expect(problems).not.toMatch(/hunter2|RkFLRS|BEGIN/);
  }
});
