import { Struct } from "google-protobuf/google/protobuf/struct_pb";

/** A value that the engine keeps encrypted. */
export class Secret {
  constructor(readonly value: Property) {}
}

/** A value that is not known before the update has run. */
export class Unknown {
  static readonly instance = new Unknown();
}

/** What a resource property can be on the wire, assets and resource references left out. */
export type Property = null | boolean | number | string | Property[] | PropertyMap | Secret | Unknown;
export interface PropertyMap {
  [name: string]: Property;
}

// sdk/go/common/resource/sig and plugin/rpc.go of pulumi/pulumi: fixed by the protocol.
const signatureKey = "4dabf18193072939515e22adb298388d";
const secretSignature = "1b47061264138c4ac30d75fd1eb44270";
const unknownString = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const unknowns = new Set([
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
  unknownString,
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
  "030794c1-ac77-496b-92df-f27374a8bd58",
  "e48ece36-62e2-4504-bad9-02848725956a",
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
]);

/** Tells whether the value is a plain map, not a list, a secret or an unknown. */
export function isMap(value: Property | undefined): value is PropertyMap {
  return (
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Secret) &&
    !(value instanceof Unknown)
  );
}

/** Reads the properties of a request. Nulls are dropped, as the real providers do. */
export function fromStruct(struct: Struct | undefined): PropertyMap {
  return struct === undefined ? {} : readMap(struct.toJavaScript());
}

/** Writes the properties of an answer. */
export function toStruct(map: PropertyMap): Struct {
  return Struct.fromJavaScript(writeMap(map));
}

/** The value without secret marks, at any depth; unknown parts stay unknown. */
export function plain(value: Property): Property {
  if (value instanceof Secret) return plain(value.value);
  if (Array.isArray(value)) return value.map(plain);
  if (isMap(value)) return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]));
  return value;
}

/** Marks the value secret once. */
export function secret(value: Property): Secret {
  return value instanceof Secret ? value : new Secret(value);
}

/** Equal in value, in secrecy and in being known. */
export function same(a: Property | undefined, b: Property | undefined): boolean {
  if (a instanceof Secret || b instanceof Secret) {
    return a instanceof Secret && b instanceof Secret && same(a.value, b.value);
  }
  if (Array.isArray(a) && Array.isArray(b)) {
    const other: readonly Property[] = b;
    return a.length === other.length && a.every((item: Property, index) => same(item, other[index]));
  }
  if (isMap(a) && isMap(b)) {
    const keys = Object.keys(a);
    return keys.length === Object.keys(b).length && keys.every((key) => key in b && same(a[key], b[key]));
  }
  return a === b;
}

type Json = Parameters<typeof Struct.fromJavaScript>[0][string];

function readMap(map: Record<string, Json>): PropertyMap {
  const entries = Object.entries(map).filter(([, value]) => value !== null);
  return Object.fromEntries(entries.map(([key, value]) => [key, read(value)]));
}

function read(value: Json): Property {
  if (typeof value === "string") return unknowns.has(value) ? Unknown.instance : value;
  if (Array.isArray(value)) return value.map(read);
  if (typeof value !== "object" || value === null) return value;
  const map = value as Record<string, Json>;
  if (map[signatureKey] === secretSignature) return new Secret(read(map["value"] ?? null));
  return readMap(map);
}

function writeMap(map: PropertyMap): Record<string, Json> {
  return Object.fromEntries(Object.entries(map).map(([key, value]) => [key, write(value)]));
}

function write(value: Property): Json {
  if (value instanceof Unknown) return unknownString;
  if (value instanceof Secret) return { [signatureKey]: secretSignature, value: write(value.value) };
  if (Array.isArray(value)) return value.map(write);
  return isMap(value) ? writeMap(value) : value;
}
