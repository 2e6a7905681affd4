import { bundleFiles } from "./command";
import { textOf } from "./values";
import type { ResourceRule, ResourceView } from "./view";

/** A public key of SSH's form; every type's base64 begins with the length of its name, so with these letters. */
const publicKey = /(?<![\w@.-])(?:sk-)?(?:ssh|ecdsa)-[a-z0-9@.-]+ AAAA[A-Za-z0-9+/]+=*/;

/** One option before a key: a name, or a name and a text in quotes (sshd(8), "AUTHORIZED_KEYS FILE FORMAT"). */
const option = /^([A-Za-z0-9-]+)(?:="((?:[^"\\]|\\.)*)")?(?:,|$)/;

/** The one thing that such a login may do. */
const report = "/usr/local/lib/ipv6-home/observe";

/** What may stand beside it: these only take away. */
const harmless = new Set(["from", "expiry-time", "verify-required"]);

/** A login that this program makes can look and nothing else: who finds its key must find no way in. */
export const keysOnlyRead: ResourceRule = {
  name: "keys-only-read",
  description: "A key that is put on a host to log in with is restricted and forced to the report.",
  check: (resource: ResourceView) => {
    if (!/^command:(?:remote|local):Command$/.test(resource.type)) return [];
    const files = (bundleFiles(resource) ?? []).map(({ path, content }) => [path, content] as const);
    // A command could write one as well; what was seen on a host stands there as a comment.
    const commands = ["create", "update", "delete"].map(
      (where) => [where, (textOf(resource.props[where]) ?? "").replace(/^\s*#.*$/gm, "")] as const,
    );
    return [...files, ...commands].flatMap(([where, text]) => complaintsAbout(where, text));
  },
};

function complaintsAbout(where: string, text: string): string[] {
  const isKeyFile = /\/authorized_keys[^/]*$/.test(where);
  return text.split("\n").flatMap((line, index) => {
    const key = publicKey.exec(line);
    const wrong =
      key !== null
        ? wrongOptions(line.slice(0, key.index).trim())
        : isKeyFile && !/^\s*(?:#|$)/.test(line)
          ? "a line that is no key of a known type"
          : undefined;
    return wrong === undefined
      ? []
      : [
          `${where}, line ${index + 1}: given ${wrong}; allowed is restrict,command="${report}" before the key; ` +
            "put other keys on the host yourself, in /root/.ssh/authorized_keys",
        ];
  });
}

/** What is wrong with the options before a key, or nothing. */
function wrongOptions(options: string): string | undefined {
  const given = new Map<string, string>();
  for (let rest = options; rest !== "";) {
    const [whole, name, value = ""] = option.exec(rest) ?? [];
    if (whole === undefined || name === undefined) return "a key behind something that is no list of options";
    given.set(name.toLowerCase(), value);
    rest = rest.slice(whole.length);
  }
  const command = given.get("command");
  if (!given.has("restrict")) return "a key without restrict";
  if (command === undefined) return "a key without a forced command";
  if (command !== report) return `a key with the forced command ${JSON.stringify(command)}`;
  const more = [...given.keys()].filter(
    (name) => !["restrict", "command"].includes(name) && !harmless.has(name) && !name.startsWith("no-"),
  );
  return more.length === 0 ? undefined : `a key with ${more.join(", ")}`;
}
