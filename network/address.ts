import { Address4, Address6 } from "ip-address";

/** An IP version, as a number. */
export type Family = 4 | 6;

/** How many bits an address of the family has. */
export const bitsOf = (family: Family): 32 | 128 => (family === 4 ? 32 : 128);

/** One IPv4 or IPv6 address. Immutable; compare with {@link Address.equals}, never as text. */
export class Address {
  constructor(
    readonly family: Family,
    /** The address as a number, `0n` to `2n ** bits - 1n`. */
    readonly value: bigint,
  ) {}

  /** Reads `192.0.2.1` or `2001:db8::1`; `undefined` for anything else (also for zones, prefixes and port suffixes). */
  static parse(text: string): Address | undefined {
    if (/^[0-9.]+$/.test(text)) {
      return Address4.isValid(text) ? new Address(4, new Address4(text).bigInt()) : undefined;
    }
    // Zones and prefix lengths are legal for the library, not for a plain address.
    return /^[0-9a-fA-F:.]+$/.test(text) && Address6.isValid(text)
      ? new Address(6, new Address6(text).bigInt())
      : undefined;
  }

  /** Reads an address that the program itself wrote. Throws on anything else: that is a bug, not a user's mistake. */
  static of(text: string): Address {
    const address = Address.parse(text);
    if (address === undefined) throw new Error(`not an IP address: ${text}`);
    return address;
  }

  equals(other: Address): boolean {
    return this.family === other.family && this.value === other.value;
  }

  /** RFC 5952 text for IPv6, dotted quad for IPv4. */
  toString(): string {
    return this.family === 4
      ? Address4.fromBigInt(this.value).correctForm()
      : Address6.fromBigInt(this.value).correctForm();
  }
}
