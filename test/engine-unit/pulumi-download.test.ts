import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { downloadRelease, releaseSums, unpackRelease } from "../../engine/pulumi-download";

let root = "";
let folder = "";
let archive: Buffer;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "pulumi-download-"));
  mkdirSync(join(root, "pulumi"));
  writeFileSync(join(root, "pulumi", "pulumi"), "the program\n");
  archive = execFileSync("tar", ["-cz", "-C", root, "pulumi"]);
  folder = join(root, "target");
  mkdirSync(folder);
});
afterEach(() => {
  jest.restoreAllMocks();
  rmSync(root, { recursive: true });
});

test("an archive with the expected sum is unpacked without its folder", () => {
  const expected = createHash("sha256").update(archive).digest("hex");
  unpackRelease({ file: "release.tar.gz", archive, expected, folder });
  expect(readFileSync(join(folder, "pulumi"), "utf8")).toBe("the program\n");
});

test("a download that is not the known release is refused before it is unpacked", async () => {
  jest.spyOn(globalThis, "fetch").mockResolvedValue(new Response(new Uint8Array(archive)));
  const actual = createHash("sha256").update(archive).digest("hex");
  await expect(downloadRelease(folder)).rejects.toThrow(
    `its SHA-256 is ${actual}; allowed is ${releaseSums[process.arch] ?? ""}; nothing was unpacked`,
  );
  expect(readdirSync(folder)).toEqual([]);
});

test("every architecture for which Node is locked has a sum", () => {
  const { optionalDependencies } = JSON.parse(
    readFileSync(join(__dirname, "..", "..", "package.json"), "utf8"),
  ) as { optionalDependencies: Record<string, string> };
  const locked = Object.keys(optionalDependencies).map((name) => name.replace(/^node-linux-/, ""));
  expect(Object.keys(releaseSums).sort()).toEqual(locked.sort());
  for (const sum of Object.values(releaseSums)) expect(sum).toMatch(/^[0-9a-f]{64}$/);
});
