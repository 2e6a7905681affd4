import type { Bundle } from "../../render/bundle";
import { changesOf } from "../../review/change";
import { riskLabels } from "../../review/risk";
import { previewOf, recorded, stepOf } from "./support";

const file = (path: string, content: string) => ({ path, content });
const bundle = (content: string, more: Partial<Bundle> = {}): Bundle => ({
  component: "some",
  files: [file("/etc/some.conf", content), file("/etc/other.conf", "same\n")],
  ...more,
});
const unit = (action: "reload" | "restart", path: string, name = "some.service") => ({
  units: [{ unit: name, action, paths: [path] }],
});

/** The risks of one step, `label: about`. */
const risks = (...args: Parameters<typeof stepOf>) =>
  changesOf(previewOf([stepOf(...args)])).flatMap((change) =>
    change.risks.map(({ label, about }) => `${label}: ${about}`),
  );
const [old, changed] = ["old\n", "new\n"];

describe("a changed file", () => {
  const of = (name: string, more: Partial<Bundle>) =>
    risks("update", name, bundle(old, more), bundle(changed, more));

  test("of a unit that restarts drops its sessions", () => {
    expect(of("colo-nat64-config-converge", unit("restart", "/etc/some.conf"))).toEqual([
      "drops sessions: some.service",
    ]);
  });

  test("of a unit that reloads does not", () => {
    expect(of("colo-dns64-config-converge", unit("reload", "/etc/some.conf"))).toEqual([
      "reloads: some.service",
    ]);
  });

  test("that no unit hears of is noticed by nobody", () => {
    expect(of("colo-dns64-config-converge", unit("restart", "/etc/other.conf"))).toEqual([]);
  });

  test("that another component's unit hears of counts as well", () => {
    const notifies = [{ unit: "far.service", action: "restart" as const, paths: ["/etc/some.conf"] }];
    expect(of("colo-dns64-config-converge", { notifies })).toEqual(["drops sessions: far.service"]);
  });

  test("of sysctls is a reload", () => {
    expect(of("colo-dns64-config-converge", { sysctls: ["/etc/some.conf"] })).toEqual([
      "reloads: /etc/some.conf",
    ]);
  });

  test.each([
    ["home-firewall-config-converge", "the rules that let SSH in"],
    ["home-prefix-config-converge", "routes and sysctls"],
    ["home-host-base-converge", "the programs and packages that all else is applied with"],
    ["tunnel-home-config-converge", "logins that come by the tunnel"],
  ])("of %s can cut SSH", (name, about) => {
    expect(of(name, {})).toEqual([`can cut SSH: ${about}`]);
  });

  test("of the LAN can cut SSH only if addresses change", () => {
    expect(of("home-lan-config-converge", {})).toEqual([]);
    const files = (content: string) => ({ files: [file("/etc/x/ipv6-home-lan.service", content)] });
    expect(
      risks("update", "home-lan-config-converge", bundle("", files(old)), bundle("", files(changed))),
    ).toEqual(["can cut SSH: addresses of the LAN's interfaces"]);
  });
});

test("a unit that is not in the new bundle any more is stopped", () => {
  const before = bundle(old, unit("restart", "/etc/some.conf", "gone.service"));
  expect(risks("update", "colo-dns64-config-converge", before, bundle(old))).toEqual([
    "drops sessions: gone.service",
  ]);
});

test("a file whose mode changes counts as changed", () => {
  const with0600 = bundle("", { files: [{ ...file("/etc/some.conf", old), mode: "0600" }] });
  const with0644 = bundle("", { files: [file("/etc/some.conf", old)] });
  const [change] = changesOf(
    previewOf([stepOf("update", "home-firewall-config-converge", with0600, with0644)]),
  );
  expect(change?.files).toMatchObject([{ attributes: "0600 root:root → 0644 root:root", diff: [] }]);
  expect(change?.risks).toHaveLength(1);
});

describe("a component that", () => {
  const with0 = bundle(old, unit("restart", "/etc/some.conf"));

  test("goes is destroyed, with what runs through its units", () => {
    expect(risks("delete", "colo-nat64-config-converge", with0, undefined)).toEqual([
      "destroys: is removed from the host",
      "drops sessions: some.service",
    ]);
  });

  test("goes and comes back is destroyed first", () => {
    expect(risks("replace", "colo-nat64-config-converge", with0, with0)).toEqual([
      "destroys: is removed and made anew",
      "drops sessions: some.service",
    ]);
  });

  test("comes for the first time drops and reloads nothing", () => {
    expect(risks("create", "colo-nat64-config-converge", undefined, with0)).toEqual([]);
  });

  test("has a new generation rotates keys, beside the old one", () => {
    expect(
      risks(
        "replace",
        "tunnel-home-config-converge",
        with0,
        bundle(changed, unit("restart", "/etc/some.conf")),
        ["1", "2"],
      ),
    ).toEqual(["can cut SSH: logins that come by the tunnel", "rotates keys: generation 1 to 2"]);
  });

  test("goes without another generation is destroyed", () => {
    expect(risks("delete", "tunnel-1-home-config-converge", with0, undefined)).toContain(
      "destroys: is removed from the host",
    );
  });
});

test("keys that change without a new generation are told", () => {
  const step = {
    urn: stepOf("update", "tunnel-home-key-converge", undefined, undefined).urn,
    inputs: ["stdin"],
  };
  const [change] = changesOf(previewOf([{ ...step, operation: "update", old: {}, new: {} }]));
  expect(change).toMatchObject({ hidden: true, files: [] });
  expect(change?.risks.map(({ label }) => label)).toEqual(["can cut SSH", "rotates keys"]);
});

test("risks come the worst first", () => {
  const all = changesOf(recorded("home-segment-gone.events")).map(({ risks: found }) =>
    found.map(({ label }) => riskLabels.indexOf(label)),
  );
  expect(all.flat().length).toBeGreaterThan(3);
  for (const each of all) expect(each).toEqual([...each].sort());
});
