import { readFileSync } from "node:fs";
import { privateKeysIn } from "../../observe/login";

/** Names a file with the keys to log in with, as `--key-file` does. */
export const keyFileVariable = "IPV6_HOME_DRIFT_KEY_FILE";

/**
 * The keys of the files that were named, or of the one in the environment; undefined if neither names any. Throws a
 * sentence if a file cannot be read or holds no private key.
 */
export function readKeys(files: readonly string[], variable: string | undefined): string | undefined {
  const named =
    files.length > 0
      ? files.map((file) => ({ file, by: "--key-file" }))
      : variable === undefined || variable === ""
        ? []
        : [{ file: variable, by: keyFileVariable }];
  return named.length === 0 ? undefined : named.map(({ file, by }) => readKey(file, by)).join("");
}

function readKey(file: string, by: string): string {
  const wrong = (what: string) =>
    `${by}: given ${file}, ${what}; allowed is a file with private keys; ` +
    "'pulumi stack output driftKey --show-secrets -s STACK' prints the one of a stack";
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    throw new Error(wrong(`which cannot be read (${(error as Error).message})`), { cause: error });
  }
  const keys = privateKeysIn(text);
  if (keys.length === 0) throw new Error(wrong("which holds none"));
  return keys.map((key) => (key.endsWith("\n") ? key : `${key}\n`)).join("");
}
