import unittest
from unittest import mock

import main
from machine import Odd, home_interface, name_servers, own_ipv4, routed_servers, way_to
from test_main import verify

OURS, VPN = "2001:db8:beef:101::1", "10.8.0.1"


def files(**content: str):
    """resolv.conf(5) as programs read it, and that of systemd-resolved; without resolvectl(1)."""
    paths = {"/etc/resolv.conf": content.get("etc", ""), "/run/systemd/resolve/resolv.conf": content.get("resolved", "")}
    return mock.patch("machine._read", side_effect=lambda path: paths[path])


def said(**answers: str):
    """What resolvectl(1) prints."""

    def run(argv, **_):
        if argv[-1] not in answers:
            raise FileNotFoundError(argv[0])
        return mock.Mock(stdout=answers[argv[-1]])

    return mock.patch("machine.subprocess.run", side_effect=run)


STUB = "# This is /run/systemd/resolve/stub-resolv.conf\nnameserver 127.0.0.53\noptions edns0 trust-ad\nsearch home.arpa\n"


class NameServers(unittest.TestCase):
    def servers(self, answers: dict, **content: str) -> list:
        with files(**content), said(**answers):
            return name_servers()

    def test_behind_the_stub_of_resolved_those_that_it_asks(self):
        answers = {
            "dns": f"Global:\nLink 2 (enp1s0): {OURS} fe80::1\nLink 3 (docker0):\nLink 4 (wg0): {VPN}\n",
            "domain": "Global:\nLink 2 (enp1s0): home.arpa\nLink 3 (docker0):\nLink 4 (wg0): corp.example\n",
            "default-route": "Global:\nLink 2 (enp1s0): yes\nLink 3 (docker0): no\nLink 4 (wg0): no\n",
        }
        self.assertEqual(self.servers(answers, etc=STUB), [OURS, "fe80::1%enp1s0"])
        answers["domain"] = answers["domain"].replace("corp.example", "~.")
        self.assertEqual(self.servers(answers, etc=STUB), [VPN])

    def test_global_servers_and_those_with_a_name_for_tls(self):
        dns = {"Global": ["9.9.9.9#dns.quad9.net"], "enp1s0": [OURS]}
        self.assertEqual(routed_servers(dns, {}, {"enp1s0": ["yes"]}), ["9.9.9.9", OURS])

    def test_without_resolvectl_those_of_its_file_and_without_that_the_stub_itself(self):
        self.assertEqual(self.servers({}, etc=STUB, resolved=f"nameserver {OURS}\nnameserver {VPN}\n"), [OURS, VPN])
        self.assertEqual(self.servers({}, etc=STUB), ["127.0.0.53"])

    def test_others_are_taken_as_they_are_once(self):
        text = f"#nameserver 1.1.1.1\nnameserver fe80::1%enp1s0\nnameserver {OURS} # ours\nnameserver {OURS}\n"
        self.assertEqual(self.servers({}, etc=text), ["fe80::1%enp1s0", OURS])

    def test_garbage_is_one_sentence_with_the_line_and_code_2(self):
        for line in ("nameserver dns.example", "nameserver", "nameserver 1.2.3", "nameserver [2001:db8::1]:53"):
            with files(etc=f"search home.arpa\n  {line}\n"), self.assertRaises(Odd) as raised:
                name_servers()
            self.assertRegex(str(raised.exception), r"^/etc/resolv\.conf, line 2: given \"nameserver.*\"; allowed is .*; take ")
            with mock.patch.object(main, "observe", side_effect=raised.exception):
                self.assertEqual(verify(), (2, f"verify: {raised.exception}\n"))


def link(name: str, kind: str | None = None, master: str | None = None, up: bool = True) -> dict:
    found = {"ifname": name, "flags": ["UP", *(["LOWER_UP"] if up else [])]}
    return {**found, **({"linkinfo": {"info_kind": kind}} if kind else {}), **({"master": master} if master else {})}


class Interfaces(unittest.TestCase):
    def chosen(self, links: list, at_home: list = [], likely: list = [], wanted=None):
        with mock.patch("machine._ip", return_value=links):
            return home_interface(wanted, at_home, likely)

    containers = [link("br-5f3a", "bridge"), link("docker0", "bridge"), link("veth1", "veth", "br-5f3a")]

    def test_where_nothing_is_configured_one_that_leads_out(self):
        self.assertEqual(self.chosen([*self.containers, link("wlp2s0")], likely=["docker0"]), "wlp2s0")
        self.assertEqual(self.chosen([link("wg0", "wireguard"), link("enp1s0")], likely=["wg0"]), "enp1s0")
        self.assertEqual(self.chosen([link("eno1", up=False), link("wlp2s0")], likely=["eno1", "wlp2s0"]), "wlp2s0")

    def test_a_bridge_with_a_cable_does_and_those_of_containers_are_no_link(self):
        self.assertEqual(self.chosen([link("br0", "bridge"), link("enp1s0", None, "br0")]), "br0")
        self.assertIsNone(self.chosen([*self.containers, link("tun0", "tun"), link("enp1s0", up=False)]))

    def test_at_home_and_wanted_ones_come_first(self):
        self.assertEqual(self.chosen([link("br9", "bridge"), link("enp1s0")], ["br9"], ["enp1s0"]), "br9")
        self.assertEqual(self.chosen([link("enp1s0"), link("tun0", "tun")], ["enp1s0"], [], "tun0"), "tun0")


class Ways(unittest.TestCase):
    def test_a_way_that_there_is_not_is_none(self):
        with mock.patch("machine.subprocess.run", return_value=mock.Mock(returncode=2, stdout="")):
            self.assertIsNone(way_to("2001:db8::1"))

    def test_of_ipv4_only_what_leads_out_is_told(self):
        own = [
            {"ifname": name, "addr_info": [{"local": local}]}
            for name, local in (("docker0", "172.17.0.1"), ("tun0", "10.8.0.2"))
        ]
        for ways, told, default in (
            ([{"dst": "default", "dev": "tun0"}], ["10.8.0.2"], True),
            ([{"type": "unreachable", "dst": "default"}], ["172.17.0.1", "10.8.0.2"], False),
        ):
            with mock.patch("machine._ip", side_effect=[own, ways]):
                self.assertEqual(own_ipv4(), {"addresses": told, "default": default, "clat": False})


