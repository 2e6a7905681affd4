import { randomBytes as bytes, randomInt } from "node:crypto";
import { checkFields, type FieldTypes } from "./check";
import { diffMaps } from "./diff";
import { plain, secret, Unknown, type PropertyMap } from "./property";
import type { ResourceType } from "./resource";

interface Kind {
  readonly fields: FieldTypes;
  /** Names of the outputs that only the provider knows. */
  readonly computed: readonly string[];
  /** Inputs and defaults as outputs. */
  state(inputs: PropertyMap): PropertyMap;
  make(state: PropertyMap): { id: string; outputs: PropertyMap };
}

/** Every change of an input makes a new value, as in the real provider: `keepers` exist for nothing else. */
function randomType(kind: Kind): ResourceType {
  return {
    check: (inputs) => ({
      inputs,
      failures: [...checkFields(inputs, kind.fields, "inputs"), ...tooShort(inputs)],
    }),
    diff({ oldInputs, news }) {
      const changes = diffMaps(oldInputs, news);
      return { changes, replaces: [...changes.keys()], detailed: false };
    },
    create(inputs, _context, preview) {
      const state = kind.state(inputs);
      const unknown = Object.fromEntries(kind.computed.map((name) => [name, Unknown.instance]));
      if (preview) return Promise.resolve({ id: "", outputs: { ...state, ...unknown } });
      const { id, outputs } = kind.make(state);
      return Promise.resolve({ id, outputs: { ...state, ...outputs } });
    },
    update: () => Promise.reject(new Error("a random value cannot be updated in place")),
    delete: () => Promise.resolve(),
  };
}

function tooShort(inputs: PropertyMap): { property: string; reason: string }[] {
  const number = (name: string) => (typeof inputs[name] === "number" ? inputs[name] : 0);
  if (typeof inputs["length"] !== "number") return [];
  const least = ["minUpper", "minLower", "minNumeric", "minSpecial"].reduce(
    (sum, name) => sum + number(name),
    0,
  );
  const { length } = inputs;
  if (length >= Math.max(1, least)) return [];
  return [{ property: "length", reason: `length must be at least ${Math.max(1, least)}, got: ${length}` }];
}

/**
 * `random:index/randomBytes:RandomBytes`. Its id is the value itself in base64, unencrypted in the state and shown in
 * previews: so it is in the real provider, and so here.
 */
export const randomBytes = randomType({
  fields: { length: "number!", keepers: "map" },
  computed: ["base64", "hex"],
  state: (inputs) => ({ ...inputs }),
  make(state) {
    const value = bytes(Number(plain(state["length"] ?? 0)));
    const base64 = value.toString("base64");
    return { id: base64, outputs: { base64: secret(base64), hex: secret(value.toString("hex")) } };
  },
});

const passwordDefaults: PropertyMap = {
  lower: true,
  minLower: 0,
  minNumeric: 0,
  minSpecial: 0,
  minUpper: 0,
  number: true,
  numeric: true,
  special: true,
  upper: true,
};

/** `random:index/randomPassword:RandomPassword`, without its `bcryptHash`. */
export const randomPassword = randomType({
  fields: {
    length: "number!",
    keepers: "map",
    lower: "boolean",
    minLower: "number",
    minNumeric: "number",
    minSpecial: "number",
    minUpper: "number",
    number: "boolean",
    numeric: "boolean",
    overrideSpecial: "string",
    special: "boolean",
    upper: "boolean",
  },
  computed: ["id", "result"],
  state(inputs) {
    const numeric = inputs["numeric"] ?? inputs["number"] ?? true;
    return { ...passwordDefaults, ...inputs, numeric, number: numeric };
  },
  make(state) {
    const meta = JSON.stringify({ schema_version: "3" });
    return {
      id: "none",
      outputs: { __meta: meta, id: "none", result: secret(password(plain(state) as PropertyMap)) },
    };
  },
});

function password(state: PropertyMap): string {
  const special = state["overrideSpecial"];
  const classes = [
    { use: state["upper"], least: state["minUpper"], letters: "ABCDEFGHIJKLMNOPQRSTUVWXYZ" },
    { use: state["lower"], least: state["minLower"], letters: "abcdefghijklmnopqrstuvwxyz" },
    { use: state["numeric"], least: state["minNumeric"], letters: "0123456789" },
    {
      use: state["special"],
      least: state["minSpecial"],
      letters: typeof special === "string" && special !== "" ? special : "!@#$%&*()-_=+[]{}<>:?",
    },
  ];
  const pick = (letters: string) => letters.charAt(randomInt(letters.length));
  const all = classes.map(({ use, letters }) => (use === true ? letters : "")).join("");
  if (all === "") throw new Error("the character set specified is empty");

  const chosen = classes.flatMap(({ least, letters }) =>
    Array.from({ length: Number(least) }, () => pick(letters)),
  );
  while (chosen.length < Number(state["length"])) chosen.push(pick(all));
  // The letters asked for by a minimum must not all stand in front.
  for (let last = chosen.length - 1; last > 0; last--) {
    const other = randomInt(last + 1);
    [chosen[last], chosen[other]] = [chosen[other] ?? "", chosen[last] ?? ""];
  }
  return chosen.join("");
}
