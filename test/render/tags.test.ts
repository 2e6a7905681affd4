import fc from "fast-check";
import { bootTag, listedTag, routerTag, segmentTag, wpadTag } from "../../render/tags";
import { hostLabel, interfaceName } from "../../settings/values";

// dnsmasq(8), --tag and --dhcp-host; the name of an interface is a tag as well.
const builtIn = ["known", "known-othernet", "dhcpv6", "bootp"];
const words = fc.oneof(fc.constantFrom(...builtIn, "router", "boot", "segment", "is", "enp1s0"), fc.string());

test("no name of a segment or a class makes a tag that dnsmasq sets by itself, or one of another kind", () => {
  fc.assert(
    fc.property(words, (name) => {
      if (!hostLabel(name, "").ok) return;
      const tags = [segmentTag(name), bootTag(name), routerTag, listedTag, wpadTag];
      expect(new Set(tags).size).toBe(tags.length);
      for (const tag of tags) {
        expect(builtIn).not.toContain(tag);
        expect(interfaceName(tag, "").ok).toBe(false);
      }
    }),
  );
});
