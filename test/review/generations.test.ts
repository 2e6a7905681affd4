import { joinGenerations } from "../../review/generations";
import type { Step } from "../../review/preview";

const step = (operation: Step["operation"], name: string, under = "HostConfig"): Step => ({
  urn: `urn:pulumi:home::ipv6-home::ipv6home:components:Tunnel$ipv6home:components:${under}$command:remote:Command::${name}`,
  operation,
  inputs: [],
});

test("a generation that comes and one that goes are one change", () => {
  const joined = joinGenerations([
    step("create", "tunnel-3-home-config-converge"),
    step("update", "home-firewall-config-converge"),
    step("delete", "tunnel-2-home-config-converge"),
  ]);
  expect(joined.map(({ operation }) => operation)).toEqual(["replace", "update"]);
  expect(joined[0]).toMatchObject({ generations: ["2", "3"] });
});

test("a tunnel that only comes, or only goes, is what it is", () => {
  for (const operation of ["create", "delete"] as const)
    expect(joinGenerations([step(operation, "tunnel-3-home-config-converge")])).toHaveLength(1);
});

test("how a generation will be taken away is not shown", () => {
  expect(joinGenerations([step("create", "tunnel-3-home-removal-converge", "HostRemoval")])).toEqual([]);
});
