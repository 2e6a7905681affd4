import type { ResourceSpec } from "./support/project";
import { Stage } from "./support/stage";
import { freePort, startSshd } from "./support/sshd";

jest.setTimeout(60_000);

const stage = new Stage();

/** A command that notes what runs on the host, one line each. */
function command(args: Readonly<Record<string, unknown>> = {}, name = "one"): ResourceSpec {
  const note = (text: string) =>
    `echo ${text} >> ${stage.sshd.folder}/notes; cat >> ${stage.sshd.folder}/stdin; echo out; echo err >&2`;
  const { connection, ...rest } = args;
  return {
    kind: "Command",
    name,
    args: {
      connection: { ...stage.sshd.connection, ...(connection as object | undefined) },
      create: note("create"),
      update: note("update"),
      delete: note("delete"),
      addPreviousOutputInEnv: false,
      ...rest,
    },
  };
}

describe("a remote command", () => {
  test("creates, updates when stdin changes, and deletes, with one login each", async () => {
    await stage.project.up({ resources: [command({ stdin: "a" })] });
    expect([stage.notes(), stage.read("stdin"), stage.sshd.logins()]).toEqual([["create"], "a", 1]);
    expect(stage.project.state()[0]?.outputs).toMatchObject({ stdout: "out", stderr: "err", stdin: "a" });

    const unchanged = await stage.project.up({ resources: [command({ stdin: "a" })] });
    expect([unchanged.code, stage.sshd.logins()]).toEqual([0, 1]);

    await stage.project.up({ resources: [command({ stdin: "b" })] });
    expect([stage.notes(), stage.read("stdin"), stage.sshd.logins()]).toEqual([
      ["create", "update"],
      "ab",
      2,
    ]);

    await stage.project.ok(["destroy", "--yes", "--skip-preview"]);
    expect([stage.notes(), stage.sshd.logins()]).toEqual([["create", "update", "delete"], 3]);
  });

  test("runs create for an update where no update is given", async () => {
    await stage.project.up({ resources: [command({ stdin: "a", update: undefined })] });
    await stage.project.up({ resources: [command({ stdin: "b", update: undefined })] });
    expect(stage.notes()).toEqual(["create", "create"]);
  });

  test("deletes with the script, the stdin and the connection of the stored state", async () => {
    await stage.project.up({ resources: [command({ stdin: "old" })] });
    const other = await startSshd();
    const changed = { ...command({ delete: "exit 9" }).args, connection: other.connection };
    await stage.project.up({ resources: [{ ...command({}, "two"), args: changed }] });
    expect([stage.notes().sort(), stage.read("stdin"), other.logins()]).toEqual([
      ["create", "create", "delete"],
      "oldold",
      1,
    ]);
    other.stop();
  });

  test("replaces for a changed trigger: the new one first, then the old one's delete", async () => {
    await stage.project.up({
      resources: [command({ triggers: [1], delete: `echo old >> ${stage.sshd.folder}/notes` })],
    });
    await stage.project.up({ resources: [command({ triggers: [2] })] });
    expect(stage.notes()).toEqual(["create", "create", "old"]);
  });

  test("dials nothing in a preview and leaves its outputs unknown", async () => {
    const spec = (stdin: string) => ({
      resources: [command({ stdin }), { ...command({ stdin: { of: ["one", "stdout"] } }, "two") }],
    });
    stage.project.write(spec("a\nb\nc\n"));
    const first = await stage.project.ok(["preview", "--diff", "--color=never"]);
    expect(stage.sshd.dials()).toBe(0);
    expect(first.stdout).toMatch(/stdin *: \[unknown\]/);

    await stage.project.up(spec("a\nb\nc\n"));
    stage.sshd.forget();
    stage.project.write(spec("a\nB\nc\n"));
    const second = await stage.project.ok(["preview", "--diff", "--color=never"]);
    expect(stage.sshd.dials()).toBe(0);
    expect(second.stdout.replace(/^ +/gm, "")).toContain("- b\n+ B\nc\n");
    expect(second.stdout).toMatch(/~ stdin *: "out" => \[unknown\]/);
  });

  test("keeps a failed create out of the state and its stdin out of the error", async () => {
    const failing = "echo seen; echo bad >&2; cat > /dev/null; exit 3";
    const result = await stage.project.up({
      resources: [command({ create: failing, stdin: "hidden text" })],
    });
    expect(result.code).not.toBe(0);
    expect(result.stdout).toContain(`Process exited with status 3: running ${JSON.stringify(failing)}:`);
    expect(result.stdout).toMatch(/seen\n.*bad/s);
    expect(result.stdout + result.stderr).not.toContain("hidden text");
    expect(stage.project.state()).toEqual([]);
  });

  test("keeps the old state of a failed update", async () => {
    await stage.project.up({ resources: [command({ stdin: "a" })] });
    const result = await stage.project.up({
      resources: [command({ stdin: "b", update: "cat > /dev/null; exit 1" })],
    });
    expect([result.code === 0, stage.project.state()[0]?.outputs?.["stdin"]]).toEqual([false, "a"]);
  });

  test("keeps a secret stdin encrypted, and the connection always", async () => {
    const encrypted = { ciphertext: expect.any(String) as unknown };
    await stage.project.up({ resources: [command({ stdin: { secret: "hidden text" } })] });
    expect(stage.read("stdin")).toBe("hidden text");
    expect(stage.project.stateText()).not.toContain("hidden text");
    expect(stage.project.stateText()).not.toContain("PRIVATE KEY");
    expect(stage.project.state()[0]?.outputs).toMatchObject({
      stdout: "out",
      stdin: encrypted,
    });
    expect(stage.project.state()[0]?.inputs).toMatchObject({ connection: encrypted });
  });
});

