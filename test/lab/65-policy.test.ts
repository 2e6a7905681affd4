import { observeVariable } from "../../observe/observe";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inState } from "../../lab/paths";
import { projectFolder, stackEnvironment, type StackName } from "../../lab/stacks";
import { closeEngine, logins, pulumi, sh, theEngine } from "./support";

const root = join(__dirname, "../..");
const pack = ["--policy-pack", join(root, "policy")];
const content = /✅ ipv6-home@v0\.1\.0/;

/** The project with a program that is broken on purpose, on the lab's own stacks and state. */
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "ipv6-home-policy-"));
  for (const name of ["Pulumi.yaml", "package.json", "node_modules"])
    symlinkSync(join(root, name), join(folder, name));
  for (const stack of ["colo", "home"])
    copyFileSync(inState("project", `Pulumi.${stack}.yaml`), join(folder, `Pulumi.${stack}.yaml`));
});
afterAll(async () => {
  await closeEngine();
  rmSync(folder, { recursive: true });
});

/** Runs Pulumi on the broken project and answers its exit code and all that it said. */
async function runBroken(stack: StackName, ...args: string[]) {
  const { code, stdout, stderr } = await (
    await theEngine()
  ).run([...args, "-s", stack, "--color=never"], {
    cwd: folder,
    env: { ...stackEnvironment(), [observeVariable]: "never" },
    timeoutSec: 120,
  });
  return { code, said: stdout + stderr };
}

/** The project's program with one resource broken: JavaScript that changes its `props` and `opts`. */
const breakResource = (name: string, change: string) => `
  const pulumi = require("@pulumi/pulumi");
  module.exports = async () => {
    pulumi.runtime.registerStackTransformation(({ name, props, opts }) => {
      // A tunnel's resources have its key epoch in their names.
      if (name.replace(/^tunnel-\\d+-/, "tunnel-") !== ${JSON.stringify(name)}) return undefined;
      const rewrite = (from, to) =>
        pulumi.output(props.stdin).apply((text) => {
          if (!text.includes(from)) throw new Error("nothing to break: " + from);
          return text.replaceAll(from, to);
        });
      ${change}
      return { props, opts };
    });
    return require(${JSON.stringify(join(root, "main.cjs"))})();
  };`;

const openFirewall = breakResource(
  "home-firewall-config-converge",
  'props.stdin = rewrite("hook forward priority filter; policy drop;", "hook forward priority filter; policy accept;");',
);

const cases: readonly (readonly [what: string, program: string, says: RegExp])[] = [
  [
    "a login that trusts any host",
    breakResource(
      "home-lan-config-converge",
      "props.connection = pulumi.output(props.connection).apply((given) => ({ ...given, hostKey: undefined }));",
    ),
    /connection\.hostKey: given nothing; allowed is one line "type base64"/,
  ],
  [
    "keys in the open",
    breakResource("tunnel-home-key-converge", "props.stdin = pulumi.unsecret(props.stdin);"),
    /stdin, line \d+: given a key of WireGuard's form \(base64 of 32 bytes\); allowed is no secret/,
  ],
  [
    "a trigger that makes an old delete undo a new create",
    breakResource(
      "home-lan-config-converge",
      'props.triggers = ["again"]; opts = { ...opts, deleteBeforeReplace: false };',
    ),
    /triggers: given \["again"\] beside a delete command that would undo the successor/,
  ],
  [
    "a firewall that lets everything pass",
    openFirewall,
    /\/etc\/ipv6-home\/firewall\.nft, chain forward: given policy accept; allowed is "policy drop;"/,
  ],
  [
    "a firewall without the operator's way in",
    breakResource(
      "home-firewall-config-converge",
      'props.stdin = rewrite("tcp dport 22 ip6", "tcp dport 23 ip6");',
    ),
    /given no rule "tcp dport 22 ip6 saddr @management6 accept"; allowed is a firewall that lets the operator log in/,
  ],
  [
    "a site outside of its colo",
    breakResource(
      "home-prefix-config-converge",
      'props.stdin = rewrite("2001:db8:beef:100::/56", "2001:db8:bee:100::/56");',
    ),
    /rule from: given 2001:db8:bee:100::\/56; allowed is a \/56 inside 2001:db8:beef::\/48/,
  ],
  [
    "an output with a segment outside of its site",
    `const program = require(${JSON.stringify(join(root, "main.cjs"))});
     module.exports = async () => ({ ...(await program()), segments: { lan: "2001:db8:bad:1::/64" } });`,
    /output segments\.lan: given 2001:db8:bad:1::\/64; allowed is a \/64 inside 2001:db8:beef:100::\/56/,
  ],
  [
    "a stack that has lost all but its name",
    `const pulumi = require("@pulumi/pulumi");
     module.exports = async () => void new pulumi.ComponentResource("ipv6home:components:HomeGateway", "home");`,
    /stack: given no Firewall that converges among other components; .* put the part back/,
  ],
];

describe("the policy pack", () => {
  it.each(cases)(
    "refuses what nobody else does: %s",
    async (_, program, says) => {
      writeFileSync(join(folder, "main.cjs"), program);
      const without = await runBroken("home", "preview");
      expect([without.code, without.said]).toEqual([0, expect.stringContaining("Resources:")]);

      const { code, said } = await runBroken("home", "preview", ...pack);
      expect(code).not.toBe(0);
      expect(said).toMatch(says);
      expect(said).toContain("[mandatory]");
      expect(said).not.toMatch(content);
    },
    60_000,
  );

  it("refuses before anything is touched", async () => {
    writeFileSync(join(folder, "main.cjs"), openFirewall);
    const before = (await logins("colo")) + (await logins("home"));
    const ruleset = await sh("home", "nft list ruleset | sha256sum");
    const { code, said } = await runBroken("home", "up", "--yes", "--skip-preview", ...pack);
    expect(code).not.toBe(0);
    expect(said).toContain("chain forward: given policy accept");
    expect((await logins("colo")) + (await logins("home"))).toBe(before);
    expect(await sh("home", "nft list ruleset | sha256sum")).toBe(ruleset);
  }, 60_000);

  it.each(["colo", "home"] as const)(
    "is content with stack %s as it is, without a word, and an up by it makes no login",
    async (stack) => {
      const before = (await logins("colo")) + (await logins("home"));
      for (const args of [["preview"], ["up", "--yes", "--skip-preview"]]) {
        const { code, stdout, stderr } = await pulumi(stack, ...args, ...pack);
        expect([code, stderr]).toEqual([0, ""]);
        expect(stdout).toMatch(content);
        expect(stdout).not.toMatch(/mandatory|advisory|can't run/);
      }
      expect((await logins("colo")) + (await logins("home"))).toBe(before);
    },
    60_000,
  );

  it("is content with keys that are yet to come", async () => {
    // The engine keeps what it is told by --config.
    const settings = join(projectFolder, "Pulumi.home.yaml");
    const before = readFileSync(settings);
    const { code, stdout } = await pulumi(
      "home",
      "preview",
      "--config=ipv6-home:tunnel.keyEpoch=9000000000",
      ...pack,
    ).finally(() => writeFileSync(settings, before));
    expect(code).toBe(0);
    expect(stdout).toMatch(content);
    expect(stdout).toMatch(/\d+ to create/);
    expect(stdout).not.toMatch(/mandatory|advisory|can't run/);
  }, 60_000);
});
