import { Address } from "../network/address";
import { siteNumbers } from "../network/address-plan";
import type { PortRange } from "../network/pinhole";
import { tunnelPortCount } from "../network/tunnel-plan";
import {
  ephemeralPorts,
  holdsPort,
  sharedPorts,
  sparePorts,
  type PortForward,
  type Translator,
} from "../network/translator";
import { nonPublicIpv4 } from "../network/well-known";
import { all, andThen, quote, sentence, valid, type Result } from "./result";
import type { ColoSettings } from "./settings";
import { fieldsOf, type SettingSource } from "./source";
import { address, hostLabel, integer, listOf, oneOf, orElse, portRange, type Parser } from "./values";

/** What no forward may take: 0 is no port. */
const port = integer(1, 65535, "name one port; each further one is a forward of its own");

interface ForwardFields {
  readonly name: string;
  readonly protocol: "tcp" | "udp";
  readonly port: number;
  readonly to: Address;
  readonly toPort: number | undefined;
}

const forward = fieldsOf<ForwardFields>(
  {
    name: hostLabel,
    protocol: oneOf(["tcp", "udp"], "other protocols have no ports to forward"),
    port,
    to: address("an IPv6 address", "name the machine's own address", ({ family }) => family === 6),
    toPort: orElse(undefined, port),
  },
  ["toPort"],
);

/** Where Jool's address may not be: nothing of the internet can answer to it. */
const unanswerable = nonPublicIpv4.filter(({ base }) => /^(0|127|169|224|240)\./.test(base.toString()));

/** Parses which program translates, and what of it is to be known. */
export function parseTranslator(source: SettingSource): Result<Translator> {
  const parts = all({
    program: source.read(
      "nat64.translator",
      oneOf(["tayga", "jool"], "jool needs a module for the colo's kernel, tayga does not"),
    ),
    spare: source.optional(
      "nat64.address4",
      address(
        "a unicast IPv4 address that no interface of the colo has",
        "name a further address that the provider brings to the colo, or leave it out",
        (given) => given.family === 4 && !unanswerable.some((each) => each.contains(given)),
      ),
    ),
    // What is wrong with it is told where it is read as the colo's.
    shared: source.optional("colo.address4", anyAddress),
    ports: source.optional("nat64.ports", portRange),
    forwards: source.read("nat64.forwards", listOf(forward)),
  });
  return andThen(parts, ({ program, spare, shared, ports, forwards }): Result<Translator> => {
    if (program === "tayga") {
      const problems = [
        ...(spare === undefined ? [] : [withJoolOnly("nat64.address4", quote(spare.toString()))]),
        ...(ports === undefined ? [] : [withJoolOnly("nat64.ports", quote(rangeText(ports)))]),
        ...(forwards.length === 0 ? [] : [withJoolOnly("nat64.forwards", "a forward")]),
      ];
      return problems.length > 0 ? { ok: false, problems } : valid({ program });
    }
    return valid({
      program,
      jool: {
        address: spare ?? shared ?? Address.of("0.0.0.0"),
        shared: spare === undefined,
        ports: ports ?? (spare === undefined ? sharedPorts : sparePorts),
        forwards: forwards.map(({ to, toPort, ...rest }): PortForward => ({
          ...rest,
          address: to,
          toPort: toPort ?? rest.port,
        })),
      },
    });
  });
}

const anyAddress: Parser<Address | undefined> = (given) =>
  valid(typeof given === "string" ? Address.parse(given) : undefined);

const withJoolOnly = (where: string, given: string): string =>
  sentence({
    where,
    given,
    allowed: "this setting with Jool only",
    todo: "set nat64.translator to jool, or remove it",
  });

const rangeText = ({ first, last }: PortRange) => (first === last ? String(first) : `${first}-${last}`);

/** Ports and machines that somebody else has, or that nobody has. */
export function collisionsOf(settings: ColoSettings): string[] {
  if (settings.translator.program !== "jool") return [];
  const { jool } = settings.translator;
  const { address4, basePort, login, prefix, authoritative } = settings;
  const tunnels = { first: basePort, last: basePort + tunnelPortCount - 1 };
  const overlap = (a: PortRange, b: PortRange) => a.first <= b.last && b.first <= a.last;
  const others: readonly (readonly [what: string, range: PortRange])[] = [
    ["the privileged ports", { first: 1, last: 1023 }],
    ["the ports of what the colo itself begins", ephemeralPorts],
    ["the tunnels' ports", tunnels],
    ["ssh.port", { first: login.port, last: login.port }],
  ];
  const own = new Set<string>([`tcp ${login.port}`, ...(authoritative ? ["tcp 53", "udp 53"] : [])]);
  const sites = (given: Address): boolean =>
    prefix.contains(given) && !prefix.subnet(56, siteNumbers.first - 1).contains(given);
  const seen = new Set<string>();
  return [
    ...(!jool.shared && jool.address.equals(address4)
      ? [
          sentence({
            where: "nat64.address4",
            given: `${quote(jool.address.toString())}, which is colo.address4`,
            allowed: "an address that nobody else uses",
            todo: "remove it: without it Jool shares colo.address4",
          }),
        ]
      : []),
    ...(jool.shared ? others.filter(([, range]) => overlap(range, jool.ports)) : []).map(([what, range]) =>
      sentence({
        where: "nat64.ports",
        given: `${quote(rangeText(jool.ports))}, which overlaps ${what} (${rangeText(range)})`,
        allowed: "ports that the colo does not use itself",
        todo: `choose others, as ${rangeText(sharedPorts)}, or give Jool an address of its own by nat64.address4`,
      }),
    ),
    ...jool.forwards.flatMap((forward, index) => {
      const where = `nat64.forwards[${index}]`;
      const key = `${forward.protocol} ${forward.port}`;
      const twin = seen.has(key);
      seen.add(key);
      const taken =
        jool.shared && (own.has(key) || (forward.protocol === "udp" && holdsPort(tunnels, forward.port)));
      return [
        ...(taken || twin
          ? [
              sentence({
                where: `${where}.port`,
                given: `${quote(forward.port)}, which ${twin ? "another forward has already" : "the colo itself answers at"}`,
                allowed: "a port that is free",
                todo: "choose another one",
              }),
            ]
          : []),
        ...(sites(forward.address)
          ? []
          : [
              sentence({
                where: `${where}.to`,
                given: quote(forward.address.toString()),
                allowed: `an address of a site, in ${prefix.toString()} but not in its first /56`,
                todo: "name the address of the machine at home",
              }),
            ]),
      ];
    }),
  ];
}
