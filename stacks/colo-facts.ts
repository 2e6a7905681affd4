import { Address } from "../network/address";
import { coloAddresses, type ColoAddresses } from "../network/address-plan";
import { Prefix } from "../network/prefix";
import type { PortForward } from "../network/translator";
import { nat64Prefix } from "../network/well-known";

/** Version of the exported object; a home refuses another one. */
const schema = 1;

/** What a home must know of its colo: public facts only. */
export interface ColoFacts {
  readonly login: { readonly address: string; readonly port: number; readonly hostKey: string };
  readonly endpoint: Address;
  readonly addresses: ColoAddresses;
  readonly basePort: number;
  readonly wanMtu: number;
  /** Whether the colo answers for the public zones of sites. */
  readonly authoritative: boolean;
  /** IPv4 ports of the colo that lead to machines at home. */
  readonly forwards: readonly PortForward[];
}

/** The facts as a stack output: plain data. */
export function exportFacts({
  login,
  endpoint,
  addresses,
  basePort,
  wanMtu,
  authoritative,
  forwards,
}: ColoFacts) {
  return {
    schema,
    login: { address: login.address, port: login.port, hostKey: login.hostKey },
    endpoint: endpoint.toString(),
    prefix: addresses.prefix.toString(),
    tunnelPrefix: addresses.tunnelPrefix.toString(),
    resolver: addresses.resolver.toString(),
    nat64Prefix: nat64Prefix.toString(),
    basePort,
    wanMtu,
    authoritative,
    ...(forwards.length === 0
      ? {}
      : { forwards: forwards.map((each) => ({ ...each, address: each.address.toString() })) }),
  };
}

/**
 * Reads the facts out of another stack's outputs. Throws a sentence for people if they are not there. Without the
 * engine's SDK, which takes longer to load than `npm run drift` takes for all else.
 */
export function importFacts(stack: string, facts: unknown): ColoFacts {
  const found = (facts ?? undefined) as Partial<ReturnType<typeof exportFacts>> | undefined;
  if (found?.schema !== schema) {
    throw new Error(
      found === undefined
        ? `stack ${stack} has no output "facts": run pulumi up for it first, or set colo.stack to the stack that built the colo`
        : `stack ${stack} has facts of schema ${found.schema ?? "unknown"}, this program reads ${schema}: run pulumi up for it with this program`,
    );
  }
  const { login, endpoint, prefix, tunnelPrefix, basePort, wanMtu } = found as ReturnType<typeof exportFacts>;
  // An older program did not tell, because no colo did.
  const authoritative = found.authoritative ?? false;
  const forwards = (found.forwards ?? []).map((each) => ({ ...each, address: Address.of(each.address) }));
  return {
    login,
    endpoint: Address.of(endpoint),
    addresses: coloAddresses(Prefix.of(prefix), Prefix.of(tunnelPrefix)),
    basePort,
    wanMtu,
    authoritative,
    forwards,
  };
}
