import * as fc from "fast-check";
import { modeOf } from "../../observe/observe";
import { driftOf, parseReport } from "../../observe/report";
import { observeModes } from "../../settings/settings";

const report = [
  "ipv6-home observed 1 0123456789ab",
  "component firewall - aaaa 2026-01-02T03:04:05.678Z",
  "component site-vpn1-0 3 bbbb 2026-01-02T03:04:06.000Z organization/ipv6-home/home",
  "    - /etc/some",
  "    + /etc/other",
  "component lan - - -",
  "    ! a run that was to converge it did not end",
  "",
].join("\n");

test("a report is read whole", () => {
  const host = parseReport(report);
  expect(host.id).toBe("0123456789ab");
  expect(Object.fromEntries(host.components)).toEqual({
    firewall: {
      generation: undefined,
      manifest: "aaaa",
      convergedAt: "2026-01-02T03:04:05.678Z",
      differences: [],
    },
    "site-vpn1-0": {
      generation: 3,
      manifest: "bbbb",
      convergedAt: "2026-01-02T03:04:06.000Z",
      owner: "organization/ipv6-home/home",
      differences: ["- /etc/some", "+ /etc/other"],
    },
    lan: {
      generation: undefined,
      manifest: undefined,
      convergedAt: undefined,
      differences: ["! a run that was to converge it did not end"],
    },
  });
});

test("what is no report is refused with a sentence, whatever it is", () => {
  expect(() => parseReport("ipv6-home observed 2 x\n")).toThrow(
    'the report begins with "ipv6-home observed 2 x"; allowed is "ipv6-home observed 1"; run pulumi up with this program first',
  );
  expect(() => parseReport("ipv6-home observed 1 x\nsurprise\n")).toThrow('has a line "surprise"');
  fc.assert(
    fc.property(fc.string(), (text) => {
      try {
        parseReport(text);
      } catch (error) {
        expect((error as Error).message).toMatch(/^the report /);
      }
    }),
  );
});

test("drift is what differs, what is of another generation or version, and what is not there", () => {
  const host = parseReport(report);
  const drift = (component: string, generation?: number, manifest?: string) =>
    driftOf(host, { component, generation, manifest });
  expect(drift("firewall", undefined, "aaaa")).toEqual([]);
  expect(drift("firewall", undefined, "cccc")).toEqual([
    "converged 2026-01-02T03:04:05.678Z, and now:",
    "! the host has another version of it",
  ]);
  expect(drift("site-vpn1-0", 3)).toEqual([
    "converged 2026-01-02T03:04:06.000Z, and now:",
    "- /etc/some",
    "+ /etc/other",
  ]);
  expect(drift("site-vpn1-0", 4)).toContain("+ generation 3");
  const owned = { component: "site-vpn1-0", generation: 3, manifest: undefined };
  expect(driftOf(host, { ...owned, owner: "organization/ipv6-home/home" })).toHaveLength(3);
  expect(driftOf(host, { ...owned, owner: "organization/ipv6-home/cabin" })).toEqual([
    "host 0123456789ab has it from stack organization/ipv6-home/home",
  ]);
  // It names the host's id, or a run that ended half way twice would be the same drift twice, and none.
  expect(drift("lan", undefined, "dddd")).toEqual([
    "converged never on host 0123456789ab, and now:",
    "! a run that was to converge it did not end",
  ]);
  expect(drift("nat64", undefined, "dddd")).toEqual(["host 0123456789ab does not have it"]);
});

test("the variable takes the place of the setting, and takes only what the setting takes", () => {
  for (const mode of observeModes) {
    expect(modeOf(mode, undefined)).toBe(mode);
    expect(modeOf(mode, "")).toBe(mode);
    expect(modeOf("auto", mode)).toBe(mode);
  }
  expect(() => modeOf("auto", "yes")).toThrow(
    "IPV6_HOME_OBSERVE: given yes; allowed is auto, always, never; unset it to follow the setting observe",
  );
});
