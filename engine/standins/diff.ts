import { isMap, same, Unknown, type Property, type PropertyMap } from "./property";

export type DiffKind = "add" | "delete" | "update";

/** Every changed path with what happened to it, as the engine's own object diff names them. */
export function diffMaps(olds: PropertyMap, news: PropertyMap): Map<string, DiffKind> {
  const found = new Map<string, DiffKind>();
  compareMaps("", olds, news, found);
  return found;
}

/** True if the value is unknown or has an unknown part. */
export function hasUnknown(value: Property | undefined): boolean {
  if (value instanceof Unknown) return true;
  if (Array.isArray(value)) return value.some(hasUnknown);
  if (typeof value !== "object" || value === null) return false;
  return Object.values(value).some(hasUnknown);
}

function compareMaps(
  prefix: string,
  olds: PropertyMap,
  news: PropertyMap,
  found: Map<string, DiffKind>,
): void {
  for (const key of new Set([...Object.keys(olds), ...Object.keys(news)])) {
    compare(join(prefix, key), olds[key], news[key], found);
  }
}

function compare(
  path: string,
  old: Property | undefined,
  now: Property | undefined,
  found: Map<string, DiffKind>,
) {
  if (old === undefined) {
    if (now !== undefined) found.set(path, "add");
  } else if (now === undefined) found.set(path, "delete");
  else if (isMap(old) && isMap(now)) compareMaps(path, old, now, found);
  else if (Array.isArray(old) && Array.isArray(now)) {
    const [olds, news]: readonly (readonly Property[])[] = [old, now];
    for (let index = 0; index < Math.max(old.length, now.length); index++) {
      compare(`${path}[${index}]`, olds?.[index], news?.[index], found);
    }
  } else if (!same(old, now)) found.set(path, "update");
}

/** A property path in the engine's notation: keys that are not plain words are quoted. */
function join(prefix: string, key: string): string {
  if (/[."[\]]/.test(key) || key === "") return `${prefix}["${key.replaceAll('"', '\\"')}"]`;
  return prefix === "" ? key : `${prefix}.${key}`;
}
