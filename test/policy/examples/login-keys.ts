import { keysOnlyRead } from "../../../policy/login-keys";
import type { ResourceRule } from "../../../policy/view";
import { exampleBlob } from "../../support/examples";
import type { Example } from "./resources";

const key = `ssh-ed25519 ${exampleBlob}`;
const good = `restrict,command="/usr/local/lib/ipv6-home/observe" ${key}`;

const file = (path: string, ...lines: string[]): Example["given"] => ({
  props: {
    stdin: [
      "ipv6-home bundle 1",
      `file 0600 root:root ${path}`,
      ...lines.map((line) => (line === "" ? "" : `    ${line}`)),
      "",
    ].join("\n"),
  },
});
const keyFile = (...lines: string[]) => file("/root/.ssh/authorized_keys2", ...lines);

/** Of which logins the rule is content with, and which it refuses. */
export const loginKeyExamples: readonly (readonly [ResourceRule, readonly Example[]])[] = [
  [
    keysOnlyRead,
    [
      { title: "a restricted key that is forced to the report", given: keyFile("# what", "", good) },
      {
        title: "one that has less of a way in",
        given: keyFile(`from="192.0.2.0/24",no-touch-required,${good}`),
      },
      { title: "one that is seen on a host", given: { props: { update: `exec x\n# + ${key}` } } },
      {
        title: "another resource",
        given: { type: "tls:index/privateKey:PrivateKey", props: { create: key } },
      },
      {
        title: "a key that can do all",
        given: keyFile(good, key),
        says: /^\/root\/\.ssh\/authorized_keys2, line 2: given a key without restrict; allowed is restrict,command="\S+observe" before the key; .*authorized_keys$/,
      },
      {
        title: "a key that can only forward ports",
        given: keyFile(`command="/usr/local/lib/ipv6-home/observe" ${key}`),
        says: /given a key without restrict/,
      },
      {
        title: "a restricted key with a shell",
        given: keyFile(`restrict ${key}`),
        says: /given a key without a forced command/,
      },
      {
        title: "another forced command",
        given: keyFile(`restrict,command="/usr/local/lib/ipv6-home/observe; sh" ${key}`),
        says: /given a key with the forced command "\/usr\/local\/lib\/ipv6-home\/observe; sh"/,
      },
      {
        title: "a forced command that is taken back later in the list",
        given: keyFile(good.replace(" ssh", ',command="sh" ssh')),
        says: /given a key with the forced command "sh"/,
      },
      {
        title: "what restrict has taken, given back",
        given: keyFile(good.replace("restrict", "restrict,pty,Port-Forwarding")),
        says: /given a key with pty, port-forwarding;/,
      },
      {
        title: "an authority whose every certificate may log in",
        given: keyFile(good.replace("restrict", "restrict,cert-authority")),
        says: /given a key with cert-authority;/,
      },
      {
        title: "options in words that only look like some",
        given: keyFile(
          `# restrict,command="/usr/local/lib/ipv6-home/observe" ${key}`.slice(2).replace(",", " "),
        ),
        says: /given a key behind something that is no list of options/,
      },
      {
        title: "a key of a type that nobody knows",
        given: keyFile("ssh-new BBBB"),
        says: /given a line that is no key of a known type/,
      },
      {
        title: "a key in a file of any other name",
        given: file("/etc/ssh/keys/root", `ecdsa-sha2-nistp256 AAAA${exampleBlob.slice(4)}`),
        says: /^\/etc\/ssh\/keys\/root, line 1: given a key without restrict/,
      },
      {
        title: "a key that a command writes",
        given: { props: { create: `set -e\necho '${key}' >>/root/.ssh/authorized_keys` } },
        says: /^create, line 2: given a key behind something/,
      },
    ],
  ],
];
