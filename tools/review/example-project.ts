import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import type { Engine } from "../../engine/run";
import type { Preview } from "../../review/preview";
import { policyPackOf, previewStacks, type Runner } from "./previews";
import { readConfig, stackOf } from "./settings-files";

/**
 * Previews a checkout from its settings files alone: a backend and a passphrase that are thrown away, nothing built,
 * no key, no agent. Settings that are encrypted are left out, because the passphrase that opens them is not here. Every
 * stack of the checkout is previewed, each as if it were built for the first time.
 */
export async function previewFromSettings(engine: Engine, checkout: string): Promise<Preview[]> {
  const folder = mkdtempSync(join(tmpdir(), "ipv6-home-example-"));
  try {
    const stacks = copyProject(checkout, folder);
    const environment = {
      PULUMI_BACKEND_URL: `file://${join(folder, ".backend")}`,
      PULUMI_CONFIG_PASSPHRASE: randomBytes(24).toString("base64"),
      PULUMI_CONFIG_PASSPHRASE_FILE: undefined,
      PULUMI_ACCESS_TOKEN: undefined,
      SSH_AUTH_SOCK: undefined,
    };
    const run: Runner = (args, options) =>
      engine.run(args, { ...options, cwd: folder, env: { ...options.env, ...environment } });
    for (const stack of stacks) {
      const { code, stderr } = await run(["stack", "init", stack], { timeoutSec: 60 });
      if (code !== 0) throw new Error(`no throw-away stack ${stack} could be made: ${stderr.trim()}`);
    }
    const previews = await previewStacks(run, stacks, policyPackOf(checkout));
    return previews.map((preview) => ({ ...preview, against: "nothing" }));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Links the checkout's files into a folder, beside settings without secrets. Answers the stacks, the colo first. */
function copyProject(checkout: string, folder: string): string[] {
  mkdirSync(join(folder, ".backend"));
  const entries = readdirSync(checkout).filter((name) => !name.startsWith("."));
  for (const name of entries.filter((each) => stackOf(each) === undefined))
    symlinkSync(join(checkout, name), join(folder, name));
  const stacks = entries.flatMap((name) => {
    const stack = stackOf(name);
    if (stack === undefined) return [];
    const config = readConfig(join(checkout, name));
    const plain = Object.entries(config).filter(([, value]) => !isSecure(value));
    writeFileSync(join(folder, name), stringify({ config: Object.fromEntries(plain) }));
    return [{ stack, isColo: config["ipv6-home:role"] === "colo" }];
  });
  return stacks.sort((a, b) => Number(b.isColo) - Number(a.isColo)).map(({ stack }) => stack);
}

const isSecure = (value: unknown) => typeof value === "object" && value !== null && "secure" in value;
