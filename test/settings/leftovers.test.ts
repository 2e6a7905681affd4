import fc from "fast-check";
import { parseSettings } from "../../settings/parse";
import { declarations } from "../../settings/schema";
import { exampleFile, rawSettings, type Given } from "../support/settings";

/** What `pulumi config rm --path` leaves of a value: its maps and lists, with nothing in them. */
const { rest } = fc.letrec<{ rest: Given }>((tie) => ({
  rest: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom<Given>({}, []),
    fc.array(tie("rest"), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom("name", "subnet", "from", "port"), tie("rest"), { maxKeys: 3 }),
  ),
}));

const roles = fc.constantFrom("colo" as const, "home" as const);
const keys = Object.keys(declarations);
const groups = new Map<string, string[]>();
for (const [group, field] of keys.map((key) => key.split("."))) {
  if (group !== undefined && field !== undefined) groups.set(group, [...(groups.get(group) ?? []), field]);
}
const parse = (given: Record<string, Given | undefined>) => parseSettings(rawSettings(given));

describe("an empty rest", () => {
  test("of a setting is as good as no setting", () => {
    fc.assert(
      fc.property(roles, fc.constantFrom(...keys), rest, (role, key, left) => {
        const good = exampleFile(role);
        expect(parse({ ...good, [key]: left })).toEqual(parse({ ...good, [key]: undefined }));
      }),
    );
  });

  test("of a group changes nothing beside the settings under their flat names, or without them", () => {
    const group = fc
      .constantFrom(...groups)
      .chain(([name, fields]) =>
        fc.tuple(fc.constant(name), fc.dictionary(fc.constantFrom(...fields), rest)),
      );
    fc.assert(
      fc.property(roles, group, fc.option(fc.constantFrom(...keys)), (role, [name, left], unset) => {
        const good = { ...exampleFile(role), ...(unset === null ? {} : { [unset]: undefined }) };
        expect(parse({ ...good, [name]: left })).toEqual(parse(good));
      }),
    );
  });
});

test("a list that says everybody is not taken for a rest of its pinhole", () => {
  const pinhole = { name: "web", segment: "lan", host: "::80", protocol: "tcp", port: 80, from: [] };
  expect(parse({ ...exampleFile("home"), "lan.pinholes": [pinhole] })).toMatchObject({
    ok: true,
    value: { pinholes: [{ name: "web", from: [] }] },
  });
});
