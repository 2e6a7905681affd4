import type { Segment } from "../network/address-plan";
import { maximumUnderlayMtu, minimumUnderlayMtu } from "../network/mtu-plan";
import { reservedUplinkNames, type Uplink } from "../network/uplink";
import { andThen, mistaken, quote, sentence, valid } from "./result";
import type { WanSettings } from "./settings";
import { fieldsOf } from "./source";
import { address, hostLabel, integer, interfaceName, orElse, yesOrNo, type Parser } from "./values";

/** Three seconds of them: a link that has just come up is often gone again. */
const defaultAnswers = 12;

/** An uplink before it is known what it takes from `wan`. */
export type GivenUplink = Omit<Uplink, "mtu"> & { readonly mtu: number | undefined };

const name: Parser<string> = (given, where) =>
  andThen(hostLabel(given, where), (label) =>
    reservedUplinkNames.includes(label)
      ? mistaken({
          where,
          given: quote(label),
          allowed: `a label that is not ${reservedUplinkNames.join(" or ")}`,
          todo: "name it after what it is, as cable or lte",
        })
      : valid(label),
  );

/** An uplink of `uplinks`. */
export const uplink: Parser<GivenUplink> = fieldsOf<GivenUplink>(
  {
    name,
    interface: interfaceName,
    metered: orElse(false, yesOrNo("true for a link whose bytes cost, as LTE")),
    mtu: orElse(
      undefined,
      integer(
        minimumUnderlayMtu,
        maximumUnderlayMtu,
        "that of wan.mtu if left out; LTE often has 1428 to 1500",
      ),
    ),
    probe: orElse(
      undefined,
      address(
        "an IPv4 address",
        "name one that answers pings whenever this uplink works",
        (given) => given.family === 4,
      ),
    ),
    answers: orElse(
      defaultAnswers,
      integer(3, 60, "that many answers, 250 ms apart, before it is used again"),
    ),
  },
  ["metered", "mtu", "probe", "answers"],
);

/** All uplinks of a home, the preferred one first: those of the list, or the WAN alone. */
export const uplinksOf = (given: readonly GivenUplink[], wan: WanSettings): Uplink[] =>
  given.length === 0
    ? [
        {
          name: "wan",
          interface: wan.interface,
          metered: false,
          mtu: wan.mtu,
          probe: undefined,
          answers: defaultAnswers,
        },
      ]
    : given.map((each) => ({ ...each, mtu: each.mtu ?? wan.mtu }));

/** Names and interfaces that two have, a first one that is not the WAN, and interfaces of the LAN. */
export function conflictsOfUplinks(
  uplinks: readonly GivenUplink[],
  wanInterface: string | undefined,
  segments: readonly Segment[],
): string[] {
  const [first, ...others] = uplinks;
  if (first === undefined) return [];
  return [
    ...(others.length === 0
      ? [
          sentence({
            where: "uplinks",
            given: "one uplink",
            allowed: "two or more, or none",
            todo: "add the second one, or leave the list out: wan.interface alone is one uplink",
          }),
        ]
      : []),
    ...(wanInterface === undefined || first.interface === wanInterface
      ? []
      : [
          sentence({
            where: "uplinks[0].interface",
            given: quote(first.interface),
            allowed: `${quote(wanInterface)}, the interface of wan.interface`,
            todo: "put the uplink first that is to be used while it works, and name its interface in both places",
          }),
        ]),
    ...uplinks.flatMap((each, index) => {
      const conflict = (field: "name" | "interface", owner: string) =>
        sentence({
          where: `uplinks[${index}].${field}`,
          given: `${quote(each[field])}, which ${owner} has already`,
          allowed: "each only once",
          todo: field === "name" ? "choose another name" : "see `ip link` on the host",
        });
      const earlier = uplinks.slice(0, index);
      const twin = earlier.find((other) => other.interface === each.interface);
      const segment = segments.find((other) => other.interface === each.interface);
      return [
        ...(earlier.some((other) => other.name === each.name) ? [conflict("name", "another uplink")] : []),
        ...(twin === undefined ? [] : [conflict("interface", `uplink ${twin.name}`)]),
        // The first is the WAN, whose conflict is told of the segment.
        ...(index === 0 || segment === undefined ? [] : [conflict("interface", `segment ${segment.name}`)]),
      ];
    }),
  ];
}
