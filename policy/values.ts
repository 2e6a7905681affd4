/** How the engine marks values that are no plain ones, in requests to plugins (the SDK's runtime/rpc.ts). */
export const wire = {
  signatureKey: "4dabf18193072939515e22adb298388d",
  secretSignature: "1b47061264138c4ac30d75fd1eb44270",
  /** Stands for a value that only the update will know. */
  unknown: "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
} as const;

/** What the engine shows in place of a secret. */
const hidden = "[secret]";

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const isWrapped = (value: unknown): value is Readonly<Record<string, unknown>> =>
  isObject(value) && value[wire.signatureKey] === wire.secretSignature;

/** A secret as the engine marks one. */
export const wrapSecret = (value: unknown): unknown => ({
  [wire.signatureKey]: wire.secretSignature,
  value,
});

/** Whether a value is a secret, readable or not. */
export const isSecret = (value: unknown): boolean => value === hidden || isWrapped(value);

/** A value out of the wrapping of its secret. What cannot be read, unknown or hidden, is answered as unknown. */
export function reveal(value: unknown): unknown {
  if (value === hidden) return wire.unknown;
  if (!isWrapped(value)) return value;
  return "value" in value ? reveal(value["value"]) : wire.unknown;
}

/** Whether nothing can be said about a value yet. */
export const isUnknown = (value: unknown): boolean => reveal(value) === wire.unknown;

/** A text, secret or not; undefined for all else, also for one that cannot be read. */
export function textOf(value: unknown): string | undefined {
  const plain = reveal(value);
  return typeof plain === "string" && plain !== wire.unknown ? plain : undefined;
}

/** The fields of an object, secret or not; none for all else. */
export function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  const plain = reveal(value);
  return isObject(plain) ? plain : {};
}

/** The elements of a list, secret or not; none for all else. */
export function listOf(value: unknown): readonly unknown[] {
  const plain = reveal(value);
  return Array.isArray(plain) ? plain : [];
}

/** What was given, for a sentence. Never a secret. */
export function shown(value: unknown): string {
  if (isSecret(value)) return "a secret";
  if (value === undefined || value === null || value === "") return "nothing";
  return JSON.stringify(value);
}
