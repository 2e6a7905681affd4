import { bitsOf, type Address } from "./address";
import type { Prefix } from "./prefix";

/** The nibbles of an IPv6 address, the least significant first, as ip6.arpa has them (RFC 3596, section 2.5). */
const nibblesOf = ({ value }: Address): string[] =>
  Array.from(value.toString(16).padStart(32, "0")).reverse();

/** The name under which the names of an IPv6 address stand, without the final dot (RFC 3596, section 2.5). */
export const reverseName = (address: Address): string => `${nibblesOf(address).join(".")}.ip6.arpa`;

/** The zone that holds the reverse names of an IPv6 prefix. Throws a RangeError unless its length is whole nibbles. */
export function reverseZone(prefix: Prefix): string {
  if (prefix.family !== 6 || prefix.length % 4 !== 0) throw new RangeError(`${prefix} is no zone of its own`);
  const below = (bitsOf(6) - prefix.length) / 4;
  return [...nibblesOf(prefix.base).slice(below), "ip6", "arpa"].join(".");
}
