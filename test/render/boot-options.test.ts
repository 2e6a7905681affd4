import { coloAddresses, siteAddresses } from "../../network/address-plan";
import { Prefix } from "../../network/prefix";
import { renderBootOptions } from "../../render/boot-options";
import { segmentsOf } from "../support/segments";
import { exampleSettings, type Given } from "../support/settings";

const colo = coloAddresses(Prefix.of("2001:db8:beef::/48"), Prefix.of("fd00:cafe:f00d::/64"));

function linesOf(changes: Readonly<Record<string, Given>>): string[] {
  const settings = exampleSettings("home", changes);
  const site = siteAddresses(colo, settings.siteNumber, settings.segments, settings.ipv4Prefix);
  return renderBootOptions(settings.boot, site.segments.slice(0, 1));
}

test("without a class nothing is said", () => {
  expect(linesOf({})).toEqual([]);
});

test("a class with a script loads iPXE by TFTP or HTTP, and iPXE its script", () => {
  expect(linesOf({ "boot.classes": [{ name: "menu", script: "menu.ipxe" }] }).slice(2)).toEqual([
    "enable-tftp=enp1s0",
    "tftp-root=/run/ipv6-home-boot",
    "tftp-no-fail",
    "dhcp-vendorclass=set:is/http,enterprise:343,HTTPClient",
    "dhcp-userclass=set:is/ipxe,iPXE",
    "dhcp-match=set:is/arm64,option6:61,00:0b",
    "dhcp-match=set:is/arm64,option6:61,00:13",
    "dhcp-option=tag:boot/menu,tag:segment/lan,tag:is/http,tag:!is/ipxe,option6:16,v6,HTTPClient",
    "dhcp-option=tag:boot/menu,tag:segment/lan,tag:!is/ipxe,tag:!is/http,option6:59,tftp://[2001:db8:beef:101::1]/ipxe/ipxe.efi",
    "dhcp-option=tag:boot/menu,tag:segment/lan,tag:!is/ipxe,tag:is/http,option6:59,http://[2001:db8:beef:101::1]:8547/ipxe/ipxe.efi",
    "dhcp-option=tag:boot/menu,tag:segment/lan,tag:is/ipxe,option6:59,http://[2001:db8:beef:101::1]:8547/files/menu.ipxe",
  ]);
});

test("a program for 64-bit ARM is for those that say so, the other one for everybody else", () => {
  const lines = linesOf({ "boot.classes": [{ name: "os", firmware: "x.efi", firmwareArm64: "a.efi" }] });
  expect(lines.filter((line) => line.includes("tftp:"))).toEqual([
    "dhcp-option=tag:boot/os,tag:segment/lan,tag:!is/arm64,tag:!is/ipxe,tag:!is/http,option6:59,tftp://[2001:db8:beef:101::1]/files/x.efi",
    "dhcp-option=tag:boot/os,tag:segment/lan,tag:is/arm64,tag:!is/ipxe,tag:!is/http,option6:59,tftp://[2001:db8:beef:101::1]/files/a.efi",
  ]);
});

test.each(["guest", "iot"] as const)("machines of a segment of mode %s are told nothing", (mode) => {
  const boot = { classes: [{ name: "menu", tftp: true }], fallback: "menu", folder: "/srv/boot" };
  const lines = renderBootOptions(boot, segmentsOf([{}, { mode }])).join("\n");
  expect(lines).toMatch(/enable-tftp=eth1\n/);
  expect(lines).toMatch(/tag:segment\/s1,/);
  expect(lines).not.toMatch(/eth2|segment\/s2/);
  expect(lines.match(/option6:(16|59)/g)).toHaveLength(lines.match(/tag:segment\/s1,/g)?.length ?? 0);
});

test("the default is for machines of no class", () => {
  const classes = [
    { name: "menu", script: "menu.ipxe" },
    { name: "os", firmware: "x.efi" },
    { name: "tool", firmware: "y.efi" },
  ];
  expect(linesOf({ "boot.classes": classes, "boot.default": "menu" })).toContain(
    "tag-if=set:boot/menu,tag:!boot/os,tag:!boot/tool",
  );
});
