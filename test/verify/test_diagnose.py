import unittest

from causes import causes, shown_by
from checks import checks
from damages import damages, firewall_drops_all, tunnel_silent
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
        self.assertEqual(home.diagnosis()["id"], "tunnel-silent")

    def test_a_download_that_is_an_error_page_or_short_is_none(self):
        for answer in ({"error": "HTTP status 404", "bytes": 0}, {"bytes": 12, "text": "hello"}):
            home = Home()
            home.seen["http"]["download"] = answer
            self.assertEqual(home.verdicts()["transfer"], "failed")

    def test_an_advertisement_that_no_router_could_mean_is_a_strangers(self):
        home = Home()
        home.seen["advertisements"].append({**home.advertisement(), "source": "fe80::bad", "malformed": True})
        self.assertEqual(home.diagnosis()["id"], "rogue-router")
