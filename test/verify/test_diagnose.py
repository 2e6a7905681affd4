import unittest

from causes import causes, shown_by
from checks import checks
from diagnose import rules
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
    ("gateway-down", gateway_down),
    ("rogue-router", rogue_in_table),
    ("rogue-router", rogue_on_the_link),
    ("rogue-router", rogue_with_our_prefix),
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
    ("ra-no-rdnss", no_resolver_at_all),
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
    ("other-way", address_of_others),
    ("other-way", way_of_a_vpn),
    ("dhcp6-dead", dhcp6_dead),
    ("no-pref64", no_pref64),
    ("own-name", own_name),
]


class Diagnosis(unittest.TestCase):
    def test_a_healthy_network_has_no_cause_and_no_failure(self):
        self.assertIsNone(Home().diagnosis())
        self.assertNotIn("failed", Home().verdicts().values())

    def test_each_damage_is_called_by_its_cause_and_fails_the_check_that_shows_it(self):
        for cause, damage in damages:
            with self.subTest(cause=cause, damage=damage.__name__):
                home = Home()
                damage(home)
                found = home.diagnosis()
                self.assertEqual(found and found["id"], cause, found)
                shown = home.judged()["cause"]["shownBy"]
                self.assertIn(shown, shown_by.get(cause, [cause]))
                self.assertEqual((shown, home.verdicts()[shown]), (shown, "failed"))

    def test_what_fails_beside_a_cause_without_being_its_consequence_is_rare(self):
        for cause, damage in damages:
            with self.subTest(cause=cause, damage=damage.__name__):
                home = Home()
                damage(home)
                own = [*shown_by.get(cause, [cause]), *causes[cause][2]]
                beside = [key for key, verdict in home.verdicts().items() if verdict == "failed" and key not in own]
                self.assertEqual(beside, [])

    def test_every_cause_has_a_rule_and_a_damage_and_names_checks_that_exist(self):
        self.assertEqual(set(rules), set(causes))
        self.assertEqual({cause for cause, _ in damages}, set(causes))
        for key, (_, _, explains) in causes.items():
            self.assertLessEqual({*shown_by.get(key, [key]), *explains}, set(checks), key)

    def test_without_root_nothing_fails_and_what_was_not_looked_at_says_so(self):
        home = Home()
        home.seen.update(root=False, advertisements=None, dhcp6=None)
        self.assertIsNone(home.diagnosis())
        verdicts = home.verdicts()
        self.assertNotIn("failed", verdicts.values())
        for key in ("ra", "ra-mtu", "ra-lifetimes", "ra-resolver", "dhcp6"):
            self.assertEqual(verdicts[key], "not checked")

    def test_without_echo_nothing_fails_either(self):
        home = Home()
        home.seen.update(root=False, advertisements=None, dhcp6=None)
        home.silence_echo(said={"unable": "only root may"})
        self.assertIsNone(home.diagnosis())
        verdicts = home.verdicts()
        self.assertNotIn("failed", verdicts.values())
        self.assertEqual((verdicts["mtu-out"], verdicts["mtu-in"]), ("not checked", "not checked"))

    def test_a_single_target_that_is_down_is_no_finding(self):
        home = Home()
        home.silence_echo("internet6 0", "nat64 0")
        home.seen["tcp"].update({"internet6 0": {"error": "silent"}, "nat64 0": {"error": "silent"}})
        self.assertIsNone(home.diagnosis())
        self.assertNotIn("failed", home.verdicts().values())

    def test_pref64_is_a_warning_until_it_is_expected(self):
        home = Home()
        home.advertisement()["pref64"] = []
        self.assertEqual(home.verdicts()["ra-pref64"], "warning")
        home.advertisement()["pref64"] = [{"prefix": "64:ff9b::/96", "lifetimeSec": 1800}]
        home.site["pref64"] = "expected"
        self.assertEqual((home.verdicts()["ra-pref64"], home.diagnosis()), ("passed", None))

    def test_two_segments_at_once_are_no_rogue_and_no_leak(self):
        home = Home()
        home.seen["defaults"].append({**home.seen["defaults"][0], "interface": "wlan0", "via": "fe80::ff:fe00:403"})
        second = {**home.seen["addresses"][0], "interface": "wlan0", "address": "2001:db8:beef:102::5"}
        home.seen["addresses"].append(second)
        self.assertIsNone(home.diagnosis())
        self.assertNotIn("failed", home.verdicts().values())

    def test_a_clat_makes_ipv4_numbers_work_and_is_no_leak(self):
        home = Home()
        home.seen["ipv4"] = {"addresses": ["192.0.0.1"], "default": True, "clat": True}
        for key in home.seen["tcp"]:
            if key.startswith("ipv4 "):
                home.seen["tcp"][key] = {"ms": 4.2}
        verdicts = home.verdicts()
        self.assertEqual((verdicts["ipv4-literal"], verdicts["exits"], home.diagnosis()), ("passed", "passed", None))

    def test_a_machine_of_an_iot_segment_is_not_told_of_what_it_may_not_reach(self):
        home = Home()
        firewall_drops_all(home)
        home.seen["segment"] = {**home.seen["segment"], "mode": "iot"}
        self.assertIsNone(home.diagnosis())
        verdicts = home.verdicts()
        self.assertNotIn("failed", verdicts.values())
        self.assertEqual((verdicts["tunnel"], verdicts["internet"], verdicts["dns"]), ("not checked", "not checked", "passed"))
        tunnel_silent(home)
        self.assertEqual(home.diagnosis()["id"], "gateway-down" if not home.seen["advertisements"] else "tunnel-silent")

    def test_a_download_that_is_an_error_page_or_short_is_none(self):
        for answer in ({"error": "HTTP status 404", "bytes": 0}, {"bytes": 12, "text": "hello"}):
            home = Home()
            home.seen["http"]["download"] = answer
            self.assertEqual(home.verdicts()["transfer"], "failed")

    def test_an_advertisement_that_no_router_could_mean_is_a_strangers(self):
        home = Home()
        home.seen["advertisements"].append({**home.advertisement(), "source": "fe80::bad", "malformed": True})
        self.assertEqual(home.diagnosis()["id"], "rogue-router")
