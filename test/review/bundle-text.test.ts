import fc from "fast-check";
import { renderBundle } from "../../render/bundle";
import { parseBundle } from "../../review/bundle-text";
import { unpack } from "../support/bundle";

const word = fc.stringMatching(/^[a-z0-9./-]{1,12}$/);
const content = fc.array(fc.stringMatching(/^[ -~\t]{0,30}$/), { minLength: 1, maxLength: 8 });
const bundles = fc.record({
  component: word,
  packages: fc.array(word, { maxLength: 3 }),
  sysctls: fc.array(word, { maxLength: 2 }),
  units: fc.array(
    fc.record({
      unit: word,
      action: fc.constantFrom("reload" as const, "restart" as const),
      paths: fc.array(word, { maxLength: 3 }),
    }),
    { maxLength: 3 },
  ),
  files: fc.array(fc.record({ path: word, content: content.map((lines) => `${lines.join("\n")}\n`) }), {
    maxLength: 4,
  }),
});

test("what a bundle holds is read back out of its text, as a host reads it", () => {
  fc.assert(
    fc.property(bundles, (bundle) => {
      const text = renderBundle(bundle);
      const read = parseBundle(text);
      expect(read?.files).toEqual(
        bundle.files.map((file) => ({ ...file, mode: "0644", owner: "root:root" })),
      );
      expect(read?.files).toEqual(unpack(text).files);
      expect(read?.units).toEqual(bundle.units);
      expect(read?.sysctls).toEqual(bundle.sysctls);
      expect(read?.directives.filter((line) => line.startsWith("package "))).toHaveLength(
        bundle.packages.length,
      );
    }),
  );
});

test.each([
  ["a secret", "[secret]"],
  ["another version", "ipv6-home bundle 2\n"],
  ["cut off", "ipv6-home bundle 1\npackage bind9"],
  ["content before the first file", "ipv6-home bundle 1\n    lost\n"],
])("text that is %s is no bundle", (_, text) => {
  expect(parseBundle(text)).toBeUndefined();
});
