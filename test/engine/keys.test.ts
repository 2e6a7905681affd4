import { execFileSync } from "node:child_process";
import { Project } from "./support/project";
import { startSshd, type Sshd } from "./support/sshd";

jest.setTimeout(60_000);

let project: Project;
beforeEach(async () => {
  project = await Project.create();
});
afterEach(() => project.close());

async function output(name: string): Promise<string> {
  const { stdout } = await project.ok(["stack", "output", name, "--show-secrets"]);
  return stdout.replace(/\n$/, "");
}

describe("random values", () => {
  const spec = (epoch: string) => ({
    resources: [
      { kind: "RandomBytes", name: "bytes", args: { length: 32, keepers: { epoch } } },
      { kind: "RandomPassword", name: "password", args: { length: 43, special: false, keepers: { epoch } } },
    ] as const,
    outputs: {
      base64: { of: ["bytes", "base64"] },
      hex: { of: ["bytes", "hex"] },
      password: { of: ["password", "result"] },
    },
  });

  test("stay until a keeper changes", async () => {
    await project.up(spec("1"));
    const first = await output("base64");
    expect(Buffer.from(first, "base64").toString("hex")).toBe(await output("hex"));
    expect(Buffer.from(first, "base64")).toHaveLength(32);
    const password = await output("password");
    expect(password).toMatch(/^[0-9A-Za-z]{43}$/);

    await project.up(spec("1"));
    expect([await output("base64"), await output("password")]).toEqual([first, password]);

    project.write(spec("2"));
    const preview = await project.ok(["preview", "--color=never"]);
    expect(preview.stdout).toMatch(/2 to replace/);
    await project.up(spec("2"));
    expect(await output("base64")).not.toBe(first);
    expect(await output("password")).not.toBe(password);
  });

  test("are encrypted in the state, but the bytes are their own id in clear", async () => {
    await project.up(spec("1"));
    const id = (type: string) => project.state().find((resource) => resource.type.endsWith(type))?.id;
    expect(id("RandomPassword")).toBe("none");
    expect(project.stateText()).not.toContain(await output("password"));
    expect(project.stateText()).not.toContain(await output("hex"));
    expect(id("RandomBytes")).toBe(await output("base64"));
  });
});

describe("tls keys", () => {
  let sshd: Sshd;
  beforeEach(async () => {
    sshd = await startSshd();
  });
  afterEach(() => sshd.stop());

  test.each(["ED25519", "RSA", "ECDSA"])("%s: log in at sshd in each private format", async (algorithm) => {
    const key = { kind: "PrivateKey", name: "key", args: { algorithm, ecdsaCurve: "P256" } } as const;
    await project.up({ resources: [key], outputs: { open: { of: ["key", "publicKeyOpenssh"] } } });
    const open = await output("open");
    sshd.authorize(open);
    const print = execFileSync("ssh-keygen", ["-l", "-f", "-"], { input: open, encoding: "utf8" });
    expect(print).toContain(String(project.state()[0]?.outputs?.["publicKeyFingerprintSha256"]));
    expect(project.stateText()).not.toContain("PRIVATE KEY");

    const login = (property: string) => ({
      kind: "Command" as const,
      name: property,
      args: {
        connection: { ...sshd.connection, privateKey: { of: ["key", property] } },
        create: "echo in",
        addPreviousOutputInEnv: false,
      },
    });
    const formats = ["privateKeyOpenssh", "privateKeyPem", "privateKeyPemPkcs8"];
    const result = await project.up({ resources: [key, ...formats.map(login)] });
    expect([result.code, sshd.logins()]).toEqual([0, 3]);
  });
});
