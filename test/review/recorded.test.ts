import { changesOf, othersOf } from "../../review/change";
import { readEngineJson } from "../../review/engine-json";
import { summaryOf } from "../../review/markdown";
import { recorded, recording } from "./support";

/** Every changed file: host, component, path, added and removed lines. */
const filesOf = (name: string) =>
  changesOf(recorded(name)).flatMap(({ host, name: component, files }) =>
    files
      .filter(({ path }) => path !== undefined)
      .map(({ path, formerPath, diff }) => ({
        where: `${host} ${component} ${formerPath === undefined ? "" : `${formerPath} → `}${path ?? ""}`,
        lines: diff.filter((line) => /^[-+]/.test(line)).map((line) => line.replace(/\s+/g, " ")),
      })),
  );

const risksOf = (name: string) =>
  Object.fromEntries(
    changesOf(recorded(name)).map(({ name: component, risks }) => [
      component,
      risks.map(({ label }) => label),
    ]),
  );

describe("a new pinhole and a new epoch", () => {
  const name = "home-pinhole-and-epoch.events";

  test("is one line of the home's firewall, and the tunnel's files at both ends", () => {
    const files = filesOf(name);
    expect(files.map(({ where }) => where).sort()).toEqual([
      "colo tunnel-colo /etc/ipv6-home/sites/site-vpn1-0.nft → /etc/ipv6-home/sites/site-vpn1-1.nft",
      "colo tunnel-colo /etc/systemd/system/ipv6-home-vpn1-0.service → /etc/systemd/system/ipv6-home-vpn1-1.service",
      "home home-firewall /etc/ipv6-home/firewall.nft",
      "home tunnel-home /etc/systemd/system/ipv6-home-vpn0.service → /etc/systemd/system/ipv6-home-vpn1.service",
    ]);
    expect(files.find(({ where }) => where.includes("firewall.nft"))?.lines).toEqual([
      '+ 2001:db8:beef:101:0:ff:fe00:102 . tcp . 8080 comment "phone-web",',
    ]);
  });

  test("has the risks of each part", () => {
    expect(risksOf(name)).toEqual({
      "home-firewall": ["can cut SSH", "reloads"],
      "tunnel-home-key": ["can cut SSH", "rotates keys"],
      "tunnel-colo-key": ["can cut SSH", "rotates keys"],
      "tunnel-home": ["can cut SSH", "rotates keys"],
      "tunnel-colo": ["can cut SSH", "rotates keys"],
    });
  });

  test("names what is not on a host", () => {
    expect(othersOf(recorded(name)).sort()).toEqual(
      ["colo-private", "home-private", "preshared"].map(
        (key) => `replace random:index/randomPassword:RandomPassword tunnel-2-keys-${key}`,
      ),
    );
  });

  test("is the same out of the digest of pulumi preview --json", () => {
    const byName = (text: string) =>
      [...changesOf(readEngineJson("home", text))].sort((a, b) => a.name.localeCompare(b.name));
    expect(byName(recording("home-pinhole-and-epoch.json"))).toEqual(byName(recording(name)));
  });
});

test("no change is no changes", () => {
  expect(summaryOf([recorded("home-unchanged.events")])).toBe("**no changes**");
});

test("a new login is no change of any file, and every component is applied again", () => {
  const changes = changesOf(recorded("colo-host-key.events"));
  expect(changes.map(({ name }) => name).sort()).toEqual([
    "colo-dns64",
    "colo-firewall",
    "colo-host",
    "colo-nat64",
    "colo-prefix",
  ]);
  for (const { files, otherInputs, risks } of changes)
    expect([files, otherInputs, risks]).toEqual([[], ["connection"], []]);
});

test("another pool restarts the translator and reloads the firewall", () => {
  expect(risksOf("colo-pool.events")).toEqual({
    "colo-firewall": ["can cut SSH", "reloads"],
    "colo-nat64": ["drops sessions"],
  });
});

test("a mistake in the settings is told as the program tells it", () => {
  const preview = recorded("home-mistake.events");
  expect([preview.complete, preview.steps]).toEqual([false, []]);
  expect(preview.errors).toEqual([
    'the settings of this stack have mistakes; nothing was touched\n  site.number: given "256"; allowed is a whole number from 1 to 255; a /48 has 256 sites; number 0 is the colo',
  ]);
});

test("an event log that stops in the middle is not complete", () => {
  const lines = recording("colo-pool.events").trimEnd().split("\n");
  expect(readEngineJson("colo", lines.join("\n")).complete).toBe(true);
  expect(readEngineJson("colo", lines.slice(0, 2).join("\n")).complete).toBe(false);
  expect(readEngineJson("colo", "").complete).toBe(false);
});

test("policies that were asked, and what they refuse, come out of the events", () => {
  const events = [
    {
      policyAnalyzeSummaryEvent: {
        resourceUrn: "urn:pulumi:home::p::t::n",
        policyPackName: "ipv6-home",
        passed: ["host-key-pinned"],
        failed: ["no-secret-in-command"],
      },
    },
    {
      policyEvent: {
        resourceUrn: "urn:pulumi:home::p::t::n",
        message: "<{%reset%}>a secret in the text<{%reset%}>\n",
        policyName: "no-secret-in-command",
        policyPackName: "ipv6-home",
        enforcementLevel: "mandatory",
      },
    },
    { summaryEvent: { result: "succeeded" } },
  ];
  const preview = readEngineJson("home", events.map((each) => JSON.stringify(each)).join("\n"));
  expect(preview.policies).toEqual(["ipv6-home/host-key-pinned", "ipv6-home/no-secret-in-command"]);
  expect(preview.violations).toEqual([
    {
      urn: "urn:pulumi:home::p::t::n",
      policy: "ipv6-home/no-secret-in-command",
      level: "mandatory",
      message: "a secret in the text",
    },
  ]);
});
