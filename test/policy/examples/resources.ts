import { firewallKeepsItsFloor } from "../../../policy/firewall";
import { hostKeysArePinned } from "../../../policy/host-keys";
import { bundlesKeepThePlan } from "../../../policy/prefixes";
import { deleteSparesItsSuccessor } from "../../../policy/replacement";
import { noSecretInTheOpen } from "../../../policy/secrets";
import { wire, wrapSecret } from "../../../policy/values";
import type { ResourceRule, ResourceView } from "../../../policy/view";
import { privateKey } from "../../support/examples";
import { readProjectFile } from "../../support/settings";
import { converge, key, random } from "../support";

/** What is wrong with an example, as the rules say it; nothing for one that is well. */
export interface Example {
  readonly title: string;
  readonly given: Partial<ResourceView>;
  readonly says?: RegExp;
}

const props = (given: ResourceView["props"]): Partial<ResourceView> => ({ props: given });

const hostKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIExampleExampleExampleExampleExampleExampleE";
const sha256 = "0123456789abcdef".repeat(4);

const golden = (path: string) => readProjectFile(`test/golden/${path}`);
const bundle = (...files: (readonly [path: string, content: string])[]) =>
  [
    "ipv6-home bundle 1",
    ...files.flatMap(([path, content]) => [
      `file 0644 root:root ${path}`,
      ...content
        .replace(/\n$/, "")
        .split("\n")
        .map((line) => `    ${line}`),
    ]),
    "",
  ].join("\n");

const rulesetPath = "/etc/ipv6-home/firewall.nft";
const ruleset = golden("home/home/etc/ipv6-home/firewall.nft");
const firewall = (text: string, port?: number) =>
  props({
    stdin: bundle([rulesetPath, text]),
    delete: "exec /usr/local/lib/ipv6-home/converge remove firewall",
    connection: { hostKey, ...(port === undefined ? {} : { port }) },
  });
/** The ruleset with one text for another; a text that is not there would make the example say nothing. */
function changed(from: string, to: string, text = ruleset): string {
  if (!text.includes(from)) throw new Error(`the ruleset has no ${from}`);
  return text.replace(from, to);
}

const generation = (create: string, remove: string, triggers: unknown, opts = {}) => ({
  props: { create: converge("apply", create), delete: converge("remove", remove), triggers },
  opts,
});

const prefixUnit = golden("home/home/etc/systemd/system/ipv6-home-prefix.service");
const registration = golden("home/colo/etc/ipv6-home/sites/site-vpn1-0.nft");
const unit = (text: string) =>
  props({ stdin: bundle(["/etc/systemd/system/ipv6-home-prefix.service", text]) });
const registered = (text: string) => props({ stdin: bundle(["/etc/ipv6-home/sites/site-vpn1-0.nft", text]) });

