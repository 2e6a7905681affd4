import { namesSet, renderAllowedNames } from "../../render/allowed-names";
import { Prefix } from "../../network/prefix";
import { segmentsOf } from "../support/segments";

const lines = (...allow: readonly (readonly (string | Prefix)[])[]) =>
  renderAllowedNames(segmentsOf(allow.map((each) => ({ mode: "iot", allow: each }))));

test("nothing is said where no name is allowed", () => {
  expect(lines([], [Prefix.of("2001:db8:46::/64")])).toEqual([]);
});

test("a name fills the set of each segment that allows it", () => {
  expect(lines(["time.example.net"], ["time.example.net"])).toEqual([
    "",
    "# What devices may reach by name",
    "nftset=/time.example.net/6#inet#ipv6_home#names_s1,6#inet#ipv6_home#names_s2",
  ]);
  expect(segmentsOf([{}]).map(namesSet)).toEqual(["names_s1"]);
});

test("a name below another one that is allowed elsewhere fills both sets: dnsmasq heeds the longest only", () => {
  expect(lines(["example.net"], ["time.example.net"], ["ample.net"])).toEqual(
    expect.arrayContaining([
      "nftset=/ample.net/6#inet#ipv6_home#names_s3",
      "nftset=/example.net/6#inet#ipv6_home#names_s1",
      "nftset=/time.example.net/6#inet#ipv6_home#names_s1,6#inet#ipv6_home#names_s2",
    ]),
  );
});
