import { buildSync } from "esbuild";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { privateKeysIn } from "../../observe/login";
import { parseReport } from "../../observe/report";
import { readKeys } from "../../tools/drift/keys";
import { projectFolder } from "../support/settings";
import { compare, renderDrift } from "../../tools/drift/table";

const seen = parseReport(
  [
    "ipv6-home observed 1 0123456789ab",
    "component firewall - aaaa 2026-01-02T03:04:05.678Z",
    "component site-vpn1-0 3 bbbb 2026-01-02T03:04:05.678Z",
    "component site-vpn1-0-key 3 cccc 2026-01-02T03:04:05.678Z",
    "    ! private.key: its content differs",
    "component site-vpn2-0-key 1 dddd 2026-01-02T03:04:05.678Z",
    "    ! private.key: its content differs",
    "",
  ].join("\n"),
);

test("each stack answers for its own components at the colo, keys too, and for no other home's", () => {
  expect(compare("colo", "colo", seen, { firewall: "aaaa" })).toEqual({});
  expect(Object.keys(compare("home", "colo", seen, { "site-vpn1-0": "bbbb" }))).toEqual(["site-vpn1-0-key"]);
});

test("another version and a missing component are drift", () => {
  expect(compare("colo", "colo", seen, { firewall: "eeee", nat64: "ffff" })).toEqual({
    firewall: ["converged 2026-01-02T03:04:05.678Z, and now:", "! the host has another version of it"],
    nat64: ["host 0123456789ab does not have it"],
  });
});

test("the table says where and what, or that there is nothing", () => {
  expect(renderDrift("colo", { colo: {} })).toBe("colo: no drift on colo\n");
  expect(renderDrift("home", { home: { lan: ["- a", "+ b"] } })).toBe(
    [
      "home  lan",
      "      - a",
      "      + b",
      "",
      "home: drift; pulumi preview -s home --diff shows it, pulumi up repairs it",
      "",
    ].join("\n"),
  );
});

describe("the keys to log in with", () => {
  const folder = mkdtempSync(join(tmpdir(), "drift-keys-"));
  afterAll(() => rmSync(folder, { recursive: true }));
  const file = (name: string, text: string) => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  };
  const one = "-----BEGIN OPENSSH PRIVATE KEY-----\nQQ==\n-----END OPENSSH PRIVATE KEY-----\n";
  const two = "-----BEGIN PRIVATE KEY-----\nQg==\n-----END PRIVATE KEY-----\n";

  test("are those of all files that are named, else of the one in the environment, else none", () => {
    const [a, b] = [file("a", one), file("b", `${two.trimEnd()}\r\n`)];
    expect(readKeys([], undefined)).toBeUndefined();
    expect(readKeys([], "")).toBeUndefined();
    expect(readKeys([], a)).toBe(one);
    expect(privateKeysIn(readKeys([a, b], "/nowhere") ?? "")).toEqual([one, two]);
    // As a secret of a workflow has them: all in one.
    expect(privateKeysIn(readKeys([], file("both", `# colo\n${one}# home\n${two}`)) ?? "")).toEqual([
      one,
      two,
    ]);
  });

  test("are refused with a sentence that has nothing of the file in it", () => {
    const wrong = file("wrong", "hunter2");
    const hint = "'pulumi stack output driftKey --show-secrets -s STACK' prints the one of a stack";
    expect(() => readKeys([wrong], undefined)).toThrow(
      `--key-file: given ${wrong}, which holds none; allowed is a file with private keys; ${hint}`,
    );
    expect(() => readKeys([], "/nowhere")).toThrow(
      /^IPV6_HOME_DRIFT_KEY_FILE: given \/nowhere, which cannot be read \(ENOENT/,
    );
  });
});

test("npm run drift starts without the engine's SDK, which takes longer to load than a look at the hosts", () => {
  const { metafile } = buildSync({
    entryPoints: [join(projectFolder, "tools/drift/cli.ts")],
    bundle: true,
    write: false,
    metafile: true,
    platform: "node",
    packages: "external",
  });
  const packages = Object.values(metafile.outputs).flatMap(({ imports }) =>
    imports.flatMap(({ path, kind }) =>
      path.startsWith("node:") || kind === "dynamic-import" ? [] : [path],
    ),
  );
  expect(packages).toContain("ip-address");
  expect(packages.filter((path) => path.startsWith("@pulumi/"))).toEqual([]);
});
