/** A JSON object of unknown content. */
export type JsonObject = Readonly<Record<string, unknown>>;

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The value if it is an object, else an empty one. */
export const objectAt = (value: unknown): JsonObject => (isObject(value) ? value : {});

export const stringAt = (value: unknown): string | undefined =>
  typeof value === "string" ? value : undefined;

export const listAt = (value: unknown): readonly unknown[] =>
  Array.isArray(value) ? (value as readonly unknown[]) : [];

export const stringsAt = (value: unknown): string[] =>
  listAt(value).filter((each): each is string => typeof each === "string");

/** Leaves properties out that are undefined. */
export function defined<T extends object>(value: { readonly [K in keyof T]: T[K] | undefined }): T {
  return Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined)) as T;
}
