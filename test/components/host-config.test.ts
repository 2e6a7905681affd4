import * as pulumi from "@pulumi/pulumi";
import { connectionTo } from "../../components/host-access";
import { readAsset } from "../../components/assets";
import { HostRemoval } from "../../components/host-removal";
import { HostConfig, type HostConfigArgs } from "../../components/host-config";
import { manifestHash } from "../../render/bundle";
import { isSecret, record, textOf, type Recorded } from "../support/record";
import { exampleSettings } from "../support/settings";
import { recordColo, recordHome } from "../support/stacks";

const bundle = { component: "some", files: [{ path: "/etc/some", content: "a\n" }] };
const access = { connection: connectionTo(exampleSettings("colo").login), guardWindowSec: 60, ready: [] };

async function commandOf(args: Partial<HostConfigArgs> = {}): Promise<Recorded> {
  const recording = await record(() => {
    new HostConfig("some", { host: access, component: "some", bundle, ...args });
    return {};
  });
  return recording.get("some-converge");
}

test("a component is applied by converge, or says whose task that is", async () => {
  const { inputs } = await commandOf();
  expect(inputs["create"]).toBe(
    [
      "[ -x /usr/local/lib/ipv6-home/converge ] || { cat >/dev/null; cat /var/lib/ipv6-home/.went-back >&2 2>/dev/null;",
      `echo "some: /usr/local/lib/ipv6-home/converge is not on this host; run 'pulumi up' for the stack that owns the host" >&2; exit 1; }`,
      "exec /usr/local/lib/ipv6-home/converge apply some",
    ].join("\n"),
  );
  expect(inputs["stdin"]).toBe("ipv6-home bundle 1\nfile 0644 root:root /etc/some\n    a\n");
});

const beforeRemoval = [
  "[ -e /var/lib/ipv6-home/host/directives ] || { cat >/dev/null; exit 0; }",
  `[ -x /usr/local/lib/ipv6-home/converge ] || { cat >/dev/null; echo "/usr/local/lib/ipv6-home/converge is not on this host, which was begun and not finished; run 'pulumi up' for the stack that owns it, then destroy" >&2; exit 1; }`,
];

test("it is removed by converge; a host without it was reinstalled and has nothing to remove", async () => {
  const { inputs } = await commandOf();
  expect(inputs["delete"]).toBe(
    [...beforeRemoval, "exec /usr/local/lib/ipv6-home/converge remove some"].join("\n"),
  );
});

test("a bundle with keys is secret in, and secret out", async () => {
  const { inputs, additionalSecretOutputs } = await commandOf({ secret: true });
  expect(isSecret(inputs["stdin"])).toBe(true);
  expect(inputs["logging"]).toBe("none");
  expect(additionalSecretOutputs).toEqual(expect.arrayContaining(["stdout", "stderr"]));
});

test("a bundle made of a secret is secret even if nobody says so", async () => {
  const { inputs } = await commandOf({ bundle: pulumi.secret(bundle) });
  expect(isSecret(inputs["stdin"])).toBe(true);
});

test("what belongs to a generation says so, and is removed by another resource", async () => {
  const { inputs } = await commandOf({ generation: 3 });
  expect(inputs["create"]).toMatch(/exec \S+ apply some 3$/);
  expect(inputs["delete"]).toBeUndefined();
});

test("that other one creates nothing, and removes one after the other", async () => {
  const recording = await record(() => {
    const call = (component: string) => ({ verb: "remove" as const, component });
    new HostRemoval("some", {
      host: access,
      calls: [call("some"), call("some-key")],
      generation: 3,
      after: [],
    });
    return {};
  });
  const { inputs } = recording.get("some-converge");
  expect(inputs["create"]).toBeUndefined();
  expect(inputs["delete"]).toBe(
    [
      ...beforeRemoval,
      "/usr/local/lib/ipv6-home/converge remove some 3 </dev/null || exit",
      "exec /usr/local/lib/ipv6-home/converge remove some-key 3",
    ].join("\n"),
  );
});

test("at the colo it names the stack whose site it takes away, so that no other one's goes", async () => {
  const recording = await recordHome(exampleSettings("home"), exampleSettings("colo"));
  const deletes = ["colo-release", "colo-removal", "home-removal"].map((name) =>
    textOf(recording.get(`tunnel-1-${name}-converge`).inputs["delete"])
      .split("\n")
      .at(-1),
  );
  expect(deletes).toEqual([
    "exec /usr/local/lib/ipv6-home/converge release site-vpn1-0 1 organization/ipv6-home/home",
    "exec /usr/local/lib/ipv6-home/converge remove site-vpn1-0-key 1 organization/ipv6-home/home",
    "exec /usr/local/lib/ipv6-home/converge remove tunnel-vpn0-key 1",
  ]);
});

test("a host without converge takes it out of the bundle itself, to come and to go", async () => {
  const { inputs } = (await recordColo(exampleSettings("colo"))).get("colo-host-base-converge");
  expect(inputs["create"]).toBe(`set -- host\n${readAsset("host/bootstrap.sh")}`);
  expect(textOf(inputs["delete"]).split("\n").slice(0, 2)).toEqual([
    "[ -d /var/lib/ipv6-home ] || { cat >/dev/null; exit 0; }",
    "set -- host remove",
  ]);
  expect(textOf(inputs["stdin"])).toContain(
    "file 0755 root:root /usr/local/lib/ipv6-home/converge\n    #!/bin/bash\n",
  );
});

test("an asset is found from wherever the program runs", () => {
  expect(readAsset("host/converge.sh").startsWith("#!/bin/bash\n")).toBe(true);
  expect(() => readAsset("host/none.sh")).toThrow("ENOENT");
});

describe("on a host that was looked at", () => {
  const seen = (differences: readonly string[]) => ({
    ...access,
    observed: {
      id: "0123456789ab",
      components: new Map([
        [
          "some",
          {
            generation: undefined,
            manifest: manifestHash(bundle),
            convergedAt: "2026-01-02T03:04:05.678Z",
            differences,
          },
        ],
      ]),
    },
  });
  const recordingOf = (host: HostConfigArgs["host"]) =>
    record(() => {
      new HostConfig("some", { host, component: "some", bundle });
      return {};
    });

  test("a component that is as it should be is no change", async () => {
    const { inputs, ignoreChanges } = (await recordingOf(seen([]))).get("some-converge");
    expect(inputs["update"]).toBe(inputs["create"]);
    expect(ignoreChanges).toEqual(["update"]);
  });

  test("one that is not is a change that says what differs, in comments", async () => {
    const { inputs, ignoreChanges } = (await recordingOf(seen(["- /etc/some", "+ `rm -rf /`"]))).get(
      "some-converge",
    );
    expect(inputs["update"]).toBe(
      [
        textOf(inputs["create"]),
        "# converged 2026-01-02T03:04:05.678Z, and now:",
        "# - /etc/some",
        "# + `rm -rf /`",
      ].join("\n"),
    );
    expect(ignoreChanges).toEqual([]);
  });
});
