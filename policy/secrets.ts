import { fieldsOf, isSecret, textOf } from "./values";
import type { ResourceRule, ResourceView } from "./view";

/** What the secrets of this project look like. */
const forms: readonly { readonly what: string; readonly at: (text: string) => number }[] = [
  {
    what: "a key of WireGuard's form (base64 of 32 bytes)",
    // 43 digits of six bits hold 258 bits, so the last one ends in two zero bits.
    at: (text) => text.search(/(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=(?![A-Za-z0-9+/=])/),
  },
  { what: "a private key", at: (text) => text.search(/-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----/) },
  {
    what: "64 random letters and digits, of which keys are made",
    // Hexadecimal digits alone are a SHA-256; among random letters and digits that happens once in 10^29.
    at: (text) =>
      text.search(
        /(?<![A-Za-z0-9+/=])(?![0-9a-f]{64}(?!\w)|[0-9A-F]{64}(?!\w))[A-Za-z0-9]{64}(?![A-Za-z0-9+/=])/,
      ),
  },
];

/** Keys for DNSSEC are public, and one for Ed25519 has the length of a WireGuard key (RFC 8080). */
const trustAnchor = /\b(?:static|initial)-key \d+ 3 \d+ "[^"]*"/g;

/** No secret in what others can read: a command's text is in process lists, logs, previews and the state. */
export const noSecretInTheOpen: ResourceRule = {
  name: "no-secret-in-the-open",
  description: "No secret is in the text of a command, in its environment or in a stdin that is not secret.",
  check: ({ type, props }: ResourceView) => {
    if (!/^command:(?:remote|local):Command$/.test(type)) return [];
    // Also if they are secret: on the host they are arguments and variables of a process all the same.
    const texts = [
      ...["create", "update", "delete"].map((where) => [where, props[where]] as const),
      ...Object.entries(fieldsOf(props["environment"])).map(
        ([name, value]) => [`environment.${name}`, value] as const,
      ),
    ];
    return [
      ...texts.flatMap(([where, value]) => found(where, value)),
      ...(isSecret(props["stdin"]) ? [] : found("stdin", props["stdin"])),
    ];
  },
};

function found(where: string, value: unknown): string[] {
  const text = (textOf(value) ?? "").replace(trustAnchor, (key) => key.replace(/[^\n]/g, " "));
  return forms.flatMap(({ what, at }) => {
    const position = at(text);
    if (position < 0) return [];
    const line = text.slice(0, position).split("\n").length;
    return [
      `${where}, line ${line}: given ${what}; allowed is no secret where others can read it; ` +
        "hand it over in a secret stdin (HostConfig with secret: true)",
    ];
  });
}
