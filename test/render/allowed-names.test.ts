import { namesSet, renderAllowedNames } from "../../render/allowed-names";
import { Prefix } from "../../network/prefix";
import { segmentsOf } from "../support/segments";

const lines = (...allow: readonly (readonly (string | Prefix)[])[]) =>
  renderAllowedNames(segmentsOf(allow.map((each) => ({ mode: "iot", allow: each }))));

test("nothing is said where no name is allowed", () => {
  expect(lines([], [Prefix.of("2001:db8:46::/64")])).toEqual([]);
});

const setsOf = (line: string | undefined) => line?.replace(/6#inet#ipv6_home#/g, "").split("/");

test("a name fills the set of each segment that allows it, and that of itself there", () => {
  const [, title, line, ...more] = lines(["time.example.net"], ["time.example.net"]);
  expect([title, more]).toEqual(["# What devices may reach by name", []]);
  const [, own] = /names_s1_([0-9a-f]{8})/.exec(line ?? "") ?? [];
  expect(setsOf(line)).toEqual([
    "nftset=",
    "time.example.net",
    `names_s1,names_s1_${own ?? ""},names_s2,names_s2_${own ?? ""}`,
  ]);
  expect(line).toContain("/6#inet#ipv6_home#names_s1,6#inet#ipv6_home#names_s1_");
  expect(segmentsOf([{}]).map(namesSet)).toEqual(["names_s1"]);
});

test("a name below another one that is allowed elsewhere fills both sets: dnsmasq heeds the longest only", () => {
  const filled = lines(["example.net"], ["time.example.net"], ["ample.net"])
    .slice(2)
    .map((line) => [setsOf(line)?.[1], [...line.matchAll(/(names_s\d)(?:,|$)/g)].map(([, set]) => set)]);
  expect(filled).toEqual([
    ["ample.net", ["names_s3"]],
    ["example.net", ["names_s1"]],
    ["time.example.net", ["names_s1", "names_s2"]],
  ]);
});
