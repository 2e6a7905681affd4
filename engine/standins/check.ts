import { isMap, Secret, Unknown, type Property } from "./property";

/** What a field must be; with an exclamation mark it must be there. */
type FieldType = "string" | "number" | "boolean" | "list" | "map" | "string!" | "number!" | "map!";
export type FieldTypes = Readonly<Record<string, FieldType>>;

/** The real provider names types as Go does. */
const goNames: Readonly<Partial<Record<string, string>>> = {
  string: "string",
  number: "float64",
  boolean: "bool",
  list: "[]interface {}",
  map: "map[string]interface {}",
};

/** Names every field that is missing, of another type or not known, never its value: it can be a secret. */
export function checkFields(map: Property | undefined, types: FieldTypes, owner: string) {
  if (!isMap(map)) return [];
  const failures: { property: string; reason: string }[] = [];
  for (const [property, type] of Object.entries(types)) {
    const given = kindOf(map[property]);
    const expected = type.replace("!", "");
    if (given === undefined) {
      if (type.endsWith("!"))
        failures.push({ property, reason: `Missing required field '${property}' on '${owner}'` });
    } else if (given !== expected && given !== "unknown") {
      failures.push({
        property,
        reason: `Field '${property}' on '${owner}' must be a '${goNames[expected]}'; got '${goNames[given]}' instead`,
      });
    }
  }
  for (const property of Object.keys(map)) {
    if (property in types || property.startsWith("__")) continue;
    failures.push({ property, reason: `Unrecognized field '${property}' on '${owner}'` });
  }
  return failures;
}

function kindOf(value: Property | undefined): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (value instanceof Secret) return kindOf(value.value);
  if (value instanceof Unknown) return "unknown";
  if (Array.isArray(value)) return "list";
  return isMap(value) ? "map" : typeof value;
}
