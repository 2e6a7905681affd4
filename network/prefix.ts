import { Address, bitsOf, type Family } from "./address";

/** A CIDR prefix whose host bits are zero. Immutable. */
export class Prefix {
  private constructor(
    /** First address of the prefix. */
    readonly base: Address,
    /** Prefix length in bits. */
    readonly length: number,
  ) {}

  /**
   * Reads `2001:db8::/48`. Answers a sentence fragment instead if the text is no prefix or has host bits set; the
   * fragment completes "… is" and names the repair where there is one.
   */
  static parse(text: string): Prefix | { problem: string } {
    const [addressText, lengthText, ...rest] = text.split("/");
    const address = Address.parse(addressText ?? "");
    if (address !== undefined && lengthText === undefined)
      return {
        problem: `an address without a length (/${bitsOf(address.family)} for it alone)`,
      };
    if (
      address === undefined ||
      lengthText === undefined ||
      rest.length > 0 ||
      !/^\d{1,3}$/.test(lengthText)
    ) {
      return { problem: "not a prefix in CIDR form" };
    }
    const length = Number(lengthText);
    if (length > bitsOf(address.family)) return { problem: `longer than /${bitsOf(address.family)}` };
    const prefix = Prefix.around(address, length);
    return prefix.base.equals(address)
      ? prefix
      : { problem: `not at a /${length} boundary (${prefix} would be)` };
  }

  /** Reads a prefix that the program itself wrote; throws on anything else. */
  static of(text: string): Prefix {
    const prefix = Prefix.parse(text);
    if (prefix instanceof Prefix) return prefix;
    throw new Error(`${text} is ${prefix.problem}`);
  }

  /** The prefix of the given length that holds an address. */
  static around(address: Address, length: number): Prefix {
    const shift = BigInt(bitsOf(address.family) - length);
    return new Prefix(new Address(address.family, (address.value >> shift) << shift), length);
  }

  get family(): Family {
    return this.base.family;
  }

  /** How many addresses the prefix holds. */
  get size(): bigint {
    return 1n << BigInt(bitsOf(this.family) - this.length);
  }

  /** Whether an address, or the whole of another prefix, lies inside. */
  contains(other: Address | Prefix): boolean {
    const [address, length] =
      other instanceof Prefix ? [other.base, other.length] : [other, bitsOf(other.family)];
    return (
      address.family === this.family &&
      length >= this.length &&
      Prefix.around(address, this.length).base.equals(this.base)
    );
  }

  /** Whether the two prefixes share an address. */
  overlaps(other: Prefix): boolean {
    return this.contains(other) || other.contains(this);
  }

  /** Number `index` of the sub-prefixes of `length` bits. Throws a RangeError outside `0 … 2^(length - this.length) - 1`. */
  subnet(length: number, index: number): Prefix {
    const count = length < this.length ? 0n : 1n << BigInt(length - this.length);
    if (index < 0 || BigInt(index) >= count)
      throw new RangeError(`${this} has no /${length} number ${index}`);
    const step = 1n << BigInt(bitsOf(this.family) - length);
    return new Prefix(new Address(this.family, this.base.value + BigInt(index) * step), length);
  }

  /** The address at an offset from the base. Throws a RangeError outside the prefix. */
  host(offset: bigint): Address {
    if (offset < 0n || offset >= this.size) throw new RangeError(`${this} has no address number ${offset}`);
    return new Address(this.family, this.base.value + offset);
  }

  /** CIDR text. */
  toString(): string {
    return `${this.base.toString()}/${this.length}`;
  }
}

/** Those prefixes that no other one of the list holds, each once, in their order. */
export function outermost(prefixes: readonly Prefix[]): Prefix[] {
  return prefixes.filter(
    (each, index) =>
      !prefixes.some(
        (other, at) => at !== index && other.contains(each) && (other.length < each.length || at < index),
      ),
  );
}
