import { Address } from "../../network/address";
import { Prefix } from "../../network/prefix";
import { quoted, renderTunnelUnit, type TunnelEnd } from "../../render/tunnel-unit";

const end: TunnelEnd = {
  interface: "vpn0",
  description: "Tunnel vpn0",
  port: 51820,
  mtu: 1440,
  local: Address.of("fd00::2"),
  peer: Address.of("fd00::1"),
  allowedIps: [Prefix.of("2001:db8:1::/56"), Prefix.of("fd00::2/128")],
  routes: ["default table vpn metric 1024", "fd00::1 metric 128"],
  takeOver: "follow",
};

const valuesOf = (unit: string, key: string) =>
  unit.split("\n").flatMap((line) => (line.startsWith(`${key}=`) ? [line.slice(key.length + 1)] : []));

test("a route is one argument of a command line", () => {
  expect(quoted(end.routes)).toBe('"default table vpn metric 1024" "fd00::1 metric 128"');
});

test("the end that answers dials nobody, and its routes follow, after address and link", () => {
  const steps = valuesOf(renderTunnelUnit(end), "ExecStartPost");
  expect(steps.map((step) => step.replace(/^\S*\//, ""))).toEqual([
    "wireguard-peer vpn0 51820 2001:db8:1::/56,fd00::2/128",
    "ip link set dev vpn0 mtu 1440 up",
    "ip -6 address replace fd00::2 peer fd00::1 dev vpn0",
    `wireguard-routes follow vpn0 ${quoted(end.routes)}`,
  ]);
});

test("the end that dials names the other one", () => {
  const unit = renderTunnelUnit({ ...end, endpoint: "192.0.2.1:51820" });
  expect(valuesOf(unit, "ExecStartPost")[0]).toMatch(/fd00::2\/128 192\.0\.2\.1:51820$/);
});

test("what is done besides comes first and goes last, and its failure is none of the unit", () => {
  const unit = renderTunnelUnit({ ...end, also: { start: ["/bin/in"], stop: ["/bin/out"] } });
  expect(valuesOf(unit, "ExecStartPost")[0]).toBe("-/bin/in");
  expect(valuesOf(unit, "ExecStopPost").at(-1)).toBe("-/bin/out");
});
