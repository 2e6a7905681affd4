import { fieldsOf, isUnknown, reveal, shown, textOf } from "./values";
import type { ResourceRule, ResourceView } from "./view";

const form = /^[a-z0-9@.-]+ [A-Za-z0-9+/]+=*$/;

/** Every login, and every one on the way to it, takes one host key only: the provider would take any without. */
export const hostKeysArePinned: ResourceRule = {
  name: "host-keys-are-pinned",
  description: "Every connection pins its host key, those by way of a proxy too.",
  check: ({ type, props }: ResourceView) =>
    type.startsWith("command:remote:") ? unpinned("connection", props["connection"]) : [],
};

function unpinned(where: string, connection: unknown): string[] {
  const { hostKey, proxy } = fieldsOf(connection);
  const pinned = isUnknown(connection) || isUnknown(hostKey) || form.test((textOf(hostKey) ?? "").trim());
  return [
    ...(pinned
      ? []
      : [
          `${where}.hostKey: given ${shown(hostKey)}; allowed is one line "type base64"; the provider trusts any host ` +
            "without it, so read the key from the host's console and set ssh.hostKey",
        ]),
    ...(reveal(proxy) === undefined || reveal(proxy) === null ? [] : unpinned(`${where}.proxy`, proxy)),
  ];
}
