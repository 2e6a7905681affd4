import { runtime } from "@pulumi/pulumi";
import { privateKey } from "../support/examples";
import { fakeKey, isSecret, isUnknown, provideNothing, reveal, type Recording } from "../support/record";
import { exampleSettings } from "../support/settings";
import { bundlesOf, convergesOf, isKeyCommand, isTunnelCommand, recordHome } from "../support/stacks";

const coloSettings = exampleSettings("colo", { "ssh.privateKey": privateKey }, ["ssh.privateKey"]);
const homeSettings = exampleSettings("home", { "ssh.privateKey": privateKey }, ["ssh.privateKey"]);

describe("the first preview, when no key is known", () => {
  let recording: Recording;
  beforeAll(async () => {
    recording = await recordHome(homeSettings, coloSettings, { provide: provideNothing, preview: true });
  });

  test("shows every file but the keys", () => {
    for (const { name, inputs } of convergesOf(recording)) {
      expect([name, isUnknown(reveal(inputs["stdin"]))]).toEqual([name, isKeyCommand(name)]);
      if (!isKeyCommand(name)) expect(inputs["stdin"]).toMatch(/^ipv6-home bundle 1\n/);
    }
  });

  test("shows the rest of every command: nothing of it is made by another resource", () => {
    for (const { name, inputs, inputDependencies } of convergesOf(recording)) {
      const { stdin, ...others } = inputDependencies;
      expect([name, Object.values(others).flat()]).toEqual([name, []]);
      expect([name, (stdin ?? []).length > 0]).toEqual([name, isKeyCommand(name)]);
      expect(JSON.stringify({ ...inputs, stdin: undefined })).not.toContain(runtime.unknownValue);
      expect(Object.values(inputs).filter(isUnknown).length).toBe(isKeyCommand(name) ? 1 : 0);
    }
  });

  test("and is what the update does", async () => {
    const update = await recordHome(homeSettings, coloSettings);
    const shown = ({ resources }: Recording) =>
      resources.filter(({ name }) => !isKeyCommand(name)).map(({ name, inputs }) => ({ name, inputs }));
    expect(shown(recording)).toEqual(shown(update));
  });
});

describe("a rotation of the keys", () => {
  let generations: Recording[];
  beforeAll(async () => {
    generations = [];
    for (const keyEpoch of [1, 2, 3]) {
      generations.push(
        await recordHome(exampleSettings("home", { "tunnel.keyEpoch": keyEpoch }), coloSettings),
      );
    }
  });
  const tunnelBundles = (recording: Recording | undefined) =>
    recording === undefined
      ? []
      : bundlesOf(recording).filter(({ command }) => isTunnelCommand(command.name));

  test("shares no path, no component and no port with the generation before it", () => {
    const [one, two] = generations.slice(0, 2).map((recording) => {
      const bundles = tunnelBundles(recording);
      return [
        ...bundles.flatMap(({ host, files }) => files.map(({ path }) => `${host}:${path}`)),
        ...bundles.map(({ host, component }) => `${host}:${component}`),
        (recording.outputs as { endpoint: string }).endpoint,
      ];
    });
    expect(one).toHaveLength(9 + 4 + 1);
    expect(one?.filter((each) => two?.includes(each))).toEqual([]);
  });

  test("is another tunnel, and changes nothing else", () => {
    const [one, two] = generations.map(({ resources }) => resources);
    const rest = (resources: typeof one) =>
      resources
        // What confirms a run names the generation, of course.
        ?.filter(({ name }) => !name.startsWith("tunnel-") && !name.endsWith("-guard-confirm"))
        .map(({ name, inputs }) => ({ name, inputs }));
    expect(rest(one)).toEqual(rest(two));
    const names = (resources: typeof one) =>
      resources?.map(({ name }) => name).filter((name) => name.startsWith("tunnel-"));
    expect(names(two)).toEqual(names(one)?.map((name) => name.replace("tunnel-1", "tunnel-2")));
    expect(names(two)?.length).toBeGreaterThan(10);
  });

  test("comes back to the first names with the third generation", () => {
    const paths = (recording: Recording | undefined) =>
      tunnelBundles(recording).flatMap(({ host, files }) => files.map(({ path }) => `${host}:${path}`));
    expect(paths(generations[2])).toEqual(paths(generations[0]));
  });

  test("puts each end's own private key on it, the other's public key, and one preshared key on both", () => {
    const [first] = generations;
    const keys = Object.fromEntries(
      tunnelBundles(first)
        .filter(({ command }) => isKeyCommand(command.name))
        .map(({ command, files }) => [
          command.name,
          Object.fromEntries(files.map(({ path, content }) => [path.split("/").at(-1), content.trimEnd()])),
        ]),
    );
    const { publicKeys, privateKeys } = first?.outputs as Record<string, Record<string, unknown>>;
    expect(keys).toEqual({
      "tunnel-1-home-key-converge": {
        "private.key": fakeKey("tunnel-1-keys-home-private"),
        "preshared.key": fakeKey("tunnel-1-keys-preshared"),
        "peer.pub": publicKeys?.["colo"],
      },
      "tunnel-1-colo-key-converge": {
        "private.key": fakeKey("tunnel-1-keys-colo-private"),
        "preshared.key": fakeKey("tunnel-1-keys-preshared"),
        "peer.pub": publicKeys?.["home"],
      },
    });
    expect(Object.values(privateKeys ?? {}).map(isSecret)).toEqual([true, true]);
    for (const name of ["home-private", "colo-private", "preshared"]) {
      // Not RandomBytes, whose resource id would be the key, in clear.
      const random = first?.get(`tunnel-1-keys-${name}`);
      expect(random?.type).toBe("random:index/randomPassword:RandomPassword");
      expect(random?.inputs).toMatchObject({ length: 64, special: false, keepers: { epoch: "1" } });
    }
  });
});
