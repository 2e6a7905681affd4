import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { verifyFacts } from "../../stacks/verify-facts";
import { coloAddresses, siteAddresses, type SegmentMode } from "../../network/address-plan";
import { mtuPlan } from "../../network/mtu-plan";
import { Prefix } from "../../network/prefix";
import { readFacts } from "../../tools/verify/facts";
import { parts, partsFolder, verifyProgram } from "../../tools/verify/program";
import { projectFolder, readProjectFile } from "../support/settings";

const colo = coloAddresses(Prefix.of("2001:db8:beef::/48"), Prefix.of("fd00:cafe:f00d::/64"));
const siteOf = (mode: SegmentMode) =>
  siteAddresses(
    colo,
    1,
    [{ name: "lan", subnet: 1, interface: "enp1s0", mode, allow: [], onMetered: true }],
    Prefix.of("172.31.0.0/16"),
  );
const site = siteOf("v6only");
const [lan] = site.segments;
if (lan === undefined) throw new Error("no segment");
const reserved = lan.prefix.host(0x42n);
const plans = {
  site,
  colo,
  mtu: mtuPlan(1500),
  domain: "home.arpa",
  endpoint: "198.51.100.10:51820",
  hosts: [{ name: "nas", segment: lan, reserved, addresses: [reserved], public: false }],
  delegations: [],
  ra: { daemon: "radvd" },
} as const;
const facts = verifyFacts(plans);

describe("the program in one file", () => {
  const program = verifyProgram(facts);

  test("has every part once, and no import of a part", () => {
    const files = readdirSync(partsFolder).filter((file) => file.endsWith(".py"));
    expect([...parts].sort()).toEqual(files.map((file) => file.replace(".py", "")).sort());
    for (const part of parts) {
      expect(program.match(new RegExp(`^# ---- ${part}$`, "gm"))).toHaveLength(1);
      expect(program).not.toMatch(new RegExp(`^(from|import) ${part}\\b`, "m"));
    }
  });

  test("gives no name to two things", () => {
    const names = [...program.matchAll(/^(?:def|class) (\w+)|^(\w+)(?:, \w+)* = /gm)].map(
      ([, one, other]) => one ?? other,
    );
    expect(names.length).toBeGreaterThan(80);
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  });

  test("puts each part behind those that it imports", () => {
    for (const [index, part] of parts.entries()) {
      const text = readFileSync(join(partsFolder, `${part}.py`), "utf8");
      const own = [...text.matchAll(/^from (\w+) import/gm)].flatMap(([, name = ""]) =>
        parts.some((each) => each === name) ? [name] : [],
      );
      expect(own.filter((name) => !parts.slice(0, index).some((each) => each === name))).toEqual([]);
    }
  });

  test("knows the site, and is the same for the same site", () => {
    const [, text = ""] = /SITE = json\.loads\(r"""(.*?)"""\)/s.exec(program) ?? [];
    expect(JSON.parse(text)).toEqual(facts);
    expect(verifyProgram(facts)).toBe(program);
  });
});

test("the facts of a site are addresses, names and sizes only", () => {
  expect(facts).toEqual({
    schema: 2,
    domain: "home.arpa",
    prefix: "2001:db8:beef:100::/56",
    segments: [
      {
        name: "lan",
        prefix: "2001:db8:beef:101::/64",
        gateway: "2001:db8:beef:101::1",
        mode: "v6only",
      },
    ],
    delegations: [],
    colo: {
      prefix: "2001:db8:beef::/48",
      resolver: "2001:db8:beef::53",
      translator: "2001:db8:beef::64",
      tunnel: "fd00:cafe:f00d::1",
    },
    nat64Prefix: "64:ff9b::/96",
    mtu: { tunnel: 1440 },
    endpoint: "198.51.100.10:51820",
    pref64: "expected",
    hosts: { "2001:db8:beef:101::42": "nas" },
  });
});

test("the resolver by DHCPv4 is a fact where a segment has IPv4", () => {
  const given = (mode: SegmentMode) => verifyFacts({ ...plans, site: siteOf(mode) }).segments[0]?.gateway4;
  expect([given("v6mostly"), given("guest"), given("iot")]).toEqual(["172.31.1.1", "172.31.1.1", undefined]);
});

test("a stack without the output, or with another one, is told what to do", () => {
  expect(readFacts("home", { verify: facts })).toEqual(facts);
  expect(() => readFacts("home", {})).toThrow(
    "output verify of stack home: given none; allowed is schema 2, which a home's stack has once it was converged by this release; pulumi up -s home",
  );
  expect(() => readFacts("home", { verify: { schema: 1 } })).toThrow("given schema 1;");
});

describe("npm run verify refuses", () => {
  const folder = mkdtempSync(join(tmpdir(), "ipv6-home-verify-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const command = ["--import", "tsx", join(projectFolder, "tools/verify/cli.ts")];

  test.each([
    [
      "a place that does not exist",
      ["--from", "kitchen"],
      "--from: given kitchen; allowed is internet isp colo",
    ],
    ["a file without --export", ["some-file"], "a file and --stack go with --export only"],
    ["options of the program with --export", ["--export", "x", "--", "--json"], "leave the rest out"],
    ["an option that it does not know", ["--form"], "Unknown option '--form'"],
  ])("%s", (_, args, said) => {
    const { status, stderr } = spawnSync(process.execPath, [...command, ...args], { encoding: "utf8" });
    expect(stderr).toContain(said);
    expect(stderr).toContain("usage: npm run verify");
    expect(status).toBe(2);
  });
});

test("the runbook has an entry for each cause", () => {
  const ids = [...readProjectFile("assets/verify/causes.py").matchAll(/^ {4}"([\w-]+)": \($/gm)].map(
    ([, id]) => id,
  );
  expect(ids.length).toBeGreaterThan(15);
  const entries = [...readProjectFile("docs/RUNBOOK.md").matchAll(/^\| `([\w-]+)`/gm)].map(([, id]) => id);
  expect(ids.filter((id) => !entries.includes(id))).toEqual([]);
});
