import { deadHosts, deadHostsVariable, type HostRole } from "../../stacks/dead-hosts";
import { homeStack } from "../../stacks/home";
import { record, type Recorded } from "../support/record";
import { exampleSettings } from "../support/settings";
import { commandsOf, factsOf, hostOf } from "../support/stacks";

test.each([
  ["home", undefined, []],
  ["home", "", []],
  ["home", "home", ["home"]],
  ["home", "colo,home", ["colo", "home"]],
  ["colo", "colo", ["colo"]],
] as const)("in a %s stack %p names %p", (role, variable, hosts) => {
  expect(deadHosts(variable, role)).toEqual(hosts);
});

test.each([
  ["home", "cabin", 'given "cabin"; allowed in a home stack is home, colo or home,colo; unset it'],
  ["home", "home colo", 'given "home colo"; allowed'],
  ["colo", "home", 'given "home"; allowed in a colo stack is colo; unset it'],
] as const)("in a %s stack %p is refused with a sentence", (role, variable, sentence) => {
  expect(() => deadHosts(variable, role)).toThrow(`${deadHostsVariable}: ${sentence}`);
});

const colo = exampleSettings("colo");
const home = exampleSettings("home");
const recordDead = (dead: readonly HostRole[]) =>
  record(() => homeStack(home, factsOf(colo), "organization/ipv6-home/home", {}, dead));
const isRetained = ({ retainOnDelete }: Recorded) => retainOnDelete;

test.each([
  ["home", home.login.address],
  ["colo", colo.login.address],
] as const)(
  "what is on a dead %s is dropped from the state; the other host is cleaned",
  async (dead, address) => {
    const commands = commandsOf(await recordDead([dead]));
    const release = commands.filter(({ name }) => name === "tunnel-1-colo-release-converge");
    const others = commands.filter((command) => !release.includes(command));
    expect(others.filter(isRetained)).toEqual(others.filter((command) => hostOf(command) === address));
    // The colo would wait for a sign of life.
    expect(release.map(isRetained)).toEqual([true]);
  },
);

test("nothing is dropped while all are alive", async () => {
  expect(commandsOf(await recordDead([])).filter(isRetained)).toEqual([]);
});
