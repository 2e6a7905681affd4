"""What can be wrong: a sentence for people, what to do, and the checks that fail because of it. Pure."""

from __future__ import annotations

names = ["name", "reverse"]
translation = ["dns64", "nat64"]
traffic = ["internet", "nat64", "mtu-out", "mtu-in", "transfer", "source"]
beyond = ["tunnel", "resolver", "dns", *translation, *traffic]
contents = ["ra-lifetimes", "ra-mtu", "ra-resolver", "ra-domain", "ra-pref64", "ra-flags"]

# In the order of the way from this machine to the internet.
causes = {
    "no-link": (
        "this machine has no link: no cable, no Wi-Fi, or the interface is off",
        "plug it in, or join the Wi-Fi",
        ["gateway", "address", "route", "ra", *beyond, *names, *contents, "dhcp6"],
    ),
    "ipv6-off": (
        "IPv6 is switched off on this machine",
        "sysctl net.ipv6.conf.all.disable_ipv6 net.ipv6.conf.IF.disable_ipv6; the kernel's option ipv6.disable=1",
        ["gateway", "address", "route", "ra", *beyond, *names, *contents, "dhcp6"],
    ),
    "other-network": (
        "this is not a network of this site: no router here knows its prefix",
        "join the right Wi-Fi or port, or export this program anew if the site's prefix has changed",
        ["gateway", "address", "route", "ra", *beyond, *names, *contents, "dhcp6", "exits"],
    ),
    "gateway-down": (
        "the gateway does not answer on this link",
        "look whether it is on, and whether this port or VLAN is the segment's",
        ["address", "route", "ra", *beyond, *names, *contents, "dhcp6"],
    ),
    "rogue-router": (
        "another router on this link offers itself as the way out (RFC 6104)",
        "find the machine by its MAC and switch its router advertisements off",
        ["route", "ra-foreign", *beyond],
    ),
    "own-detour": (
        "this machine itself sends to the internet by another interface than the one at home, such as a VPN's",
        "if that is not meant to be, switch it off; what works by this site shows only without it",
        ["exits", "resolver", *beyond],
    ),
    "leak": (
        "traffic leaves beside the tunnel: the internet does not see this site's addresses",
        "on the home: ip -6 rule; ip -6 route show table vpn; then pulumi up, which puts both back",
        ["exits", *beyond],
    ),
    "dnsmasq-dead": (
        "dnsmasq does not run on the gateway: nobody answers at its port 53",
        "on the home: systemctl status ipv6-home-dnsmasq",
        ["ra", "dhcp6", "resolver", "dns", *translation, *names, *contents],
    ),
    "ra-dead": (
        "the gateway sends no router advertisements; what this machine has of them runs out",
        "on the home: systemctl list-units 'ipv6-home-*' shows which daemon sends them and how it is",
        ["address", "route", *contents],
    ),
    "tunnel-down": (
        "the tunnel is down at the home: the gateway says itself that it has no way there",
        "on the home: systemctl status ipv6-home-vpn0",
        beyond,
    ),
    "tunnel-silent": (
        "nothing comes back through the tunnel, not even to the gateway itself",
        "the ISP's path, a filter for the tunnel's UDP port, or the colo is off: on the home, wg show vpn0",
        ["route", "ra-lifetimes", *beyond],
    ),
    "colo-route": (
        "the colo has no way back to this site: it answers the gateway's tunnel address, but none of the site's prefix",
        "on the colo: ip -6 route show the site's /56, by vpn1-0; systemctl restart ipv6-home-vpn1-0",
        beyond,
    ),
    "firewall-forward": (
        "the home's firewall does not let the LAN out: the gateway itself gets answers, machines behind it get none",
        "on the home: nft list chain inet ipv6_home forward; systemctl reload ipv6-home-firewall",
        beyond,
    ),
    "no-default-router": (
        "the gateway does not offer itself as the default router (router lifetime 0, RFC 4861, section 6.3.4)",
        "on the home: the router advertisements' configuration; systemctl status ipv6-home-lan",
        ["route", "ra-lifetimes", *beyond],
    ),
    "ra-ignored": (
        "the gateway advertises itself, but this machine takes no default route from it",
        "sysctl net.ipv6.conf.IF.accept_ra, and the settings of NetworkManager or the like",
        ["address", *beyond],
    ),
    "renumbered": (
        "this machine's addresses are of another prefix than this site's segments",
        "export this program anew if the site was renumbered; else take the old address away",
        ["address", "exits", *beyond, *names],
    ),
    "address-deprecated": (
        "every address of this machine is deprecated: the gateway withdraws the prefix (RFC 4862, section 5.5.4)",
        "on the home: systemctl status ipv6-home-dnsmasq ipv6-home-lan; is the segment's address there?",
        ["address", "ra-lifetimes", "source", *names],
    ),
    "no-address": (
        "the gateway answers, but this machine has formed no address",
        "is the prefix in the router advertisements, with flag A? Is the address in use already (ip -6 addr: dadfailed)?",
        ["address", *beyond, *names],
    ),
    "foreign-resolver": (
        "this machine asks name servers that are not this site's",
        "take the name servers out of this machine's own settings (NetworkManager, VPN, browser)",
        ["resolver", "dns", *translation, "name", "reverse"],
    ),
    "ra-no-rdnss": (
        "the router advertisements name no resolver (RFC 8106, section 5.1)",
        "on the home: the router advertisements' configuration; pulumi up puts it back",
        ["resolver", "dns", *translation],
    ),
    "no-resolver": (
        "this machine has no name server at all",
        "NetworkManager, systemd-networkd or rdnssd takes it from router advertisements: does one of them do so here?",
        ["resolver", "dns", *translation],
    ),
    "dns64-dead": (
        "the resolver at the colo does not answer, but the colo does",
        "on the colo: systemctl status ipv6-home-dns64",
        ["resolver", "dns", *translation, "transfer"],
    ),
    "gateway-forwards-elsewhere": (
        "the gateway asks another resolver than the colo's, one that does not synthesise",
        "on the home: grep server= /etc/ipv6-home/dnsmasq.conf; pulumi up puts it back",
        translation,
    ),
    "no-synthesis": (
        "the resolver at the colo answers, but makes no AAAA for IPv4-only names (RFC 6147)",
        "on the colo: grep -A9 dns64 /etc/bind/ipv6-home.conf; pulumi up puts it back",
        translation,
    ),
    "nat64-dead": (
        "the translator at the colo does not run: DNS64 sends IPv4-only names to nobody",
        "on the colo: systemctl status ipv6-home-nat64",
        ["nat64", "ipv4-literal"],
    ),
    "colo-uplink": (
        "the colo answers, the internet behind it does not",
        "on the colo: ip -6 route; ip route; ask its provider",
        ["dns", *translation, *traffic],
    ),
    "colo-uplink6": (
        "the colo has no IPv6 to the internet; IPv4 through the translator works",
        "on the colo: ip -6 route; ask its provider, which routes the /48",
        ["internet", "mtu-in", "transfer", "source"],
    ),
    "nat44": (
        "translated packets do not come back: the translator runs, and the colo does not masquerade its IPv4",
        "on the colo: nft list chain inet ipv6_home nat64_source; systemctl reload ipv6-home-firewall",
        ["nat64", "ipv4-literal"],
    ),
    "ra-mtu": (
        "the MTU of this link is not that of the tunnel",
        "on the home: the MTU in the router advertisements; pulumi up puts it back",
        ["mtu-out", "mtu-in"],
    ),
    "tunnel-mtu": (
        "the path between home and colo carries smaller packets than planned",
        "set wan.mtu in the home's stack to what it carries, and pulumi up",
        ["mtu-in", "transfer", "nat64"],
    ),
    "too-big-filtered": (
        "somebody drops Packet Too Big (RFC 4890, section 4.3.1): large packets towards this site vanish",
        "on colo and home: nft list ruleset; does a chain drop ICMPv6?",
        ["transfer"],
    ),
    "ra-lifetimes": (
        "the lifetimes in the router advertisements are not within RFC 9096 or RFC 4861",
        "on the home: the router advertisements' configuration; pulumi up puts it back",
        [],
    ),
    "ipv4-beside": (
        "this machine has IPv4 to the internet beside the tunnel",
        "find who gives it: another DHCP server on this link, a second interface, or a gateway that does not lead it to its translator",
        ["ipv4-literal"],
    ),
    "own-clat": (
        "the CLAT of this machine (RFC 6877) does not translate",
        "on this machine: systemctl status clatd; does it know the prefix 64:ff9b::/96?",
        ["ipv4-literal"],
    ),
    "gateway-clat": (
        "the gateway's translator for machines with IPv4 does not work",
        "on the home: systemctl status ipv6-home-clat",
        ["ipv4-literal"],
    ),
    "other-way": (
        "this machine has IPv6 that is not this site's, and may send by it",
        "a VPN, a second network, or a router that advertises a prefix of its own: is it meant to be there?",
        [],
    ),
    "dhcp6-dead": (
        "router advertisements ask for DHCPv6 (flag M), and no server answers",
        "on the home: systemctl status ipv6-home-dnsmasq; nft list chain inet ipv6_home input, port 547",
        ["name"],
    ),
    "no-pref64": (
        "the router advertisements carry no PREF64 (RFC 8781)",
        "on the home: the router advertisements' configuration; pulumi up puts it back",
        [],
    ),
    "own-name": (
        "this machine has no name at home",
        "list it in lan.hosts, or let it send its name by DHCPv6 (option 39)",
        ["reverse"],
    ),
}

