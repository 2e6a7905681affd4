import { siteAddresses } from "../../network/address-plan";
import { Prefix } from "../../network/prefix";
import { mustBeOpen } from "../../stacks/forwards";
import { machinesOf } from "../../stacks/machines";
import { exampleSettings, joolSettings } from "../support/settings";
import { bundlesOf, factsOf, recordHome } from "../support/stacks";

const colo = exampleSettings("colo", joolSettings);
const { forwards } = factsOf(colo);
const site = { prefix: Prefix.of("2001:db8:beef:100::/56") };
const game = { name: "game", segment: "lan", host: "::ff:fe00:101", protocol: "udp", port: 27015 };
const ssh = { name: "laptop-ssh", segment: "lan", host: "::ff:fe00:101", protocol: "tcp", port: 22 };

test("a home opens to visitors with IPv4 what the colo forwards, and only what it says itself", async () => {
  const home = exampleSettings("home", { "lan.pinholes": [ssh, { ...game, from: ["64:ff9b::/96"] }] });
  const [firewall] = bundlesOf(await recordHome(home, colo)).filter(
    ({ component }) => component === "firewall",
  );
  const rules = firewall?.files.find(({ path }) => path.endsWith("firewall.nft"))?.content;
  expect(rules).toContain("64:ff9b::/96 . 2001:db8:beef:101:0:ff:fe00:101 . udp . 27015");
});

const toldOf = (more: readonly object[]) => () => {
  const home = exampleSettings("home", { "lan.pinholes": [ssh, ...more] });
  const { addresses } = factsOf(colo);
  const { segments } = siteAddresses(addresses, home.siteNumber, home.segments, home.ipv4Prefix);
  mustBeOpen(forwards, site, machinesOf(home, segments).pinholes);
};

test.each([
  ["nothing", []],
  ["another port", [{ ...game, port: 27014 }]],
  ["another protocol", [{ ...game, protocol: "tcp" }]],
  ["others alone", [{ ...game, from: ["2001:db8:46::/64"] }]],
])("a home that opens %s is told of the forward", (_, more) => {
  expect(toldOf(more)).toThrow(
    "lan.pinholes: given none for udp 27015 of 2001:db8:beef:101:0:ff:fe00:101, to which the colo forwards its IPv4 port 27015 (laptop-game); allowed is a forward of the colo only with a pinhole of the home; add one whose from is 64:ff9b::/96 (or that has none), or remove it from nat64.forwards of the colo's stack",
  );
});

test("forwards to other sites are none of its business", () => {
  expect(() => {
    mustBeOpen(forwards, { prefix: Prefix.of("2001:db8:beef:200::/56") }, []);
  }).not.toThrow();
  expect(() => {
    mustBeOpen(forwards, site, []);
  }).toThrow(/laptop-ssh[^]*laptop-game/);
});
