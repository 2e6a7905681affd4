import { readFileSync, writeFileSync } from "node:fs";
import { parse, stringify } from "yaml";
import { inState } from "../../lab/paths";
import { runInLab } from "../../lab/stacks";
import { renderComment } from "../../review/markdown";
import { writePreviews } from "../../review/read-previews";
import { bumpKeyEpoch } from "../../tools/review/epoch";
import { previewStacks } from "../../tools/review/previews";
import { closeEngine, logins, outputs, theEngine } from "./support";

const settingsPath = inState("project", "Pulumi.home.yaml");
let settings: string;
beforeAll(() => {
  settings = readFileSync(settingsPath, "utf8");
});
afterAll(async () => {
  writeFileSync(settingsPath, settings);
  await closeEngine();
});

/** Both stacks as they would be changed, and the logins that it took to find out. */
async function review() {
  const count = async () => (await logins("colo")) + (await logins("home"));
  const before = await count();
  const engine = await theEngine();
  const previews = await previewStacks((args, options) => runInLab(engine, args, options), ["colo", "home"]);
  return {
    comment: renderComment(previews),
    file: writePreviews(previews),
    logins: (await count()) - before,
  };
}

/** The paths of a comment's headings, by host. */
const filesIn = (comment: string) =>
  comment
    .split(/^#### On /m)
    .slice(1)
    .flatMap((part) => {
      const host = /^`(.*)`/.exec(part)?.[1] ?? "";
      return [...part.matchAll(/^\*\*(\w+)\*\* `(.*)` \(`/gm)].map(
        ([, what = "", path = ""]) => `${host} ${what} ${path}`,
      );
    })
    .sort();

describe("a change in review", () => {
  it("that is none is no changes", async () => {
    const { comment, logins: made } = await review();
    expect(comment).toContain("\n**no changes**\n");
    expect(filesIn(comment)).toEqual([]);
    expect(made).toBe(0);
  });

  it("of a pinhole and of the keys names just those files, the line, and what it can do", async () => {
    const { text, from, to } = bumpKeyEpoch("Pulumi.home.yaml", settings);
    const stack = parse(text) as { config: Record<string, unknown> };
    const pinhole = { name: "phone-web", segment: "lan", host: "::ff:fe00:102", protocol: "tcp", port: 8080 };
    stack.config["ipv6-home:lan.pinholes"] = [pinhole];
    writeFileSync(settingsPath, stringify(stack));
    const { comment, file, logins: made } = await review();

    const [old, now] = [(from + 1) % 2, (to + 1) % 2];
    const moved = (path: (parity: number) => string) => `${path(old)}\` → \`${path(now)}`;
    expect(filesIn(comment)).toEqual([
      `colo changed ${moved((parity) => `/etc/ipv6-home/sites/site-vpn1-${parity}.nft`)}`,
      `colo changed ${moved((parity) => `/etc/systemd/system/ipv6-home-vpn1-${parity}.service`)}`,
      "home changed /etc/ipv6-home/firewall.nft",
      `home changed ${moved((parity) => `/etc/systemd/system/ipv6-home-vpn${parity}.service`)}`,
    ]);
    const home = comment.slice(comment.indexOf("#### On `home`"), comment.indexOf("#### On `colo`"));
    expect(home).toMatch(/^\+\s+2001:db8:beef:101:0:ff:fe00:102 \. tcp \. 8080 comment "phone-web",$/m);
    expect(home).toMatch(/^-\s+2001:db8:beef:101:0:ff:fe00:101 \. tcp \. 22 comment "laptop-ssh",$/m);
    expect(comment).toMatch(
      /\| `home` \| `home-firewall` \| changed \| \*\*can cut SSH\*\* .*\*\*reloads\*\*/,
    );
    for (const [host, name] of [
      ["home", "tunnel-home"],
      ["colo", "tunnel-colo"],
      ["home", "tunnel-home-key"],
      ["colo", "tunnel-colo-key"],
    ]) {
      const row = comment.split("\n").find((line) => line.startsWith(`| \`${host}\` | \`${name}\` |`));
      expect(row).toContain(`**rotates keys** (\`generation ${from} to ${to}\`)`);
    }
    expect(made).toBe(0);

    const { privateKeys } = await outputs<{ privateKeys: Record<string, string> }>("home");
    const keys = Object.values(privateKeys);
    expect(keys).toHaveLength(2);
    for (const key of [...keys, "PRIVATE KEY"]) {
      expect(comment).not.toContain(key);
      expect(file).not.toContain(key);
    }
  });
});
