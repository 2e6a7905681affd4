import { raWatchPart } from "../../render/ra-watch";
import { exampleLan } from "../support/lan";

const part = (ra: ReturnType<typeof exampleLan>["ra"]) => raWatchPart({ ...exampleLan(), ra });
const startOf = (ra: Parameters<typeof part>[0]) =>
  /^ExecStart=(.*)$/m.exec(part(ra).files[0]?.content ?? "")?.[1]?.split(" ") ?? [];

test("with radvd the uplink is watched, through the tunnel's end at the colo", () => {
  expect(startOf({ daemon: "radvd", uplinkLossSec: 17 })).toEqual([
    "/usr/local/lib/ipv6-home/ra-watch",
    "/run/ipv6-home-ra-watch/foreign",
    "enp1s0,enp3s0",
    "fd00:cafe:f00d::1",
    "17",
    "/run/ipv6-home-ra-watch/uplink",
    "/var/lib/ipv6-home-radvd/advertised",
    "ipv6-home-radvd.service",
  ]);
});

test("with dnsmasq only the segments are", () => {
  expect(startOf({ daemon: "dnsmasq" }).slice(2)).toEqual(["enp1s0,enp3s0"]);
});

test("what it sees is told, and moves nothing", () => {
  const { units, notices } = part({ daemon: "dnsmasq" });
  expect(units.map(({ action, paths }) => [action, paths])).toEqual([
    ["restart", ["/etc/systemd/system/ipv6-home-ra-watch.service"]],
  ]);
  expect(notices).toEqual(["/run/ipv6-home-ra-watch/foreign"]);
});
