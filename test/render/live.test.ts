import { spawnSync } from "node:child_process";
import { addressState, routeState } from "../../render/live";

/** What the filters of a state command make of a text, without the command that looks. */
function filtered(state: string, text: string): string {
  const filters = state.slice(state.indexOf("|") + 1);
  const { stdout, status } = spawnSync("sh", ["-c", filters], { input: text, encoding: "utf8" });
  expect(status).toBe(0);
  return stdout;
}

test("an address prints the same under another number, while it is tried and after", () => {
  const line = (index: number, flags: string) =>
    `${index}: eth1    inet6 2001:db8::1/64 scope global${flags} \\       valid_lft forever preferred_lft forever\n`;
  const state = addressState("eth1", "2001:db8::1");
  expect(filtered(state, line(3, " tentative"))).toBe("eth1    inet6 2001:db8::1/64 scope global\n");
  expect(filtered(state, line(14, ""))).toBe(filtered(state, line(3, " tentative")));
  expect(filtered(state, line(3, "").replace("::1/", "::2/"))).not.toBe(filtered(state, line(3, "")));
});

test("routes print the same in any order, with and without a carrier", () => {
  const state = routeState("dev eth1");
  const up = "2001:db8:1::/64 metric 1024 pref medium\n2001:db8:2::/64 metric 1024 pref medium\n";
  const down =
    "2001:db8:2::/64 metric 1024 linkdown pref medium\n2001:db8:1::/64 metric 1024 dead linkdown pref medium\n";
  expect(filtered(state, down)).toBe(up);
  expect(filtered(state, up.replace("1024", "512"))).not.toBe(up);
});
