"""What damages a healthy network as its observations show it, and the cause that must be found for each."""

from support import Home


def no_link(home):
    home.seen.update(link=None, addresses=[], defaults=[], resolvers=[], advertisements=None, dhcp6=None)
    home.seen.update(echo={}, dns={}, tcp={}, http={}, gateway=None, segment=None, neighbours={})


def ipv6_off(home):
    gateway_down(home)
    home.seen["link"].update(ipv6=False, linkLocal=None)
    home.seen.update(addresses=[], defaults=[], dhcp6={"silent": True}, gateway=None, segment=None)


def other_network(home):
    no_link(home)
    told = {**Home().advertisement(), "prefixes": [], "resolvers": [], "source": "fe80::bad"}
    home.seen.update(link=Home().seen["link"], advertisements=[told])


def elsewhere_without_root(home):
    """As in a café whose router answers names."""
    renumbered(home)
    home.seen.update(root=False, advertisements=None, dhcp6=None, segment=None, resolvers=["192.168.7.1"])
    home.seen["gateway"]["address"] = None
    home.seen["neighbours"] = {}
    home.silence_echo("gateway", "resolver", "translator", "tunnel", "whole", "nat64")
    home.silence_tcp("nat64", "resolver", "name4")
    home.silence_dns("colo")
    for said in home.seen["dns"].values():
        said.update(ipv4only={"rcode": "NOERROR", "answers": []}, own={"rcode": "NXDOMAIN", "answers": []})
    home.seen["http"]["echo"]["text"] = "hello from web6 to 2001:db8:feed:101::5"


def gateway_down(home):
    home.silence_beyond()
    home.silence_echo()
    home.silence_dns("gateway")
    home.seen.update(advertisements=[], neighbours={})


def rogue_in_table(home):
    home.seen["advertisements"] = None
    home.seen["defaults"].append({**home.seen["defaults"][0], "via": "fe80::bad"})


def rogue_on_the_link(home):
    home.seen["advertisements"].append({**home.advertisement(), "prefixes": [], "resolvers": [], "source": "fe80::bad"})


def rogue_with_our_prefix(home):
    home.seen["advertisements"].append({**home.advertisement(), "source": "fe80::bad", "mac": "02:00:00:00:0b:ad"})


def vpn_of_this_machine(home):
    """As wg-quick(8) does it: a table of its own, and rules."""
    home.seen["way"] = "wg0"
    home.seen["addresses"].append({**home.seen["addresses"][0], "interface": "wg0", "address": "2001:db8:bad::5"})
    home.seen["resolvers"] = ["2001:db8:bad::53"]
    leak_seen_from_outside(home)
    leak_without_a_witness(home)


def leak_seen_from_outside(home):
    home.seen["http"]["echo"]["text"] = "hello from web6 to 2001:db8:15b::2"


def leak_without_a_witness(home):
    home.silence_echo("resolver", "translator", "tunnel", "whole")
    home.silence_tcp("resolver")
    home.seen["http"] = {}
    home.silence_dns("colo")
    home.silence_dns("gateway", "ipv4only", "name4", "name6", "name46")


def dnsmasq_dead(home):
    for who in home.seen["dns"]:
        if who != "colo":
            home.silence_dns(who, error="ECONNREFUSED")


def tunnel_down(home):
    home.silence_beyond()
    refusal = {"error": "no-route", "by": "2001:db8:beef:101::1"}
    home.silence_echo("resolver", "translator", "tunnel", "internet6", said=refusal)


def tunnel_silent(home):
    home.silence_beyond()


def tunnel_silent_and_the_gateway_says_so(home):
    """No default router while the uplink is down (RFC 7084): that is not the cause."""
    home.silence_beyond()
    home.advertisement()["routerLifetimeSec"] = 0
    home.seen["defaults"] = []


