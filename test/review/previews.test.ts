import { compareWithBranch } from "../../review/against-branch";
import { changesOf } from "../../review/change";
import { plannedOutputs } from "../../review/engine-json";
import { readPreviews, writePreviews } from "../../review/read-previews";
import { previewOf, recorded, stepOf, urnOf } from "./support";

const bundle = (content: string) => ({ component: "some", files: [{ path: "/etc/some", content }] });
const create = (name: string, content: string) => stepOf("create", name, undefined, bundle(content));

describe("two plans from nothing", () => {
  const compare = (before: ReturnType<typeof create>[], after: ReturnType<typeof create>[]) =>
    compareWithBranch(previewOf(before), previewOf(after)).steps.map(({ urn, operation, inputs }) => [
      urn.split("::").at(-1),
      operation,
      inputs,
    ]);

  test("that are equal differ in nothing", () => {
    expect(
      compare([create("a", "1\n"), create("b", "2\n")], [create("a", "1\n"), create("b", "2\n")]),
    ).toEqual([]);
  });

  test("differ by what changed, came and went", () => {
    expect(
      compare(
        [create("a", "1\n"), create("b", "2\n"), create("c", "3\n")],
        [create("a", "9\n"), create("b", "9\n"), create("d", "4\n")],
      ),
    ).toEqual([
      ["a", "update", ["stdin"]],
      ["b", "update", ["stdin"]],
      ["d", "create", []],
      ["c", "delete", []],
    ]);
  });

  test("in which a generation of the tunnel takes another's place are a rotation", () => {
    const [old, now] = [1, 2].map((epoch) => create(`tunnel-${epoch}-home-config-converge`, `${epoch}\n`));
    if (old === undefined || now === undefined) throw new Error("two");
    const changes = changesOf(compareWithBranch(previewOf([old]), previewOf([now])));
    expect(changes).toMatchObject([
      {
        name: "tunnel-home",
        operation: "replace",
        risks: [{ label: "can cut SSH" }, { label: "rotates keys" }],
      },
    ]);
  });

  test("keep both sides, so that a diff can be made", () => {
    const [step] = compareWithBranch(previewOf([create("a", "1\n")]), previewOf([create("a", "2\n")])).steps;
    expect(step?.old?.text).toContain("    1\n");
    expect(step?.new?.text).toContain("    2\n");
  });

  test("whose commands differ are applied again", () => {
    const step = create("a", "1\n");
    const other = { ...step, new: { ...step.new, commands: "other" } };
    expect(compare([step], [other])).toEqual([["a", "update", ["create"]]]);
  });
});

describe("the file of previews", () => {
  const previews = [
    recorded("colo-pool.events"),
    recorded("home-pinhole-and-epoch.events"),
    recorded("home-mistake.events"),
  ];

  test("is read as it was written", () => {
    expect(readPreviews(writePreviews(previews))).toEqual(previews);
  });

  test("holds neither connections nor commands, only what is shown", () => {
    const text = writePreviews(previews);
    expect(text).toContain("ipv6-home bundle 1");
    expect(text).not.toMatch(/connection"|hostKey|ciphertext|converge apply|\[secret\]/);
  });

  test.each(["", "[]", "{}", '{"schema":2}', "{"])("that is %j is refused with a sentence", (text) => {
    expect(() => readPreviews(text)).toThrow(
      /the previews are no file of schema 1; allowed is .*; make it anew/,
    );
  });

  test("that is endless is refused", () => {
    expect(() => readPreviews(" ".repeat(20_000_001))).toThrow(/allowed is 20000000/);
  });

  test("with other forms in it loses them", () => {
    const odd = {
      schema: 1,
      previews: [
        7,
        {
          stack: 1,
          steps: [
            null,
            { urn: urnOf("a"), operation: "eat" },
            { urn: urnOf("a"), operation: "create", new: { text: 5 } },
          ],
          violations: ["x", {}],
          policies: [1, "p"],
          errors: {},
        },
      ],
    };
    expect(readPreviews(JSON.stringify(odd))).toEqual([
      {
        stack: "?",
        against: "nothing",
        complete: false,
        steps: [{ urn: urnOf("a"), operation: "create", new: {}, inputs: [] }],
        violations: [{ policy: "?", level: "mandatory", message: "" }],
        policies: ["p"],
        errors: [],
      },
    ]);
  });
});

test("planned outputs are the last that the stack registers", () => {
  const event = (outputs: object) =>
    JSON.stringify({ resOutputsEvent: { metadata: { type: "pulumi:pulumi:Stack", new: { outputs } } } });
  expect(
    plannedOutputs([event({}), event({ a: 1 }), "noise", event({ a: 2 }), event({})].join("\n")),
  ).toEqual({ a: 2 });
  expect(plannedOutputs(event({}))).toBeUndefined();
});
