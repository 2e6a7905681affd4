import fc from "fast-check";
import { Address, bitsOf, type Family } from "../../network/address";
import { siteNumbers } from "../../network/address-plan";
import { Prefix } from "../../network/prefix";

export const family = fc.constantFrom<Family>(4, 6);

export const addressOf = (of: Family): fc.Arbitrary<Address> =>
  fc.bigInt({ min: 0n, max: (1n << BigInt(bitsOf(of))) - 1n }).map((value) => new Address(of, value));

export const address: fc.Arbitrary<Address> = family.chain(addressOf);

/** Any prefix, or those of at most so many bits. */
export const prefixOf = (of: Family, longest: number = bitsOf(of)): fc.Arbitrary<Prefix> =>
  fc
    .tuple(addressOf(of), fc.integer({ min: 0, max: longest }))
    .map(([base, length]) => Prefix.around(base, length));

export const prefix: fc.Arbitrary<Prefix> = family.chain((of) => prefixOf(of));

export const siteNumber = fc.integer({ min: siteNumbers.first, max: siteNumbers.last });
