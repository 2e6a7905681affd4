import { createHash } from "node:crypto";
import fc from "fast-check";
import { manifestHash, renderBundle, type Bundle, type HostFile } from "../../render/bundle";
import { unpack } from "../support/bundle";

const whole: Bundle = {
  component: "some",
  requires: ["release 12 13", "tun"],
  masks: ["some.service"],
  packages: ["some"],
  checks: ["some --check {stage}/etc/some"],
  releases: ["some --is-idle"],
  directories: [{ path: "/etc/some.d", mode: "0700" }],
  sysctls: ["/etc/sysctl.d/some.conf"],
  units: [
    { unit: "ipv6-home-some.service", action: "restart", paths: ["/etc/some", "/etc/sysctl.d/some.conf"] },
  ],
  notifies: [{ unit: "ipv6-home-other.service", action: "reload", paths: ["/etc/some"] }],
  files: [
    { path: "/etc/some", content: "a\n\n    b\n", mode: "0600", owner: "root:some" },
    { path: "/etc/sysctl.d/some.conf", content: "\n" },
  ],
};

test("a bundle is directives and indented files, as a host reads it", () => {
  expect(renderBundle(whole)).toBe(
    [
      "ipv6-home bundle 1",
      "require release 12 13",
      "require tun",
      "mask some.service",
      "package some",
      "check some --check {stage}/etc/some",
      "release some --is-idle",
      "directory 0700 root:root /etc/some.d",
      "sysctl /etc/sysctl.d/some.conf",
      "unit ipv6-home-some.service restart /etc/some /etc/sysctl.d/some.conf",
      "notify ipv6-home-other.service reload /etc/some",
      "file 0600 root:some /etc/some",
      "    a",
      "",
      "        b",
      "file 0644 root:root /etc/sysctl.d/some.conf",
      "",
      "",
    ].join("\n"),
  );
});

test("a bundle may be as good as empty", () => {
  expect(renderBundle({ component: "none", files: [] })).toBe("ipv6-home bundle 1\n");
});

test("a file without a newline at its end is a bug, and says so", () => {
  expect(() => renderBundle({ component: "some", files: [{ path: "/etc/some", content: "a" }] })).toThrow(
    new Error("/etc/some does not end with a newline"),
  );
});

const line = fc.oneof(
  fc.string({ unit: "grapheme" }).filter((text) => !/[\n\r]/.test(text)),
  fc.constantFrom(
    "",
    " ",
    "    ",
    "\t",
    "file 0644 root:root /etc/passwd",
    "unit ssh.service restart",
    "\\",
    "%",
  ),
);
const file: fc.Arbitrary<HostFile> = fc.record({
  path: fc.stringMatching(/^\/etc\/[a-z][a-z0-9.-]{0,20}$/),
  content: fc.array(line, { minLength: 1 }).map((lines) => `${lines.join("\n")}\n`),
  mode: fc.constantFrom("0600", "0644", "0755"),
  owner: fc.constantFrom("root:root", "root:bind"),
});

test("whatever a file holds, the host gets exactly that and no directive of it", () => {
  fc.assert(
    fc.property(fc.array(file), (files) => {
      const { directives, files: unpacked } = unpack(renderBundle({ component: "some", files }));
      expect(unpacked).toEqual(files);
      expect(directives.filter((each) => !each.startsWith("file "))).toEqual(["ipv6-home bundle 1"]);
    }),
    { numRuns: 300 },
  );
});

test("the manifest's hash is that of the lines that a host writes", () => {
  const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
  expect(manifestHash(whole)).toBe(
    sha256(
      `${sha256("a\n\n    b\n")} 0600 root:some /etc/some\n${sha256("\n")} 0644 root:root /etc/sysctl.d/some.conf\n`,
    ),
  );
});

test("a change of content, mode, owner or path shows in the manifest's hash, one of a check does not", () => {
  const [first, ...rest] = whole.files;
  const changed = (change: Partial<HostFile>): Bundle => ({
    ...whole,
    files: [{ path: "", content: "", ...first, ...change }, ...rest],
  });
  const hashes = [{ content: "b\n" }, { mode: "0644" }, { owner: "root:root" }, { path: "/etc/other" }].map(
    (change) => manifestHash(changed(change)),
  );
  expect(new Set([...hashes, manifestHash(whole)]).size).toBe(5);
  expect(manifestHash({ ...whole, checks: [] })).toBe(manifestHash(whole));
});