def colo_route(home):
    home.silence_beyond()
    home.seen["dns"]["gateway"]["ipv4only"] = Home().seen["dns"]["gateway"]["ipv4only"]


def firewall_drops_all(home):
    home.silence_beyond()
    for who in [each for each in home.seen["dns"] if each != "colo"]:
        home.seen["dns"][who] = Home().seen["dns"][who]


def firewall_lets_echo_through(home):
    home.silence_tcp()
    home.silence_dns("colo")


def no_default_router(home):
    home.advertisement()["routerLifetimeSec"] = 0
    home.seen["defaults"] = []
    local = {"error": "ENETUNREACH", "by": "this machine"}
    home.silence_echo("resolver", "translator", "tunnel", "internet6", "nat64", "whole", "large", said=local)
    home.silence_tcp()
    home.silence_dns("colo", error="ENETUNREACH")


def ra_ignored(home):
    no_default_router(home)
    home.advertisement()["routerLifetimeSec"] = 1800


def renumbered(home):
    for each in home.seen["addresses"]:
        each["address"] = each["address"].replace("2001:db8:beef:", "2001:db8:feed:")


def no_address(home):
    home.seen["addresses"] = []


def deprecated(home):
    for each in home.seen["addresses"]:
        each.update(deprecated=True, preferredSec=0)


def foreign_resolver(home):
    home.seen["resolvers"] = ["2001:db8:53::53"]
    home.seen["dns"]["used 2001:db8:53::53"] = {"ipv4only": {"rcode": "NXDOMAIN", "answers": []}}


def no_rdnss(home):
    home.advertisement()["resolvers"] = []


def no_resolver_that_is_advertised(home):
    """As with Debian's ifupdown, without rdnssd."""
    home.seen["resolvers"] = []


def no_resolver_at_all(home):
    home.seen.update(advertisements=None, dhcp6=None, resolvers=[])


def dns64_dead(home):
    home.silence_dns("colo", error="ECONNREFUSED")
    home.silence_tcp("resolver")
    for who in [each for each in home.seen["dns"] if each != "colo"]:
        home.silence_dns(who, "ipv4only", "name4", "name6", "name46")


def forwards_elsewhere(home):
    for who in home.seen["dns"]:
        if who != "colo":
            home.seen["dns"][who]["name4"] = {"rcode": "NOERROR", "answers": []}


def no_synthesis(home):
    for said in home.seen["dns"].values():
        said.update(ipv4only={"rcode": "NXDOMAIN", "answers": []}, name4={"rcode": "NOERROR", "answers": []})


def nat64_dead(home):
    home.silence_echo("translator", "nat64", said={"error": "no-route", "by": "2001:db8:beef::53"})
    home.silence_tcp("nat64", "name4")


def uplink(home):
    home.silence_echo("internet6", "nat64", "large")
    home.silence_tcp("internet6", "nat64", "name4", "name6", "name46")
    home.seen["http"] = {}


def uplink6(home):
    home.silence_echo("internet6", "large")
    home.silence_tcp("internet6", "name6", "name46")
    home.seen["http"] = {}


def nat44(home):
    home.silence_echo("nat64")
    home.silence_tcp("nat64", "name4")


def ra_mtu(home):
    home.advertisement()["mtu"] = 1500


def mtu_of_this_machine(home):
    home.seen["advertisements"] = None
    home.seen["link"]["mtu"] = 1280


def tunnel_mtu(home):
    home.silence_echo("whole 1412", "whole 1420", "whole 1432", "whole 1440")


def too_big_filtered(home):
    home.silence_echo("large")


def lifetimes(home):
    home.advertisement()["prefixes"][0].update(preferredSec=604800, validSec=2592000)


def ipv4_beside(home):
    home.seen["ipv4"] = {"addresses": ["192.168.1.5"], "default": True, "clat": False}


