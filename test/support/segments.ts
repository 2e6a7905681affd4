import {
  coloAddresses,
  siteAddresses,
  type Segment,
  type SegmentAddresses,
} from "../../network/address-plan";
import { Prefix } from "../../network/prefix";

const colo = coloAddresses(Prefix.of("2001:db8:beef::/48"), Prefix.of("fd00:cafe:f00d::/64"));

/** Site 1 with segments s1, s2 and so on, on eth1, eth2, as far as nothing else is said of them. */
export const siteOf = (segments: readonly Partial<Segment>[]) =>
  siteAddresses(
    colo,
    1,
    segments.map((each, index) => ({
      name: `s${index + 1}`,
      subnet: index + 1,
      interface: `eth${index + 1}`,
      mode: "v6only",
      onMetered: true,
      allow: [],
      ...each,
    })),
    Prefix.of("172.31.0.0/16"),
  );

/** The segments of such a site. */
export const segmentsOf = (segments: readonly Partial<Segment>[]): readonly SegmentAddresses[] =>
  siteOf(segments).segments;
