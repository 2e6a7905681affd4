import type { ResourceSpec } from "./support/project";
import { Stage } from "./support/stage";

jest.setTimeout(60_000);

// What leaving rests on: the order of a destroy, and what a destroy makes of the program.
const stage = new Stage();

const note = (text: string) => `echo ${text} >> ${stage.sshd.folder}/notes; cat >/dev/null`;

const command = (name: string, args: object, options: object = {}): ResourceSpec => ({
  kind: "Command",
  name,
  args: { connection: stage.sshd.connection, addPreviousOutputInEnv: false, ...args },
  options: { deleteBeforeReplace: true, ...options },
});
const component = (name: string, stdin = "", options: object = {}) =>
  command(name, { create: note(`make ${name}`), delete: note(`remove ${name}`), stdin }, options);
const leave = (...after: string[]) => command("leave", { delete: note("leave") }, { dependsOn: after });
const urnOf = (name: string) =>
  stage.project.state().find(({ urn }) => urn.endsWith(`::${name}`))?.urn ?? `no ${name}`;

test("a command with a delete only that depends on all others goes first, and in a destroy only", async () => {
  const both = (stdin: string) => ({
    resources: [component("lan", stdin), component("dns"), leave("lan", "dns")],
  });
  await stage.project.up(both("a"));
  await stage.project.up(both("b"));
  await stage.project.ok(["up", "--yes", "--skip-preview", "--replace", urnOf("lan")]);
  expect(stage.notes().sort()).toEqual(["make dns", "make lan", "make lan", "make lan", "remove lan"]);

  await stage.project.ok(["destroy", "--yes", "--skip-preview"]);
  const gone = stage.notes().slice(5);
  expect([gone[0], gone.slice(1).sort()]).toEqual(["leave", ["remove dns", "remove lan"]]);
});

test("a destroy that runs the program drops what that retains, without a login", async () => {
  const both = (retainOnDelete: boolean) => ({
    resources: [component("dead", "", { retainOnDelete }), component("alive")],
  });
  await stage.project.up(both(false));
  stage.project.write(both(true));
  stage.sshd.forget();
  await stage.project.ok(["destroy", "--yes", "--skip-preview", "--run-program"]);
  expect([stage.project.state(), stage.sshd.logins(), stage.notes().slice(2)]).toEqual([
    [],
    1,
    ["remove alive"],
  ]);
});

test("a hook that refuses a creation ends a preview and an update, and is no matter to a destroy", async () => {
  const before = `
    const refuse = () => { throw new Error("only in a destroy"); };
    const hook = new pulumi.ResourceHook("refuse", refuse, { onDryRun: true });
    new pulumi.CustomResource("command:remote:Command", "never", { connection: { host: "none" } }, { hooks: { beforeCreate: [hook] } });`;
  await stage.project.up({ resources: [component("one")] });
  const spec = { resources: [component("one")], before };
  const updated = await stage.project.up(spec);
  expect([updated.code === 0, updated.stdout]).toEqual([false, expect.stringContaining("only in a destroy")]);
  const previewed = await stage.project.run(["preview", "--color=never"]);
  expect([previewed.code === 0, previewed.stdout]).toEqual([
    false,
    expect.stringContaining("only in a destroy"),
  ]);
  expect(stage.project.state().map(({ urn }) => urn.split("::").at(-1))).toEqual(["one"]);

  await stage.project.ok(["destroy", "--yes", "--run-program"]);
  expect([stage.project.state(), stage.notes()]).toEqual([[], ["make one", "remove one"]]);
});
