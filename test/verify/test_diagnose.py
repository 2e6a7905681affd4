import unittest

from causes import causes, shown_by
from checks import checks
from damages import damages, firewall_drops_all, ipv4_not_by_the_clat, leak_without_a_witness, tunnel_silent
from diagnose import rules
from support import Home


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

    def test_ipv4_that_the_far_end_sees_as_it_sees_nat64_is_as_it_should_be(self):
        home = Home()
        ipv4_not_by_the_clat(home)
        home.seen["http"]["echo ipv4"] = home.seen["http"]["echo nat64"]
        self.assertIsNone(home.diagnosis())
        self.assertNotIn("failed", home.verdicts().values())

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

    def test_a_prefix_of_before_is_told_to_be_over_and_that_is_right_but_not_of_the_only_one(self):
        home = Home()
        prefixes = home.advertisement()["prefixes"]
        over = {**prefixes[0], "preferredSec": 0, "validSec": 0}
        prefixes.append({**over, "prefix": "2001:db8:beef:1ff::/64"})
        self.assertEqual((home.verdicts()["ra-lifetimes"], home.diagnosis()), ("passed", None))
        home.advertisement()["prefixes"] = [over]
        self.assertEqual(home.verdicts()["ra-lifetimes"], "failed")

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
        self.assertEqual(home.diagnosis()["id"], "tunnel-silent")

    def test_nor_that_its_traffic_leaks_where_it_may_reach_some_server_and_not_the_colo(self):
        home = Home()
        leak_without_a_witness(home)
        home.seen["segment"] = {**home.seen["segment"], "mode": "iot"}
        self.assertIsNone(home.diagnosis())

    def test_a_download_that_is_an_error_page_or_short_is_none(self):
        for answer in ({"error": "HTTP status 404", "bytes": 0}, {"bytes": 12, "text": "hello"}):
            home = Home()
            home.seen["http"]["download"] = answer
            self.assertEqual(home.verdicts()["transfer"], "failed")

    def test_an_advertisement_that_no_router_could_mean_is_a_strangers(self):
        home = Home()
        home.seen["advertisements"].append({**home.advertisement(), "source": "fe80::bad", "malformed": True})
        self.assertEqual(home.diagnosis()["id"], "rogue-router")


class Laptop(unittest.TestCase):
    """What is on real machines at home, and no fault of the network."""

    def add(self, home, interface: str, address: str) -> None:
        home.seen["addresses"].append({**home.seen["addresses"][0], "interface": interface, "address": address})

    def expect(self, home, **verdicts: str) -> None:
        self.assertIsNone(home.diagnosis())
        self.assertNotIn("failed", home.verdicts().values())
        self.assertEqual({key: home.verdicts()[key] for key in verdicts}, verdicts)

    def test_containers_and_a_vpn_for_some_prefixes_only(self):
        home = Home()
        self.add(home, "docker0", "fd00:d0c::1")
        self.expect(home, exits="passed")
        self.add(home, "wg0", "2001:db8:c0de::5")
        self.expect(home, exits="warning")
        home.seen["addresses"] = home.seen["addresses"][2:]
        self.assertEqual(home.diagnosis()["id"], "no-address")

    def test_privacy_addresses_some_of_them_deprecated(self):
        home = Home()
        for number in range(1, 4):
            self.add(home, "eth0", f"2001:db8:beef:101:9d1c:3f7a:1:{number}")
            home.seen["addresses"][-1].update(deprecated=number > 1)
        self.expect(home, address="passed", name="passed")

    def test_the_resolver_by_dhcpv4_where_the_segment_has_ipv4(self):
        home = Home()
        home.site["segments"][0].update(mode="v6mostly", gateway4="172.31.1.1")
        home.seen["ipv4"] = {"addresses": ["172.31.1.20"], "default": True, "clat": False}
        home.seen["tcp"]["ipv4 0"] = {"ms": 4.2}
        home.seen["segment"] = home.site["segments"][0]
        home.seen["resolvers"].append("172.31.1.1")
        home.seen["dns"]["used 172.31.1.1"] = home.seen["dns"]["gateway"]
        self.expect(home, resolver="passed", exits="passed")

    def test_a_program_of_this_machine_that_forwards_names(self):
        home = Home()
        home.seen["resolvers"] = ["127.0.0.1"]
        home.seen["dns"]["used 127.0.0.1"] = home.seen["dns"]["gateway"]
        self.expect(home, resolver="warning", dns64="passed")
        home.seen["dns"]["used 127.0.0.1"] = {"ipv4only": {"rcode": "NOERROR", "answers": []}}
        self.assertEqual(home.diagnosis()["id"], "foreign-resolver")
        self.assertEqual(home.verdicts()["resolver"], "failed")
        home.silence_dns("used 127.0.0.1", error="ECONNREFUSED")
        self.assertEqual(home.diagnosis()["id"], "foreign-resolver")

    def test_a_host_name_that_another_machine_has_too(self):
        home = Home()
        home.seen["dns"]["gateway"]["own"] = {"rcode": "NOERROR", "answers": ["2001:db8:beef:101::77"]}
        self.assertEqual(home.verdicts()["name"], "failed")
        home.seen["nameGiven"] = False
        self.expect(home, name="warning")
