import { mtuPlan } from "../../network/mtu-plan";
import { renderDhcp4 } from "../../render/dhcp4";
import { segmentsOf } from "../support/segments";

const lines = (mode: "v6only" | "v6mostly" | "legacy" | "guest" | "iot") =>
  segmentsOf([{ mode }]).flatMap((segment) => renderDhcp4(segment, "home.arpa", mtuPlan(1500)));

test.each(["v6only", "iot"] as const)("a segment of mode %s has no DHCPv4", (mode) => {
  expect(lines(mode)).toEqual([]);
});

test("machines that need IPv4 get an address, and the size that fits the tunnel", () => {
  expect(lines("legacy")).toEqual([
    "dhcp-range=set:segment/s1,172.31.1.100,172.31.1.249,255.255.255.0,2700",
    "dhcp-option=tag:segment/s1,option:router,172.31.1.1",
    "dhcp-option=tag:segment/s1,option:dns-server,172.31.1.1",
    "dhcp-option=tag:segment/s1,option:mtu,1420",
    "domain=home.arpa,172.31.1.0/24,local",
  ]);
});

test.each(["v6mostly", "guest"] as const)("in mode %s those that can do without are told so", (mode) => {
  const option = "dhcp-option=tag:segment/s1,option:ipv6-only,1800";
  expect(lines(mode).filter((line) => !lines("legacy").includes(line))).toEqual([option]);
});
