import { readFileSync } from "node:fs";
import { parse } from "yaml";

/** The stack whose settings a file holds: `Pulumi.<stack>.yaml`. */
export const stackOf = (file: string): string | undefined => /^Pulumi\.([\w-]+)\.yaml$/.exec(file)?.[1];

/** The settings in a stack's file. */
export function readConfig(path: string): Readonly<Record<string, unknown>> {
  const file = (parse(readFileSync(path, "utf8")) ?? {}) as {
    config?: Readonly<Record<string, unknown>> | null;
  };
  return file.config ?? {};
}
