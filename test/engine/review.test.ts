import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { openEngine, type Engine } from "../../engine/run";
import { compareWithBranch } from "../../review/against-branch";
import { changesOf } from "../../review/change";
import { renderComment } from "../../review/markdown";
import { previewFromSettings } from "../../tools/review/example-project";
import { projectFolder } from "../support/settings";

jest.setTimeout(90_000);

let engine: Engine;
let checkout: string;
beforeAll(async () => {
  engine = await openEngine();
});
afterAll(() => engine.close());
beforeEach(() => {
  checkout = mkdtempSync(join(tmpdir(), "checkout-"));
  for (const name of readdirSync(projectFolder).filter((each) => !each.startsWith("."))) {
    const [from, to] = [join(projectFolder, name), join(checkout, name)];
    if (/^Pulumi\..*\.yaml$/.test(name)) cpSync(from, to);
    else symlinkSync(from, to);
  }
});
afterEach(() => rmSync(checkout, { recursive: true }));

/** Changes the settings of a stack of the checkout. */
function set(stack: string, change: (config: Record<string, unknown>) => void, more = {}): void {
  const path = join(checkout, `Pulumi.${stack}.yaml`);
  const file = parse(readFileSync(path, "utf8")) as { config: Record<string, unknown> };
  change(file.config);
  writeFileSync(path, stringify({ ...file, ...more }));
}

/** Host, component and path of every changed file. */
const filesOf = (previews: Awaited<ReturnType<typeof previewFromSettings>>) =>
  previews
    .flatMap(changesOf)
    .flatMap(({ host, name, files }) => files.map(({ path }) => `${host} ${name} ${path ?? "-"}`));

test("the example settings are previewed as they are, without state, keys and hosts", async () => {
  const before = readdirSync(checkout).sort();
  const previews = await previewFromSettings(engine, checkout);
  expect(previews.map(({ stack, complete, errors }) => [stack, complete, errors])).toEqual([
    ["colo", true, []],
    ["home", true, []],
  ]);
  expect(renderComment(previews)).toContain("Compared with nothing, so all is new");
  expect(filesOf(previews)).toContain("home home-firewall /etc/ipv6-home/firewall.nft");
  expect(filesOf(previews)).toContain("colo tunnel-colo /etc/systemd/system/ipv6-home-vpn1-0.service");
  expect(readdirSync(checkout).sort()).toEqual(before);
  expect(readFileSync(join(checkout, "Pulumi.home.yaml"), "utf8")).not.toContain("encryptionsalt");
});

test("a change of the colo shows in the home as well, because the home is previewed beside the plan", async () => {
  const branch = await previewFromSettings(engine, checkout);
  set("colo", (config) => (config["ipv6-home:wan.mtu"] = 1492));
  const change = await previewFromSettings(engine, checkout);
  const compared = change.map((each, index) => compareWithBranch(branch[index] ?? each, each));
  expect(filesOf(compared).sort()).toEqual([
    "colo colo-firewall /etc/ipv6-home/firewall.nft",
    "colo colo-nat64 /etc/systemd/system/ipv6-home-nat64.service",
    "colo tunnel-colo /etc/systemd/system/ipv6-home-vpn1-0.service",
    "home home-firewall /etc/ipv6-home/firewall.nft",
    "home home-lan /etc/ipv6-home/radvd.conf",
    "home tunnel-home /etc/systemd/system/ipv6-home-vpn0.service",
  ]);
});

test("no change is no changes, and a second home is previewed too", async () => {
  cpSync(join(checkout, "Pulumi.home.yaml"), join(checkout, "Pulumi.cabin.yaml"));
  set("cabin", (config) => (config["ipv6-home:site.number"] = 2));
  const branch = await previewFromSettings(engine, checkout);
  expect(branch.map(({ stack }) => stack)).toEqual(["colo", "cabin", "home"]);
  const again = await previewFromSettings(engine, checkout);
  const compared = again.map((each, index) => compareWithBranch(branch[index] ?? each, each));
  expect(renderComment(compared)).toContain("**no changes**");
});

test("encrypted settings are left out: nobody here can open them", async () => {
  const secure = { secure: "v1:AAAAAAAAAAAAAAAA:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" };
  const salt = { encryptionsalt: "v1:AAAAAAAAAAA=:v1:AAAAAAAAAAAAAAAA:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" };
  for (const stack of ["colo", "home"])
    set(stack, (config) => (config["ipv6-home:ssh.privateKey"] = secure), salt);
  const previews = await previewFromSettings(engine, checkout);
  expect(previews.map(({ complete }) => complete)).toEqual([true, true]);
});

test("a mistake is told, and the other stack is previewed all the same", async () => {
  set("home", (config) => (config["ipv6-home:site.number"] = 256));
  const previews = await previewFromSettings(engine, checkout);
  expect(previews.map(({ complete }) => complete)).toEqual([true, false]);
  expect(renderComment(previews)).toContain(
    'site.number: given "256"; allowed is a whole number from 1 to 255',
  );
});

test("planned facts are refused when hosts are to be changed", async () => {
  const state = join(checkout, "state");
  mkdirSync(state);
  const facts = join(checkout, "facts.json");
  writeFileSync(facts, "{}");
  const env = {
    PULUMI_BACKEND_URL: `file://${state}`,
    PULUMI_CONFIG_PASSPHRASE: "test",
    IPV6_HOME_COLO_FACTS: facts,
    SSH_AUTH_SOCK: undefined,
  };
  const run = (...args: string[]) => engine.run(args, { cwd: checkout, env, timeoutSec: 60 });
  expect((await run("stack", "init", "home")).code).toBe(0);
  const { code, stdout, stderr } = await run("up", "-s", "home", "--yes", "--skip-preview");
  expect(code).not.toBe(0);
  expect(stdout + stderr).toContain(
    "allowed is nothing outside of a preview, because these facts are only planned",
  );
});
