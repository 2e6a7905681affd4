/**
 * Tags of dnsmasq. It sets some itself, `known` and `dhcpv6` for instance, and the name of the interface that a request
 * came by; a slash is in none of these (dev_valid_name of Linux), so whatever somebody calls a segment is a tag of ours.
 */
export const segmentTag = (name: string): string => `segment/${name}`;

/** Machines of a class of boot files. */
export const bootTag = (name: string): string => `boot/${name}`;

/** Routers that get a prefix. */
export const routerTag = "is/router";

/** What a machine says about itself when it boots. */
export const [httpTag, ipxeTag, arm64Tag] = ["is/http", "is/ipxe", "is/arm64"] as const;

/** Machines that call themselves wpad, as one of the list is called, or as the gateway. */
export const [wpadTag, listedTag, gatewayTag] = ["is/wpad", "is/listed", "is/gateway"] as const;
