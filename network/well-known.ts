import type { Address } from "./address";
import { Prefix } from "./prefix";

/** The label of the colo's name server in a public zone: no machine may have it. */
export const nameServerLabel = "ns";

/** The well-known prefix for IPv4-embedded IPv6 addresses (RFC 6052, section 2.1). */
export const nat64Prefix = Prefix.of("64:ff9b::/96");

/** IPv4-mapped IPv6 addresses (RFC 4291, section 2.5.5.2): never an answer that a client could use. */
export const ipv4MappedPrefix = Prefix.of("::ffff:0:0/96");

/** Unique local addresses (RFC 4193, section 3). */
export const uniqueLocal = Prefix.of("fc00::/7");

/** Global unicast addresses as handed out by IANA today (RFC 4291, section 2.5.4). */
export const globalUnicast = Prefix.of("2000::/3");

/** Private IPv4 (RFC 1918, section 3). */
export const rfc1918: readonly Prefix[] = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"].map((text) =>
  Prefix.of(text),
);

/** IPv4 that never leaves a network: private and shared (RFC 6598). */
export const privateIpv4: readonly Prefix[] = [...rfc1918, Prefix.of("100.64.0.0/10")];

/**
 * IPv4 that no packet from a translator may reach: "this network", private, shared, loopback, link-local, protocol
 * assignments, multicast and reserved (RFC 6890 and the IANA special-purpose registry). Documentation and benchmark
 * ranges are left out: nothing is reachable there.
 */
export const nonPublicIpv4: readonly Prefix[] = [
  "0.0.0.0/8",
  "10.0.0.0/8",
  "100.64.0.0/10",
  "127.0.0.0/8",
  "169.254.0.0/16",
  "172.16.0.0/12",
  "192.0.0.0/24",
  "192.168.0.0/16",
  "224.0.0.0/4",
  "240.0.0.0/4",
].map((text) => Prefix.of(text));

/** An IPv4 address as machines without IPv4 name it. */
export const throughNat64 = (ipv4: Address): Address => nat64Prefix.host(ipv4.value);

/** An IPv4 prefix as it looks under a /96 translation prefix (RFC 6052, section 2.2). */
export function embedIpv4(prefix96: Prefix, ipv4: Prefix): Prefix {
  return Prefix.around(prefix96.host(ipv4.base.value), 96 + ipv4.length);
}
