import { Prefix } from "../../network/prefix";
import { mustAskFromInside } from "../../stacks/metrics";

const site = { prefix: Prefix.of("2001:db8:beef:100::/56") };
const from = (...prefixes: string[]) => ({ from: prefixes.map((each) => Prefix.of(each)) });

test("a home is asked how it is by machines at home", () => {
  expect(() => mustAskFromInside(undefined, site)).not.toThrow();
  expect(() => mustAskFromInside(from("2001:db8:beef:101::/64"), site)).not.toThrow();
});

test.each(["2001:db8:beef:201::/64", "2001:db8:beef::/48", "::/0"])("and not by %s", (outside) => {
  expect(() => mustAskFromInside(from("2001:db8:beef:101::/64", outside), site)).toThrow(
    `metrics.from[1]: given "${outside}", which is outside; allowed is prefixes of 2001:db8:beef:100::/56; name a part of a home's /56`,
  );
});
