import { outputsKeepThePlan } from "../../../policy/prefixes";
import { stackStaysWhole } from "../../../policy/protected";
import { wire, wrapSecret } from "../../../policy/values";
import type { ResourceView, StackRule } from "../../../policy/view";
import { converge, view } from "../support";

const home = ["ipv6home:components:HomeGateway"];
const part = (name: string) => [...home, `ipv6home:components:${name}`, "ipv6home:components:HostConfig"];
const command = (parents: readonly string[], component: string) =>
  view({ parents, props: { delete: converge("remove", component) } });
const gateway = view({ type: "ipv6home:components:HomeGateway" });
const colo = view({ type: "ipv6home:components:ColoServer" });
const host = command(part("Host"), "host");
const wall = command(part("Firewall"), "firewall");
const ends = [command(part("Tunnel"), "tunnel-vpn0 1"), command(part("Tunnel"), "site-vpn1-0 1")];
const stack = (outputs: ResourceView["props"]) => view({ type: "pulumi:pulumi:Stack", props: outputs });
const reference = (prefix: string) =>
  view({ type: "pulumi:pulumi:StackReference", props: { outputs: wrapSecret({ facts: { prefix } }) } });
const plan = {
  prefix: "2001:db8:beef:100::/56",
  segments: { lan: "2001:db8:beef:101::/64", devices: "2001:db8:beef:102::/64" },
  tunnelAddresses: { home: "fd00:cafe:f00d::2", colo: "fd00:cafe:f00d::1" },
};
const facts = { prefix: "2001:db8:beef::/48", tunnelPrefix: "fd00:cafe:f00d::/64" };

/** Of what each rule about a whole stack is content with, and what it refuses. */
export const stackExamples: readonly (readonly [
  StackRule,
  readonly { readonly title: string; readonly given: readonly ResourceView[]; readonly says?: RegExp }[],
])[] = [
  [
    stackStaysWhole,
    [
      { title: "a whole home", given: [gateway, host, wall, ...ends] },
      { title: "a whole colo, which has no tunnel of its own", given: [colo, host, wall] },
      { title: "an empty stack", given: [stack({})] },
      {
        title: "a home without a host",
        given: [gateway, wall, ...ends],
        says: /given no Host that converges/,
      },
      {
        title: "a colo without a firewall",
        given: [colo, host],
        says: /^stack: given no Firewall that converges among other components; .* take the whole stack away with pulumi destroy$/,
      },
      {
        title: "a firewall that is only a name",
        given: [colo, host, view({ type: "ipv6home:components:Firewall" })],
        says: /given no Firewall that converges/,
      },
      {
        title: "a home without a tunnel",
        given: [gateway, host, wall],
        says: /given no Tunnel that converges/,
      },
      {
        title: "a tunnel without its end at the colo",
        given: [gateway, host, wall, ...ends.slice(0, 1)],
        says: /given no end of the tunnel at the colo/,
      },
    ],
  ],
  [
    outputsKeepThePlan,
    [
      { title: "a home's outputs", given: [stack(plan), reference(facts.prefix)] },
      { title: "a colo's outputs", given: [stack({ facts })] },
      { title: "outputs that nobody knows yet", given: [stack({ ...plan, prefix: wire.unknown })] },
      {
        title: "a home outside of its colo",
        given: [stack(plan), reference("2001:db8:cafe::/48")],
        says: /^output prefix: given 2001:db8:beef:100::\/56; allowed is a \/56 inside 2001:db8:cafe::\/48 \(facts\.prefix\)/,
      },
      {
        title: "a segment that is too large",
        given: [stack({ ...plan, segments: { lan: "2001:db8:beef:100::/60" } })],
        says: /^output segments\.lan: given 2001:db8:beef:100::\/60; allowed is a \/64 inside 2001:db8:beef:100::\/56/,
      },
      {
        title: "segments that overlap",
        given: [stack({ ...plan, segments: { a: plan.segments.lan, b: plan.segments.lan } })],
        says: /^output segments\.b: given 2001:db8:beef:101::\/64, which overlaps output segments\.a/,
      },
      {
        title: "a tunnel prefix that is global",
        given: [stack({ facts: { ...facts, tunnelPrefix: "2001:db8:1::/64" } })],
        says: /^facts\.tunnelPrefix: given 2001:db8:1::\/64; allowed for the ends of tunnels is a unique local address/,
      },
    ],
  ],
];