def ipv4_not_by_the_clat(home):
    """On a segment that has IPv4."""
    home.seen["segment"]["mode"] = "legacy"
    home.seen["ipv4"] = {"addresses": ["172.31.1.100"], "default": True, "clat": False}
    home.seen["tcp"].update({"ipv4 0": {"ms": 1.0}, "ipv4 1": {"ms": 1.0}})
    home.seen["http"]["echo ipv4"] = {"bytes": 28, "text": "hello from web4 to 11.0.2.2"}
    home.seen["http"]["echo nat64"] = {"bytes": 28, "text": "hello from web4 to 11.0.1.2"}


def own_clat(home):
    home.seen["ipv4"] = {"addresses": ["192.0.0.1"], "default": True, "clat": True}
    home.seen["tcp"].update({"ipv4 0": {"error": "silent"}, "ipv4 1": {"error": "silent"}})


def gateway_clat(home):
    ipv4_not_by_the_clat(home)
    home.silence_tcp("ipv4")
    del home.seen["http"]["echo ipv4"]


def address_of_others(home):
    home.seen["addresses"].append({**home.seen["addresses"][0], "address": "2001:db8:bad::5"})


def way_of_a_vpn(home):
    home.seen["defaults"].insert(0, {**home.seen["defaults"][0], "interface": "tun0", "via": None})


def dhcp6_dead(home):
    home.seen["dhcp6"] = {"silent": True}


def no_pref64(home):
    home.site["pref64"] = "expected"
    home.advertisement()["pref64"] = []


def own_name(home):
    home.seen["dns"]["gateway"]["own"] = {"rcode": "NXDOMAIN", "answers": []}


damages = [
    ("no-link", no_link),
    ("ipv6-off", ipv6_off),
    ("other-network", other_network),
    ("other-network", elsewhere_without_root),
    ("gateway-down", gateway_down),
    ("rogue-router", rogue_in_table),
    ("rogue-router", rogue_on_the_link),
    ("rogue-router", rogue_with_our_prefix),
    ("own-detour", vpn_of_this_machine),
    ("leak", leak_seen_from_outside),
    ("leak", leak_without_a_witness),
    ("dnsmasq-dead", dnsmasq_dead),
    ("ra-dead", lambda home: home.seen.update(advertisements=[])),
    ("tunnel-down", tunnel_down),
    ("tunnel-silent", tunnel_silent),
    ("tunnel-silent", tunnel_silent_and_the_gateway_says_so),
    ("colo-route", colo_route),
    ("firewall-forward", firewall_drops_all),
    ("firewall-forward", firewall_lets_echo_through),
    ("no-default-router", no_default_router),
    ("ra-ignored", ra_ignored),
    ("renumbered", renumbered),
    ("no-address", no_address),
    ("address-deprecated", deprecated),
    ("foreign-resolver", foreign_resolver),
    ("ra-no-rdnss", no_rdnss),
    ("no-resolver", no_resolver_that_is_advertised),
    ("no-resolver", no_resolver_at_all),
    ("dns64-dead", dns64_dead),
    ("gateway-forwards-elsewhere", forwards_elsewhere),
    ("no-synthesis", no_synthesis),
    ("nat64-dead", nat64_dead),
    ("colo-uplink", uplink),
    ("colo-uplink6", uplink6),
    ("nat44", nat44),
    ("ra-mtu", ra_mtu),
    ("ra-mtu", mtu_of_this_machine),
    ("tunnel-mtu", tunnel_mtu),
    ("too-big-filtered", too_big_filtered),
    ("ra-lifetimes", lifetimes),
    ("ipv4-beside", ipv4_beside),
    ("ipv4-beside", ipv4_not_by_the_clat),
    ("own-clat", own_clat),
    ("gateway-clat", gateway_clat),
    ("other-way", address_of_others),
    ("other-way", way_of_a_vpn),
    ("dhcp6-dead", dhcp6_dead),
    ("no-pref64", no_pref64),
    ("own-name", own_name),
]
