import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "../../lab/run";
import { backendFolder, projectFolder, stackEnvironment } from "../../lab/stacks";
import { sshKeyPath } from "../../lab/paths";
import { hostNames, type HostName } from "../../lab/topology";
import { parseReport } from "../../observe/report";
import { projectFolder as root } from "../support/settings";
import { attempts, Login } from "./drift/attempts";
import { contentOf, holds, sshSecrets, watchProcesses } from "./secrets";
import { closeEngine, logins, outputs, pulumi, pulumiObserving, pulumiUp, sh, trySh } from "./support";

const folder = mkdtempSync(join(tmpdir(), "drift-key-"));
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await closeEngine();
});

const keyFile = "/root/.ssh/authorized_keys2";
const inFolder = (name: string) => join(folder, name);
const hosts = hostNames.map((host) => [host] as const);

async function set(stack: HostName, on: boolean): Promise<void> {
  const { code, stderr } = await pulumi(stack, "config", "set", "drift.readOnlyKey", String(on));
  expect([code, stderr]).toEqual([0, ""]);
}

/** `npm run drift` as a machine would run it that has this key and no other. */
async function drift(stacks: readonly HostName[], keys: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const files = keys.flatMap((file) => ["--key-file", file]);
  const { code, stdout, stderr } = await run(
    ["node", join(root, "tools/run.mjs"), "tools/drift/cli.ts", ...stacks, ...files, "--json"],
    {
      cwd: projectFolder,
      env: { ...process.env, SSH_AUTH_SOCK: undefined, ...stackEnvironment(), ...env },
      allowFailure: true,
      timeoutSec: 60,
    },
  );
  return { code, stderr, found: stdout === "" ? undefined : (JSON.parse(stdout) as unknown) };
}

/** Which keys the last logins at a host were made by. */
const lastKeys = async (host: HostName, count: number) =>
  (await sh(host, "journalctl -u ssh -o cat | sed -n 's/^Accepted publickey .* //p'"))
    .trim()
    .split("\n")
    .slice(-count);

