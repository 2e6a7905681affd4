import { parseReport } from "../../observe/report";
import { compare, renderDrift } from "../../tools/drift/table";

const seen = parseReport(
  [
    "ipv6-home observed 1 0123456789ab",
    "component firewall - aaaa 2026-01-02T03:04:05.678Z",
    "component site-vpn1-0 3 bbbb 2026-01-02T03:04:05.678Z",
    "component site-vpn1-0-key 3 cccc 2026-01-02T03:04:05.678Z",
    "    ! private.key: its content differs",
    "component site-vpn2-0-key 1 dddd 2026-01-02T03:04:05.678Z",
    "    ! private.key: its content differs",
    "",
  ].join("\n"),
);

test("each stack answers for its own components at the colo, keys too, and for no other home's", () => {
  expect(compare("colo", "colo", seen, { firewall: "aaaa" })).toEqual({});
  expect(Object.keys(compare("home", "colo", seen, { "site-vpn1-0": "bbbb" }))).toEqual(["site-vpn1-0-key"]);
});

test("another version and a missing component are drift", () => {
  expect(compare("colo", "colo", seen, { firewall: "eeee", nat64: "ffff" })).toEqual({
    firewall: ["converged 2026-01-02T03:04:05.678Z, and now:", "! the host has another version of it"],
    nat64: ["host 0123456789ab does not have it"],
  });
});

test("the table says where and what, or that there is nothing", () => {
  expect(renderDrift("colo", { colo: {} })).toBe("colo: no drift on colo\n");
  expect(renderDrift("home", { home: { lan: ["- a", "+ b"] } })).toBe(
    [
      "home  lan",
      "      - a",
      "      + b",
      "",
      "home: drift; pulumi preview -s home --diff shows it, pulumi up repairs it",
      "",
    ].join("\n"),
  );
});
