import { Address } from "../../network/address";
import { Prefix } from "../../network/prefix";
import { sparePorts, type Translator } from "../../network/translator";
import { translationRules, translationSets } from "../../render/translation-firewall";

const args = {
  pool4: Prefix.of("192.168.240.0/20"),
  wanInterface: "ens3",
  addresses: { translator: Address.of("2001:db8:beef::64") },
};

const jool = (shared: boolean): Translator => ({
  program: "jool",
  jool: { address: Address.of("198.51.100.11"), shared, ports: sparePorts, forwards: [] },
});

test("an address of Jool's own is nobody else's, and no packet needs to be steered", () => {
  const { prerouting, steering, forward, source } = translationRules({ ...args, translator: jool(false) });
  expect(prerouting).toContain('iifname "ens3" ip saddr 198.51.100.11 counter drop');
  expect([steering, source]).toEqual([[], []]);
  expect(forward).toEqual([
    'iifname "nat64" oifname "ens3" ip saddr 198.51.100.11 ip daddr != @nonpublic4 accept',
  ]);
});

test("a shared address may come from outside no less than before, and what is Jool's is steered", () => {
  const { prerouting, steering } = translationRules({ ...args, translator: jool(true) });
  expect(prerouting.filter((rule) => rule.includes('"ens3"'))).toEqual([]);
  expect(steering.map(({ name }) => name)).toEqual(["nat64_steering", "nat64_errors"]);
});

test("behind Tayga there is the second NAT, and nothing is forwarded", () => {
  const tayga = { program: "tayga" } as const;
  expect(translationSets(tayga)).toEqual([]);
  expect(translationRules({ ...args, translator: tayga }).source[0]?.rules).toEqual([
    'ip saddr 192.168.240.0/20 oifname "ens3" masquerade',
  ]);
});

test("a connection comes back refused from behind either translator, and nothing is opened for it", () => {
  const tayga = translationRules({ ...args, translator: { program: "tayga" } });
  expect(tayga.input.at(-1)).toBe('iifname "nat64" tcp dport 9 reject with tcp reset');
  expect(tayga.towards).toEqual([]);
  // The witness refuses it itself, as nothing listens there.
  const { input, towards } = translationRules({ ...args, translator: jool(true) });
  expect(input).toEqual([]);
  expect(towards.at(-1)).toBe('iifname "vpn*" ip6 daddr 64:ff9b::c000:7 tcp dport 9 accept');
});