describe("the connection of a remote command", () => {
  test("refuses a wrong host key, on each of its attempts", async () => {
    const { wrongHostKey: hostKey } = stage.sshd;
    const result = await stage.project.up({ resources: [command({ connection: { hostKey } })] });
    expect(result.stdout).toContain("after 2 failed attempts: ssh: handshake failed: ssh: host key mismatch");
    expect([stage.sshd.dials(), stage.sshd.logins()]).toEqual([3, 0]);
  });

  test("gives up on a dead port after one attempt more than the limit", async () => {
    const port = await freePort();
    const result = await stage.project.up({
      resources: [command({ connection: { port, dialErrorLimit: 1 } })],
    });
    expect(result.stdout).toContain(
      `after 1 failed attempts: dial tcp 127.0.0.1:${port}: connect: connection refused`,
    );
  });

  test("refuses a key that may not log in", async () => {
    const privateKey = stage.read("other");
    const result = await stage.project.up({
      resources: [command({ connection: { privateKey, dialErrorLimit: 0 } })],
    });
    expect(result.stdout).toContain(
      "after 0 failed attempts: ssh: handshake failed: ssh: unable to authenticate, attempted methods " +
        "[none publickey], no supported methods remain",
    );
  });

  test("refuses an unknown setting; only the stand-in does so without showing the others, the key among them", async () => {
    const result = await stage.project.up({ resources: [command({ connection: { hostkey: "typo" } })] });
    expect(result.stdout).toContain("Unrecognized field 'hostkey' on 'remote.Connection'");
    const { command: kind } = stage.project.engine.kind;
    expect(result.stdout.includes("PRIVATE KEY")).toBe(kind === "real");
  });

  test("stops at a variable that sshd does not accept", async () => {
    const result = await stage.project.up({ resources: [command({ environment: { FORBIDDEN: "1" } })] });
    expect(result.stdout).toContain('could not set environment variable "FORBIDDEN": ssh: setenv failed');
    expect(stage.notes()).toEqual([]);
  });
});
