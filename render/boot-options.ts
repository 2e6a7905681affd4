import { isIsolated, type SegmentAddresses } from "../network/address-plan";
import { bootPort, type BootClass, type BootPlan } from "../network/boot-plan";
import { arm64Tag as arm64, bootTag, httpTag as http, ipxeTag as ipxe, segmentTag } from "./tags";

/** Folder that TFTP and HTTP serve, made anew by each start of the server of boot files. */
export const bootRoot = "/run/ipv6-home-boot";

/** Processor architecture types of 64-bit ARM, by PXE and by HTTP (RFC 5970, section 3.3; registry of IANA). */
const arm64Types = ["00:0b", "00:13"];

/**
 * Lines of dnsmasq.conf(5) that tell machines what to boot (RFC 5970): an EFI program by TFTP, or by HTTP where the
 * firmware asks for that (UEFI specification, section 24.7), and a script to iPXE, which asks again. What an architecture
 * gets is the default where the firmware does not tell its own.
 */
export function renderBootOptions(boot: BootPlan, all: readonly SegmentAddresses[]): string[] {
  const { classes, fallback } = boot;
  // The firewall keeps guests and devices from the files.
  const segments = all.filter((segment) => !isIsolated(segment));
  if (classes.length === 0) return [];
  const others = classes.filter(({ name }) => name !== fallback);
  return [
    "",
    "# Boot over the network",
    ...segments.map((segment) => `enable-tftp=${segment.interface}`),
    `tftp-root=${bootRoot}`,
    // The folder comes with the server of boot files; without it names and addresses are served all the same.
    "tftp-no-fail",
    `dhcp-vendorclass=set:${http},enterprise:343,HTTPClient`,
    `dhcp-userclass=set:${ipxe},iPXE`,
    ...arm64Types.map((type) => `dhcp-match=set:${arm64},option6:61,${type}`),
    ...(fallback === undefined
      ? []
      : [`tag-if=set:${bootTag(fallback)}${others.map(({ name }) => `,tag:!${bootTag(name)}`).join("")}`]),
    ...classes.flatMap((each) => segments.flatMap((segment) => optionsOf(each, segment))),
  ];
}

function optionsOf(each: BootClass, { name, gateway }: SegmentAddresses): string[] {
  const { firmware, firmwareArm64, script } = each;
  const option = (tags: readonly string[], text: string) => {
    const all = [bootTag(each.name), segmentTag(name), ...tags].map((tag) => `tag:${tag}`).join(",");
    return `dhcp-option=${all},${text}`;
  };
  const url = (tags: readonly string[], scheme: "tftp" | "http", path: string) => {
    const server = `[${gateway}]${scheme === "http" ? `:${bootPort}` : ""}`;
    return option(tags, `option6:59,${scheme}://${server}/${path}`);
  };
  const both = (tags: readonly string[], path: string) => [
    ...(each.tftp ? [url([...tags, `!${ipxe}`, `!${http}`], "tftp", path)] : []),
    url([...tags, `!${ipxe}`, http], "http", path),
  ];
  const usual = firmware === undefined ? "ipxe/ipxe.efi" : `files/${firmware}`;
  return [
    // The firmware takes no URL without its own vendor class beside it (RFC 8415, section 21.16). dnsmasq cannot give the
    // number of an enterprise, but puts a length before each string: two of them make the very bytes, with a number that
    // nobody has and nobody looks at.
    option([http, `!${ipxe}`], "option6:16,v6,HTTPClient"),
    ...(firmwareArm64 === undefined
      ? both([], usual)
      : [...both([`!${arm64}`], usual), ...both([arm64], `files/${firmwareArm64}`)]),
    ...(script === undefined ? [] : [url([ipxe], "http", `files/${script}`)]),
  ];
}