# The checks of which the first that fails shows a cause itself, where it is not called as the cause is.
shown_by = {
    "no-link": ["link"],
    "ipv6-off": ["link"],
    "other-network": ["gateway", "address"],
    "gateway-down": ["gateway"],
    "rogue-router": ["ra-foreign"],
    "own-detour": ["exits"],
    "leak": ["source", "tunnel"],
    "dnsmasq-dead": ["resolver"],
    "ra-dead": ["ra"],
    "tunnel-down": ["tunnel"],
    "tunnel-silent": ["tunnel"],
    "colo-route": ["tunnel"],
    "firewall-forward": ["internet"],
    "no-default-router": ["route"],
    "ra-ignored": ["route"],
    "renumbered": ["address"],
    "address-deprecated": ["address"],
    "no-address": ["address"],
    "foreign-resolver": ["resolver"],
    "ra-no-rdnss": ["ra-resolver", "resolver"],
    "no-resolver": ["resolver"],
    "dns64-dead": ["dns"],
    "gateway-forwards-elsewhere": ["dns64"],
    "no-synthesis": ["dns64"],
    "nat64-dead": ["nat64"],
    "colo-uplink": ["internet"],
    "colo-uplink6": ["internet"],
    "nat44": ["nat64"],
    "ra-mtu": ["ra-mtu", "mtu-out"],
    "tunnel-mtu": ["mtu-out"],
    "too-big-filtered": ["mtu-in"],
    "ipv4-beside": ["exits"],
    "own-clat": ["ipv4-literal"],
    "gateway-clat": ["ipv4-literal"],
    "other-way": ["exits"],
    "dhcp6-dead": ["dhcp6"],
    "no-pref64": ["ra-pref64"],
    "own-name": ["name"],
}
