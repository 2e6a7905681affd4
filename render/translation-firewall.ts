import type { Address } from "../network/address";
import type { ColoAddresses } from "../network/address-plan";
import type { Prefix } from "../network/prefix";
import { joolWitness, refusedPort, type JoolPlan, type Translator } from "../network/translator";
import { tunnelInterfaces } from "../network/tunnel-plan";
import { nat64Prefix, throughNat64 } from "../network/well-known";
import { joolMark } from "./jool";
import type { NftChain, NftSet } from "./nftables";
import { translatorInterface } from "./tayga";

/** Sets that the rules of a translator look into. */
export const translationSets = (translator: Translator): NftSet[] =>
  translator.program === "tayga"
    ? []
    : [
        {
          name: "nat64_forwards",
          type: "inet_proto . inet_service",
          elements: translator.jool.forwards.map(({ protocol, port }) => `${protocol} . ${port}`),
          comment: "Ports that lead to machines without IPv4: nat64.forwards",
        },
      ];

/** What the ruleset says of the translator's IPv4 side. */
interface TranslationRules {
  readonly prerouting: readonly string[];
  /** What comes out of the translator for the host itself. */
  readonly input: readonly string[];
  /** Towards the translator, before what it is not for. */
  readonly towards: readonly string[];
  readonly steering: readonly NftChain[];
  readonly forward: readonly string[];
  readonly source: readonly NftChain[];
}

/** The rules of one program or the other, for their places in the colo's chains. */
export function translationRules(args: {
  readonly translator: Translator;
  readonly pool4: Prefix;
  readonly wanInterface: string;
  readonly addresses: Pick<ColoAddresses, "translator">;
}): TranslationRules {
  const { translator, pool4, wanInterface, addresses } = args;
  const wan = `"${wanInterface}"`;
  const nat64 = `"${translatorInterface}"`;
  if (translator.program === "jool")
    return joolRules({ jool: translator.jool, wan, nat64, translator: addresses.translator });
  return {
    prerouting: [
      `iifname ${wan} ip saddr ${pool4} counter drop`,
      `iifname ${wan} ip daddr ${pool4} counter drop`,
    ],
    input: [
      "# By this refusal hosts tell that connections come through the translator, both ways",
      `iifname ${nat64} tcp dport ${refusedPort} reject with tcp reset`,
    ],
    towards: [],
    steering: [],
    forward: [`iifname ${nat64} oifname ${wan} ip saddr ${pool4} ip daddr != @nonpublic4 accept`],
    source: [
      {
        name: "nat64_source",
        hook: "type nat hook postrouting priority srcnat; policy accept;",
        rules: [`ip saddr ${pool4} oifname ${wan} masquerade`],
      },
    ],
  };
}

function joolRules(args: {
  readonly jool: JoolPlan;
  readonly wan: string;
  readonly nat64: string;
  readonly translator: Address;
}): TranslationRules {
  const { jool, wan, nat64, translator } = args;
  const { address, shared, forwards } = jool;
  const toWitness = `iifname "${tunnelInterfaces}" ip6 daddr ${throughNat64(joolWitness)}`;
  const forwarded = `ip daddr ${address} meta l4proto . th dport @nat64_forwards`;
  return {
    prerouting: [
      "# The translator speaks for itself and for IPv4 alone",
      `iifname ${nat64} ip saddr != ${address} counter drop`,
      `iifname ${nat64} ip6 saddr != { ${nat64Prefix}, ${translator}, fe80::/10 } counter drop`,
      ...(shared ? [] : [`iifname ${wan} ip saddr ${address} counter drop`]),
    ],
    input: [],
    towards: [
      "# By this one homes tell whether it translates",
      `${toWitness} icmpv6 type echo-request accept`,
      `${toWitness} tcp dport ${refusedPort} accept`,
    ],
    steering: shared
      ? [
          {
            name: "nat64_steering",
            hook: "type filter hook prerouting priority mangle; policy accept;",
            rules: [
              "# The host has the same address: its flows and the translator's are told apart by who began them",
              `iifname ${nat64} meta nfproto ipv4 ct mark set ${joolMark}`,
              ...(forwards.length === 0
                ? []
                : [`iifname ${wan} ct state new ${forwarded} ct mark set ${joolMark}`]),
              `iifname ${wan} ct mark ${joolMark} meta mark set ${joolMark}`,
            ],
          },
          {
            name: "nat64_errors",
            hook: "type route hook output priority mangle; policy accept;",
            rules: [
              "# What the host answers to a packet of the translator",
              `icmp type { destination-unreachable, time-exceeded, parameter-problem } ip daddr ${address} ct mark ${joolMark} meta mark set ${joolMark}`,
            ],
          },
        ]
      : [],
    forward: [
      `iifname ${nat64} oifname ${wan} ip saddr ${address} ip daddr != @nonpublic4 accept`,
      ...(forwards.length === 0 ? [] : [`iifname ${wan} oifname ${nat64} ${forwarded} accept`]),
    ],
    source: [],
  };
}
