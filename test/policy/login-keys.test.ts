import * as fc from "fast-check";
import { keysOnlyRead } from "../../policy/login-keys";
import { renderBundle } from "../../render/bundle";
import { driftLoginBundle } from "../../render/drift-login";
import { view } from "./support";

const blob = fc
  .uint8Array({ minLength: 32, maxLength: 32 })
  .map((key) => `AAAAC3NzaC1lZDI1NTE5AAAAI${Buffer.from(key).toString("base64").replace(/=+$/, "")}`);

test("whatever the key is, its line is restricted, forced to the report, and one line", () => {
  fc.assert(
    fc.property(blob, fc.constantFrom("", "\n"), (key, end) => {
      const bundle = driftLoginBundle(`ssh-ed25519 ${key}${end}`);
      expect(bundle.files.map(({ path, mode }) => [path, mode])).toEqual([
        ["/root/.ssh/authorized_keys2", "0600"],
      ]);
      const lines = (bundle.files[0]?.content ?? "").split("\n").filter((line) => !/^(#|$)/.test(line));
      expect(lines).toEqual([
        `restrict,command="/usr/local/lib/ipv6-home/observe" ssh-ed25519 ${key} ipv6-home-drift`,
      ]);
      expect(keysOnlyRead.check(view({ props: { stdin: renderBundle(bundle) } }))).toEqual([]);
    }),
  );
});

test("the policy tells a bundle whose key has lost its options", () => {
  fc.assert(
    fc.property(
      blob,
      fc.constantFrom("restrict,", 'command="/usr/local/lib/ipv6-home/observe"'),
      (key, lost) => {
        const text = renderBundle(driftLoginBundle(`ssh-ed25519 ${key}`)).replace(
          lost,
          lost === "restrict," ? "" : "pty",
        );
        expect(keysOnlyRead.check(view({ props: { stdin: text } }))).toHaveLength(1);
      },
    ),
  );
});
