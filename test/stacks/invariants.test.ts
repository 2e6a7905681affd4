import { privateKey } from "../support/examples";
import { fakeKeyMarks, isSecret, reveal, textOf, withoutSecrets, type Recording } from "../support/record";
import { exampleSettings, variants } from "../support/settings";
import {
  bundlesOf,
  commandsOf,
  commandType,
  componentOf,
  componentType,
  convergesOf,
  hostOf,
  isKeyCommand,
  isTunnelCommand,
  recordColo,
  recordHome,
  treeComponents,
} from "../support/stacks";

const withKey = { "ssh.privateKey": privateKey };
const encrypted = ["ssh.privateKey"];
const coloSettings = exampleSettings("colo", withKey, encrypted);
const homeSettings = exampleSettings("home", withKey, encrypted);
const variantColo = exampleSettings("colo", variants.colo);

describe.each([
  ["colo", () => recordColo(coloSettings)],
  ["home", () => recordHome(homeSettings, coloSettings)],
  ["varied colo", () => recordColo(variantColo)],
  ["varied home", () => recordHome(exampleSettings("home", variants.home), variantColo)],
] as const)("in a %s stack", (_, run) => {
  let recording: Recording;
  beforeAll(async () => {
    recording = await run();
  });

  test("every name is its parent's with a word more, and stands once", () => {
    for (const { name, parent } of recording.resources) {
      expect(parent === "" || name.startsWith(`${parent}-`) ? "" : `${name} under ${parent}`).toBe("");
      expect(name).toMatch(/^[a-z][a-z0-9-]*$/);
    }
    expect(new Set(recording.resources.map(({ name }) => name)).size).toBe(recording.resources.length);
  });

  test("nothing but this project's components stands right under the stack", () => {
    for (const { type, parent } of recording.resources) {
      if (parent === "") expect(type).toMatch(/^ipv6home:components:/);
    }
  });

  test("there are components, commands and random bytes, and nothing else", () => {
    const known = [
      ...treeComponents.map(componentType),
      commandType,
      "random:index/randomPassword:RandomPassword",
      "tls:index/privateKey:PrivateKey",
    ];
    expect(recording.resources.map(({ type }) => type).filter((type) => !known.includes(type))).toEqual([]);
  });

  test("every connection pins the host key, gives up soon and is root's", () => {
    for (const { name, inputs } of commandsOf(recording)) {
      const connection = reveal(inputs["connection"]) as Record<string, unknown>;
      expect(connection).toMatchObject({ user: "root", perDialTimeout: 10 });
      // What comes after a change dials for as long as a host may need to go back: 60 s and 30.
      const first = /-base-|-removal-|-release-|-leave-|^tunnel-\d+-colo-key-/.test(name);
      expect([name, connection["dialErrorLimit"]]).toEqual([name, first ? 3 : 25]);
      expect(connection["hostKey"]).toMatch(/^ssh-ed25519 [A-Za-z0-9+/]+=*$/);
      expect(Object.keys(connection)).not.toContain("hostKeyAlgorithm");
    }
  });

  test("no command is given the output of the last one", () => {
    for (const { inputs } of commandsOf(recording)) expect(inputs["addPreviousOutputInEnv"]).toBe(false);
  });

  test("every command can be taken back, and an update is what a creation is", () => {
    const removes = commandsOf(recording).map((command) => ({
      host: hostOf(command),
      text: `${textOf(command.inputs["delete"] ?? "")}\n`,
    }));
    for (const command of convergesOf(recording)) {
      const owned = /apply (\S+ \d+)$/.exec(textOf(command.inputs["create"]))?.[1] ?? componentOf(command);
      const removers = removes.filter(
        ({ host, text }) =>
          host === hostOf(command) &&
          // The host's own goes by the programs that come along.
          (text.includes(`\nset -- ${owned} remove\n`) ||
            new RegExp(`remove ${owned}(( '')? organization/\\S+)?( </dev/null.*)?\n`).test(text)),
      );
      expect([command.name, removers.length]).toEqual([command.name, 1]);
      // What is at the colo is recorded before it, with its other end, so that a killed run leaves nothing unrecorded.
      expect([command.name, command.inputs["delete"] === undefined]).toEqual([
        command.name,
        isTunnelCommand(command.name) || /^names-/.test(command.name),
      ]);
    }
    for (const { inputs } of commandsOf(recording)) {
      expect(inputs["update"]).toBe(inputs["create"]);
      expect(inputs["environment"]).toBeUndefined();
    }
  });

  test("only what carries a key is hidden, and that wholly", () => {
    for (const { name, inputs, additionalSecretOutputs } of convergesOf(recording)) {
      const hidden = isKeyCommand(name);
      expect([name, isSecret(inputs["stdin"]), inputs["logging"]]).toEqual([
        name,
        hidden,
        hidden ? "none" : "stderr",
      ]);
      const outputs = ["stdout", "stderr"].filter((output) => additionalSecretOutputs.includes(output));
      expect([name, outputs]).toEqual([name, hidden ? ["stdout", "stderr"] : []]);
    }
  });

  test("no key is anywhere but in secrets, and no part of one in a command's text", () => {
    const open = JSON.stringify([
      recording.resources.map(({ inputs }) => withoutSecrets(inputs)),
      withoutSecrets(recording.outputs),
    ]);
    for (const mark of [...fakeKeyMarks, "PRIVATE KEY"]) expect(open).not.toContain(mark);
    for (const { inputs } of commandsOf(recording)) {
      const text = `${textOf(inputs["create"] ?? "")}${textOf(inputs["delete"] ?? "")}`;
      for (const mark of [...fakeKeyMarks, "PRIVATE KEY"]) expect(text).not.toContain(mark);
    }
  });

  test("a key file is nobody's but its reader's, and no other file holds a key", () => {
    for (const { files, directives, host, component } of bundlesOf(recording)) {
      for (const { path, mode, owner, content } of files) {
        const isKey = path.includes("/keys/");
        // BIND reads its files as the user bind.
        const reader = path.startsWith("/etc/bind/") ? "bind:bind" : "root:root";
        if (isKey) expect([path, mode, owner]).toEqual([path, "0600", reader]);
        else
          for (const mark of fakeKeyMarks)
            expect([host, path, content.includes(mark)]).toEqual([host, path, false]);
      }
      if (component.endsWith("-key") && !/names|alerts/.test(component)) {
        expect(directives.filter((line) => line.startsWith("directory "))).toEqual([
          expect.stringMatching(/^directory 0700 root:root \/etc\/ipv6-home\/keys\/vpn[0-9-]+$/),
        ]);
      }
    }
  });

  test("no path and no component is managed twice on a host", () => {
    const bundles = bundlesOf(recording);
    const paths = bundles.flatMap(({ host, files }) => files.map(({ path }) => `${host}:${path}`));
    expect(new Set(paths).size).toBe(paths.length);
    const components = bundles.map(({ host, component }) => `${host}:${component}`);
    expect(new Set(components).size).toBe(components.length);
  });

  test("packages are the host's, whose removal alone takes packages away", () => {
    for (const { directives, host, component } of bundlesOf(recording)) {
      const brings = directives.some((line) => /^(package|mask) /.test(line));
      // What upgrades a host by itself must not go on when the setting is gone.
      expect([host, component, brings]).toEqual([host, component, ["host", "upgrades"].includes(component)]);
    }
  });

  test("every file a bundle's directives speak of is one of its own, and every path is a plain absolute one", () => {
    for (const { directives, files } of bundlesOf(recording)) {
      const own = files.map(({ path }) => path);
      for (const path of own) expect(path).toMatch(/^(\/\.?[A-Za-z0-9][A-Za-z0-9._-]*)+$/);
      for (const line of directives) {
        const [word, ...rest] = line.split(" ");
        const spoken = { unit: rest.slice(2), notify: rest.slice(2), sysctl: rest }[word ?? ""] ?? [];
        expect([line, spoken.filter((path) => !own.includes(path))]).toEqual([line, []]);
        if (word === "check") {
          const staged = [...line.matchAll(/\{stage\}(\S+)/g)].map(([, path]) => path ?? "");
          expect([line, staged.length > 0, staged.filter((path) => !own.includes(path))]).toEqual([
            line,
            true,
            [],
          ]);
        }
      }
      // A unit file that no directive starts would wait for the next boot.
      const units = directives.filter((line) => line.startsWith("unit ")).map((line) => line.split(" ")[1]);
      // A timer starts its service.
      const isTimed = (path: string) => own.includes(path.replace(/service$/, "timer"));
      const unitFiles = own
        .filter((path) => path.endsWith(".timer") || (path.endsWith(".service") && !isTimed(path)))
        .map((path) => path.split("/").at(-1));
      expect(units.sort()).toEqual(unitFiles.sort());
    }
  });

  test("nothing is replaced beside its successor, which it would undo", () => {
    for (const {
      type,
      inputs,
      deleteBeforeReplace,
      ignoreChanges,
      protect,
      retainOnDelete,
    } of recording.resources) {
      expect(inputs["triggers"]).toBeUndefined();
      expect({ deleteBeforeReplace, ignoreChanges, protect, retainOnDelete }).toEqual({
        deleteBeforeReplace: type === commandType,
        // What was seen on a host once is no change by itself.
        ignoreChanges: inputs["update"] === undefined ? [] : ["update"],
        protect: false,
        retainOnDelete: false,
      });
    }
  });

  test("what the stack exports tells which files are where", () => {
    const { manifests } = recording.outputs as { manifests: Record<string, Record<string, string>> };
    const hosts = new Map(commandsOf(recording).map((command) => [hostOf(command), true]));
    expect(Object.keys(manifests)).toHaveLength(hosts.size);
    const expected = bundlesOf(recording).map(({ component }) => component);
    const exported = Object.values(manifests).flatMap((host) => Object.keys(host));
    // Of keys nothing is told, not even a hash.
    expect(exported.sort()).toEqual(expected.filter((component) => !component.endsWith("-key")).sort());
    for (const hash of Object.values(manifests).flatMap((host) => Object.values(host))) {
      expect(hash).toMatch(/^[0-9a-f]{64}$/);
    }
  });
});

test("the smaller MTU of the two ends is the tunnel's", async () => {
  const mtuOf = async (home: number, colo: number) => {
    const settings = exampleSettings("home", { "wan.mtu": home });
    const { outputs } = await recordHome(settings, exampleSettings("colo", { "wan.mtu": colo }));
    return (outputs as { mtu: { tunnel: number } }).mtu.tunnel;
  };
  expect([await mtuOf(1500, 1500), await mtuOf(1492, 1500), await mtuOf(9000, 1400)]).toEqual([
    1440, 1432, 1340,
  ]);
});