/** Of what each rule about a resource is content with, and what it refuses. */
export const resourceExamples: readonly (readonly [ResourceRule, readonly Example[]])[] = [
  [
    hostKeysArePinned,
    [
      { title: "a pinned host key", given: props({ connection: { hostKey } }) },
      {
        title: "a pinned host key in a secret connection",
        given: props({ connection: wrapSecret({ hostKey }) }),
      },
      { title: "a proxy with one, too", given: props({ connection: { hostKey, proxy: { hostKey } } }) },
      {
        title: "a resource without connections",
        given: { ...props({}), type: "tls:index/privateKey:PrivateKey" },
      },
      {
        title: "no host key",
        given: props({ connection: { host: "192.0.2.4" } }),
        says: /^connection\.hostKey: given nothing; allowed is one line "type base64"; .* set ssh\.hostKey$/,
      },
      {
        title: "no host key in a secret connection",
        given: props({ connection: wrapSecret({ host: "192.0.2.4", privateKey }) }),
        says: /^connection\.hostKey: given nothing/,
      },
      {
        title: "no connection at all",
        given: { ...props({}), type: "command:remote:CopyToRemote" },
        says: /^connection\.hostKey: given nothing/,
      },
      {
        title: "a fingerprint, which is no key",
        given: props({ connection: { hostKey: "SHA256:abc" } }),
        says: /^connection\.hostKey: given "SHA256:abc"/,
      },
      {
        title: "a proxy without one",
        given: props({ connection: { hostKey, proxy: { host: "jump.example" } } }),
        says: /^connection\.proxy\.hostKey: given nothing/,
      },
    ],
  ],
  [
    noSecretInTheOpen,
    [
      { title: "a key in a secret stdin", given: props({ stdin: wrapSecret(`    ${key}\n`) }) },
      { title: "a SHA-256, small or capital", given: props({ stdin: `${sha256} ${sha256.toUpperCase()}` }) },
      { title: "a path of many letters", given: props({ create: `cat ${"/abcdefgh".repeat(12)}` }) },
      {
        title: "a trust anchor of a WireGuard key's length",
        given: props({ stdin: `trust-anchors {\n. static-key 257 3 15 "${key}";\n};` }),
      },
      { title: "another resource", given: { ...props({ create: key }), type: "random:index/other:Other" } },
      {
        title: "a WireGuard key in a command",
        given: props({ create: `set -eu\nwg set vpn0 private-key ${key}` }),
        says: /^create, line 2: given a key of WireGuard's form .* secret stdin \(HostConfig with secret: true\)$/,
      },
      {
        title: "one in a command that is itself secret: on the host it is an argument",
        given: props({ update: wrapSecret(`echo '${key}'`) }),
        says: /^update, line 1: given a key of WireGuard's form/,
      },
      {
        title: "one beside a trust anchor",
        given: props({ stdin: `. static-key 257 3 15 "${key}"; ${key}` }),
        says: /^stdin, line 1: given a key/,
      },
      {
        title: "one in a plain stdin",
        given: props({ stdin: `a\nb\n    ${key}\n` }),
        says: /^stdin, line 3: given a key/,
      },
      {
        title: "a private key",
        given: props({ delete: privateKey }),
        says: /^delete, line 1: given a private key/,
      },
      {
        title: "a random text in the environment",
        given: props({ environment: { SEED: random } }),
        says: /^environment\.SEED, line 1: given 64 random letters/,
      },
      {
        title: "a random text of a local command",
        given: { ...props({ create: `echo ${random}` }), type: "command:local:Command" },
        says: /^create, line 1: given 64 random letters/,
      },
    ],
  ],
  [
    deleteSparesItsSuccessor,
    [
      { title: "no trigger", given: generation("lan", "lan", undefined) },
      { title: "an empty list of triggers", given: generation("lan", "lan", []) },
      { title: "deletion first", given: generation("lan", "lan", ["x"], { deleteBeforeReplace: true }) },
      { title: "a generation of its own", given: generation("site-vpn1-0 3", "site-vpn1-0 3", [3]) },
      {
        title: "a generation of its own, and whose it is",
        given: generation("site-vpn1-0 3", "site-vpn1-0 3 organization/ipv6-home/home", [3]),
      },
      { title: "a trigger without a delete", given: props({ create: "reboot", triggers: [1] }) },
      {
        title: "a trigger and a delete for all generations",
        given: generation("lan", "lan", [2]),
        says: /^triggers: given \[2\] beside a delete command that would undo the successor/,
      },
      {
        title: "a trigger that is a secret",
        given: generation("lan", "lan", wrapSecret([2])),
        says: /^triggers: given a secret/,
      },
      {
        title: "a trigger that nobody knows yet",
        given: generation("lan", "lan", wire.unknown),
        says: /^triggers/,
      },
      {
        title: "another generation as trigger",
        given: generation("lan 3", "lan 3", [4]),
        says: /^triggers: given \[4\]/,
      },
      { title: "a create of no generation", given: generation("lan", "lan 3", [3]), says: /^triggers/ },
      { title: "a create of another component", given: generation("dns 3", "lan 3", [3]), says: /^triggers/ },
      {
        title: "any other delete command",
        given: props({ create: "touch /x", delete: "rm /x", triggers: ["a"] }),
        says: /^triggers: given \["a"\]/,
      },
    ],
  ],
  [
    firewallKeepsItsFloor,
    [
      { title: "the home's ruleset", given: firewall(ruleset) },
      { title: "the colo's ruleset", given: firewall(golden("colo/colo/etc/ipv6-home/firewall.nft")) },
      {
        title: "a ruleset for another port of sshd",
        given: firewall(golden("home-variant/home/etc/ipv6-home/firewall.nft"), 2222),
      },
      { title: "a bundle without a ruleset", given: props({ stdin: bundle(["/etc/x", "y\n"]) }) },
      {
        title: "a firewall without a ruleset",
        given: { props: { ...firewall("").props, stdin: bundle(["/etc/x", "y\n"]) } },
        says: /^bundle: given no \/etc\/ipv6-home\/firewall\.nft/,
      },
      {
        title: "what comes in by default",
        given: firewall(
          changed("hook input priority filter; policy drop", "hook input priority filter; policy accept"),
        ),
        says: /^\/etc\/ipv6-home\/firewall\.nft, chain input: given policy accept; allowed is "policy drop;" .*; write policy drop$/,
      },
      {
        title: "what passes by default, because nothing is said",
        given: firewall(
          changed("hook forward priority filter; policy drop;", "hook forward priority filter;"),
        ),
        says: /chain forward: given policy accept/,
      },
      {
        title: "a second chain that is open",
        given: firewall(
          changed(
            "\tchain icmpv6_local {",
            "\tchain more {\n\t\ttype filter hook forward priority 10; policy accept;\n\t}\n\tchain icmpv6_local {",
          ),
        ),
        says: /chain more: given policy accept/,
      },
      {
        title: "a rule that accepts everything",
        given: firewall(changed('\t\tiif "lo" accept', "\t\tcounter accept")),
        says: /chain input: given the rule "counter accept"/,
      },
      {
        title: "no chain of the hook",
        given: firewall(
          changed("hook forward priority filter; policy drop;", "hook output priority filter; policy drop;"),
        ),
        says: /given no chain of hook forward, so everything passes/,
      },
      {
        title: "no rule for the operator",
        given: firewall(changed("\t\ttcp dport 22 ip6 saddr @management6 accept\n", "")),
        says: /hook input: given no rule "tcp dport 22 ip6 saddr @management6 accept"; .* log in at port 22; keep managementRules/,
      },
      {
        title: "that rule as a comment",
        given: firewall(changed("tcp dport 22 ip saddr", "# tcp dport 22 ip saddr")),
        says: /given no rule "tcp dport 22 ip saddr @management4 accept"/,
      },
      {
        title: "that rule for another port",
        given: firewall(changed("tcp dport 22 ip saddr", "tcp dport 2222 ip saddr")),
        says: /given no rule "tcp dport 22 ip saddr @management4 accept"; .* log in at port 22;/,
      },
      {
        title: "a drop before that rule",
        given: firewall(changed('\t\tiif "lo" accept', '\t\tiif "lo" accept\n\t\ttcp dport 22 counter drop')),
        says: /given "tcp dport 22 counter drop" before the rules for logins/,
      },
      {
        title: "nobody who may log in",
        given: firewall(changed("2001:db8:feed::/48,", "", changed("192.0.2.0/24,", ""))),
        says: /sets management4 and management6: given no element/,
      },
    ],
  ],
  [
    bundlesKeepThePlan,
    [
      { title: "the home's routes", given: unit(prefixUnit) },
      { title: "the home's firewall", given: firewall(ruleset) },
      { title: "the registration at the colo", given: registered(registration) },
      {
        title: "a site outside of the colo's prefix",
        given: unit(prefixUnit.replaceAll("2001:db8:beef:100::/56", "2001:db8:bee:100::/56")),
        says: /rule from: given 2001:db8:bee:100::\/56; allowed is a \/56 inside 2001:db8:beef::\/48 \(.*rule to\)/,
      },
      {
        title: "a colo's prefix that is none",
        given: unit(prefixUnit.replaceAll("2001:db8:beef::/48", "2001:db8::/32")),
        says: /rule to: given 2001:db8::\/32; allowed is a \/48/,
      },
      {
        title: "a segment outside of the site",
        given: firewall(changed('"enp3s0" . 2001:db8:beef:102::/64', '"enp3s0" . 2001:db8:beef:202::/64')),
        says: /lan_sources of enp3s0: given 2001:db8:beef:202::\/64; allowed is a \/64 or \/60 inside 2001:db8:beef:100::\/56/,
      },
      {
        title: "two segments with one prefix",
        given: firewall(changed('"enp3s0" . 2001:db8:beef:102::/64', '"enp3s0" . 2001:db8:beef:101::/64')),
        says: /lan_sources of enp3s0: given 2001:db8:beef:101::\/64, which overlaps .*lan_sources of enp1s0/,
      },
      {
        title: "a tunnel with a global address",
        given: registered(changed("fd00:cafe:f00d::2/128", "2001:db8:cafe::2/128", registration)),
        says: /site_sources of vpn1-0: given 2001:db8:cafe::2\/128; allowed for the ends of tunnels is .* fc00::\/7 \(RFC 4193\)/,
      },
      {
        title: "a registration of more than a site",
        given: registered(changed("2001:db8:beef:100::/56", "2001:db8:beef::/48", registration)),
        says: /site_sources of vpn1-0: given 2001:db8:beef::\/48; allowed is a \/56/,
      },
    ],
  ],
];
