import fc from "fast-check";
import { publicKeyOf } from "../../network/wireguard-key";

const ofHex = (hex: string) => Buffer.from(hex, "hex").toString("base64");

// RFC 7748, section 6.1.
test.each([
  [
    "77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a",
    "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a",
  ],
  [
    "5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb",
    "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f",
  ],
])("of the private key %s it is %s", (privateKey, publicKey) => {
  expect(publicKeyOf(ofHex(privateKey))).toBe(ofHex(publicKey));
});

const p = 2n ** 255n - 19n;
const mod = (value: bigint) => ((value % p) + p) % p;

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  for (let square = mod(base), rest = exponent; rest > 0n; rest >>= 1n, square = mod(square * square)) {
    if (rest & 1n) result = mod(result * square);
  }
  return result;
}

const fromLittleEndian = (bytes: Uint8Array) => BigInt(`0x${Buffer.from(bytes).reverse().toString("hex")}`);

/** X25519(k, 9) by the ladder of RFC 7748, section 5, in plain arithmetic: slow, and nobody else's code. */
function ladder(scalar: Uint8Array): string {
  const k = (fromLittleEndian(scalar) & ((1n << 255n) - 8n)) | (1n << 254n);
  const u = 9n;
  let [x2, z2, x3, z3] = [1n, 0n, u, 1n];
  for (let t = 254n; t >= 0n; t--) {
    const swap = ((k >> t) & 1n) === 1n;
    if (swap) [x2, z2, x3, z3] = [x3, z3, x2, z2];
    const [a, b, c, d] = [x2 + z2, x2 - z2, x3 + z3, x3 - z3];
    const [aa, bb, da, cb] = [mod(a * a), mod(b * b), mod(d * a), mod(c * b)];
    const e = aa - bb;
    [x3, z3] = [mod((da + cb) ** 2n), mod(u * (da - cb) ** 2n)];
    [x2, z2] = [mod(aa * bb), mod(e * (aa + 121665n * e))];
    if (swap) [x2, z2, x3, z3] = [x3, z3, x2, z2];
  }
  const hex = mod(x2 * power(z2, p - 2n))
    .toString(16)
    .padStart(64, "0");
  return Buffer.from(hex, "hex").reverse().toString("base64");
}

test("any 32 bytes are a private key, as plain arithmetic has it", () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (bytes) => {
      expect(publicKeyOf(Buffer.from(bytes).toString("base64"))).toBe(ladder(bytes));
    }),
    { numRuns: 25 },
  );
});

test.each([0, 31, 33, 64])("%i bytes are none, and the error does not show them", (length) => {
  const text = Buffer.alloc(length, "key material").toString("base64");
  expect(() => publicKeyOf(text)).toThrow(new Error(`a WireGuard key has 32 bytes, this one has ${length}`));
});
