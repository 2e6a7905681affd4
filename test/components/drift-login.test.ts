import { isSecret, isUnknown, provideNothing, reveal, textOf, withoutSecrets } from "../support/record";
import { exampleSettings } from "../support/settings";
import { bundlesOf, recordColo, recordHome } from "../support/stacks";

const withKey = { "drift.readOnlyKey": true };
const colo = exampleSettings("colo", withKey);
const home = exampleSettings("home", withKey);

const roles = [
  ["colo", (options = {}) => recordColo(colo, options)],
  ["home", (options = {}) => recordHome(home, colo, options)],
] as const;

describe.each(roles)("the key that can only look at the %s", (role, run) => {
  test("is an output, secret and in OpenSSH's form, and nowhere else in the open", async () => {
    const { outputs, resources } = await run();
    expect(isSecret(outputs["driftKey"])).toBe(true);
    expect(textOf(outputs["driftKey"])).toMatch(/^-----BEGIN OPENSSH PRIVATE KEY-----\n/);
    const open = JSON.stringify([
      resources.map(({ inputs }) => withoutSecrets(inputs)),
      withoutSecrets(outputs),
    ]);
    expect(open).not.toContain("PRIVATE KEY");
  });

  test("is on that host only, and the stack exports what is recorded there", async () => {
    const recording = await run();
    const found = bundlesOf(recording).filter(({ component }) => component === "drift-login");
    const own = role === "colo" ? colo : home;
    expect(found.map(({ host }) => host)).toEqual([own.login.address]);
    const manifests = reveal(recording.outputs["manifests"]) as Record<string, Record<string, string>>;
    expect(manifests[role]?.["drift-login"]).toMatch(/^[0-9a-f]{64}$/);
  });

  test("is not there without the setting", async () => {
    const { outputs, resources } = await (role === "colo"
      ? recordColo(exampleSettings("colo"))
      : recordHome(exampleSettings("home"), colo));
    expect(outputs).not.toHaveProperty("driftKey");
    expect(resources.filter(({ name }) => name.includes("drift"))).toEqual([]);
  });

  test("leaves everything else of a first preview readable", async () => {
    const { resources, outputs } = await run({ provide: provideNothing, preview: true });
    const unknown = resources.filter(
      ({ name, inputs }) => name.includes("drift") && isUnknown(inputs["stdin"]),
    );
    expect(unknown.map(({ name }) => name)).toEqual([`${role}-drift-config-converge`]);
    const manifests = reveal(outputs["manifests"]) as Record<string, Record<string, string>>;
    expect(manifests[role]?.["firewall"]).toMatch(/^[0-9a-f]{64}$/);
  });
});