describe("the key that can only look", () => {
  const secret: Record<HostName, string> = { colo: "", home: "" };
  const print: Record<HostName, string> = { colo: "", home: "" };
  let said = "";
  let seen = "";

  it("without it a new key gets nobody in, and sshd reads a second file of keys that is not there", async () => {
    const file = inFolder("stranger");
    await run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", file]);
    for (const host of hostNames) {
      const { code, stderr } = await new Login(folder, file).ssh(host, [], ["true"]);
      expect([code, stderr]).toEqual([255, expect.stringContaining("Permission denied (publickey")]);
      expect(await sh(host, "sshd -T | grep -i ^authorizedkeysfile")).toContain(".ssh/authorized_keys2");
      expect((await trySh(host, `ls ${keyFile}`)).code).not.toBe(0);
    }
  }, 60_000);

  it("comes with the setting, one component a host, and the operator's own keys are left alone", async () => {
    const before = await Promise.all(
      hostNames.map((host) => sh(host, "sha256sum /root/.ssh/authorized_keys")),
    );
    const stops = ([...hostNames, "attacker"] as const).map(watchProcesses);
    for (const stack of hostNames) {
      await set(stack, true);
      for (const more of [["--diff"], ["--json"]]) said += (await pulumi(stack, "preview", ...more)).stdout;
      const { stdout } = await pulumiUp(stack, "--diff");
      said += stdout;
      expect(stdout).toMatch(/4 created/);
      said += (await pulumi(stack, "stack", "output", "--json")).stdout;
      said += (await pulumi(stack, "stack", "export")).stdout;
      secret[stack] = (await outputs<{ driftKey: string }>(stack)).driftKey;
      writeFileSync(inFolder(stack), secret[stack], { mode: 0o600 });
      const { stdout: shown } = await run(["ssh-keygen", "-l", "-f", inFolder(stack)]);
      print[stack] = shown.split(" ")[1] ?? "";
      expect(print[stack]).toMatch(/^SHA256:/);
    }
    seen = (await Promise.all(stops.map((stop) => stop()))).join("\n");
    expect(
      await Promise.all(hostNames.map((host) => sh(host, "sha256sum /root/.ssh/authorized_keys"))),
    ).toEqual(before);
    for (const host of hostNames) {
      expect(await sh(host, `stat -c '%a %U:%G' ${keyFile}`)).toBe("600 root:root\n");
      expect(await sh(host, `grep -c ^restrict,command= ${keyFile}`)).toBe("1\n");
    }
    for (const stack of hostNames)
      expect((await pulumiObserving(stack, "preview", "--expect-no-changes")).code).toBe(0);
  }, 120_000);

  it.each(hosts)("gives the report of %s, whatever is asked for", async (host) => {
    for (const command of [[], ["id"], ["exec sh -i"]]) {
      const { code, stdout, stderr } = await new Login(folder, inFolder(host)).ssh(host, ["-T"], command);
      expect([code, stderr]).toEqual([0, ""]);
      expect([...parseReport(stdout).components.keys()]).toContain("drift-login");
    }
    expect(await lastKeys(host, 3)).toEqual([print[host], print[host], print[host]]);
  });

  it.each(Object.entries(attempts))("gives nobody %s, which the operator's key does", async (_, attempt) => {
    const operator = new Login(folder, sshKeyPath);
    for (const host of hostNames) {
      expect([host, await attempt(operator, host)]).toEqual([host, true]);
      expect([host, await attempt(new Login(folder, inFolder(host)), host)]).toEqual([host, false]);
    }
  });

  it("lets npm run drift find damage on both hosts, by one login each and no other key", async () => {
    const keys = hostNames.map(inFolder);
    const clean = await drift(["colo", "home"], keys);
    expect(clean).toEqual({
      code: 0,
      stderr: "",
      found: [
        { stack: "colo", hosts: { colo: {} } },
        { stack: "home", hosts: { colo: {}, home: {} } },
      ],
    });

    await sh("colo", "nft add rule inet ipv6_home input tcp dport 24 accept");
    await sh("home", "ip -6 rule delete priority 1000");
    const before = await Promise.all(hostNames.map(logins));
    const { code, found } = await drift(["colo", "home"], keys);
    const after = await Promise.all(hostNames.map(logins));
    expect(code).toBe(2);
    const line = (form: RegExp) => expect.arrayContaining([expect.stringMatching(form)]) as unknown;
    expect(found).toEqual([
      { stack: "colo", hosts: { colo: { firewall: line(/^\+\s+tcp dport 24 accept/) } } },
      { stack: "home", hosts: { colo: {}, home: { prefix: line(/^-1000:/) } } },
    ]);
    expect(after.map((count, index) => count - (before[index] ?? 0))).toEqual([1, 1]);
    for (const host of hostNames) expect(await lastKeys(host, 1)).toEqual([print[host]]);
  }, 60_000);

  it("works as one secret of a workflow: both keys in one file that the environment names", async () => {
    writeFileSync(inFolder("both"), secret.colo + secret.home, { mode: 0o600 });
    const env = { IPV6_HOME_DRIFT_KEY_FILE: inFolder("both") };
    expect((await drift(["home"], [], env)).code).toBe(2);
    for (const stack of hostNames) await pulumiObserving(stack, "up", "--yes", "--skip-preview");
    expect(await drift(["home"], [], env)).toMatchObject({ code: 0 });
    for (const host of hostNames) expect(await lastKeys(host, 1)).toEqual([print[host]]);
    const one = await drift(["home"], [inFolder("home")]);
    expect([one.code, one.stderr]).toEqual([1, expect.stringContaining("authentication methods failed")]);
  }, 60_000);

  it("is drift itself when somebody adds a key to its file, and the next up takes that key away", async () => {
    await sh("home", `cat /root/.ssh/authorized_keys >>${keyFile}`);
    const { code, found } = await drift(["home"], hostNames.map(inFolder));
    expect([code, JSON.stringify(found)]).toEqual([2, expect.stringContaining(`${keyFile} (is)`)]);
    await pulumiObserving("home", "up", "--yes", "--skip-preview");
    expect(await sh("home", `grep -c '^[^#]' ${keyFile}`)).toBe("1\n");
  });

  it("is written down nowhere in the open", async () => {
    const keys = hostNames.flatMap((host) => sshSecrets(secret[host]));
    expect(keys.length).toBeGreaterThanOrEqual(6);
    expect(said).toContain("drift-key");
    expect(seen).toContain("converge");
    const state = contentOf(backendFolder);
    expect(state).toContain("privateKeyOpenssh");
    const journals = await Promise.all(hostNames.map((host) => sh(host, "journalctl --no-pager -o cat", 60)));
    for (const text of [said, seen, state, ...journals]) expect(holds(text, keys)).toBe(false);
    for (const host of hostNames)
      for (const key of keys)
        expect(
          (await trySh(host, `grep -rlsF '${key}' /etc /var /run /tmp /root /usr/local`, 60)).stdout,
        ).toBe("");
    // The search itself works.
    for (const host of hostNames) expect(holds(`x ${secret[host]} y`, sshSecrets(secret[host]))).toBe(true);
  }, 120_000);

  it("is dead when the setting is false again: the file is gone, and its record", async () => {
    for (const stack of hostNames) {
      await set(stack, false);
      expect((await pulumiUp(stack)).stdout).toMatch(/4 deleted/);
    }
    for (const host of hostNames) {
      expect((await trySh(host, `ls ${keyFile} /var/lib/ipv6-home/drift-login`)).stdout).toBe("");
      const { code, stdout, stderr } = await new Login(folder, inFolder(host)).ssh(host, ["-T"], []);
      expect([code, stdout, stderr]).toEqual([
        255,
        "",
        expect.stringContaining("Permission denied (publickey"),
      ]);
    }
    for (const stack of hostNames) expect(await outputs<object>(stack)).not.toHaveProperty("driftKey");
  }, 60_000);

  it("does not come where somebody's keys are in that file, and gives back a file without any", async () => {
    const stranger = inFolder("stranger");
    const { stdout: open } = await run(["ssh-keygen", "-y", "-f", stranger]);
    await sh("home", `umask 077; echo '${open.trim()}' >${keyFile}`);
    await set("home", true);
    const { code, stdout } = await pulumi("home", "up", "--yes", "--skip-preview");
    expect(code).not.toBe(0);
    expect(stdout).toContain(
      `drift.readOnlyKey: ${keyFile} holds keys of somebody else; allowed is none; move them to /root/.ssh/authorized_keys`,
    );
    expect((await new Login(folder, stranger).ssh("home", [], ["true"])).code).toBe(0);

    await sh("home", `echo '# mine' >${keyFile}`);
    await pulumiUp("home");
    expect((await new Login(folder, stranger).ssh("home", [], ["true"])).code).toBe(255);
    await set("home", false);
    await pulumiUp("home");
    expect(await sh("home", `cat ${keyFile}; rm ${keyFile}`)).toBe("# mine\n");
  }, 90_000);
});
