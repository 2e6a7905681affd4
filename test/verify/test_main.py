import contextlib
import http.server
import io
import random
import threading
import unittest
from unittest import mock

import main
import wire
from machine import default_routes
from observe import index_of
from plan import router_before
from probes import ask_http
from support import Home, recorded


def verify(*words: str) -> tuple[int, str]:
    """Exit code, and what it says to people on standard error."""
    said = io.StringIO()
    with contextlib.redirect_stderr(said), contextlib.redirect_stdout(io.StringIO()):
        try:
            code = main.main(recorded["site"], [*words])
        except SystemExit as end:
            code = end.code
    return code, said.getvalue()


class Unable(unittest.TestCase):
    def test_options_that_cannot_be_are_told_with_code_2(self):
        for words in (
            ["--interface", "wlan9"],
            ["--internet4", "dns.example"],
            ["--internet6", "192.0.2.1"],
            ["--echo", "notanurl"],
            ["--download", "ftp://a.example/"],
            ["--port", "https"],
        ):
            code, said = verify(*words)
            self.assertEqual(code, 2, words)
            self.assertIn(words[1], said)
            self.assertNotIn("Traceback", said)

    def test_whatever_keeps_it_from_looking_is_one_line_and_no_finding(self):
        for error in (OSError(99, "Cannot assign requested address"), ValueError("odd"), KeyError("ifname")):
            with mock.patch.object(main, "observe", side_effect=error):
                code, said = verify()
            self.assertEqual((code, said.count("\n")), (2, 1))
            self.assertIn(type(error).__name__, said)

    def test_behind_a_delegated_router_it_does_not_judge(self):
        site = {**recorded["site"], "delegations": [{"prefix": "2001:db8:beef:110::/60", "router": "attic"}]}
        seen = {**recorded["observations"], "segment": None}
        seen["addresses"] = [{**seen["addresses"][0], "address": "2001:db8:beef:112::5"}]
        self.assertIsNone(router_before(site, ["2001:db8:beef:101::5"]))
        said = io.StringIO()
        with mock.patch.object(main, "observe", return_value=seen), contextlib.redirect_stderr(said):
            self.assertEqual(main.main(site, []), 2)
        self.assertIn("behind attic", said.getvalue())


class Report(unittest.TestCase):
    def test_what_is_advertised_is_told_with_its_rfc(self):
        said = main.render(Home().judged())
        for line in (
            "ok      default route (RFC 4861): ",
            "ok        how to get an address (RFC 4861, 4.2): flags M O A\n",
            "ok        lifetimes (RFC 9096, 3.2): router 1800 s; 2001:db8:beef:101::/64 2700/2700 s\n",
            "ok        MTU (RFC 4861, 4.6.4): 1440 bytes\n",
            "ok        resolver (RFC 8106, 5.1): 2001:db8:beef:101::1 for 2700 s\n",
            "ok        domain (RFC 8106, 5.2): home.arpa for 2700 s\n",
            "warning   NAT64 prefix (RFC 8781): absent\n",
            "ok      DHCPv6 (RFC 8415): ",
            "ok      DNS64 (RFC 7050): ",
            "ok      internet by NAT64 (RFC 6146): ",
        ):
            self.assertIn(f"\n{line}", said)


class Machine(unittest.TestCase):
    def test_a_scope_is_a_name_or_a_number_and_may_be_gone(self):
        self.assertEqual((index_of("fe80::1%2"), index_of("fe80::1%lo"), index_of("fe80::1")), (2, 1, 0))
        self.assertEqual(index_of("fe80::1%gone0"), 0)

    def test_routes_that_lead_nowhere_are_no_ways(self):
        routes = [{"type": "unreachable", "dst": "default", "dev": "lo", "metric": 4096}]
        with mock.patch("machine._ip", return_value=routes):
            self.assertEqual(default_routes(), [])


class Malformed(unittest.TestCase):
    head = bytes([134, 0, 0, 0, 64, 0xC0]) + bytes(10)

    def test_options_that_do_not_fit_are_told(self):
        for option in (
            bytes([3, 4, 200]) + bytes(29),
            bytes([3, 1]) + bytes(6),
            bytes([5, 2, 0]),
            bytes([5, 0]),
            bytes([38, 1]) + bytes(6),
            bytes([38, 2, 0, 7]) + bytes(12),
            bytes([31, 2]) + bytes(6) + bytes([63]) + bytes(7),
            bytes([1]),
        ):
            found = wire.router_advertisement(self.head + option, "fe80::bad")
            self.assertTrue(found["malformed"], option)

    def test_no_bytes_make_it_stop(self):
        chance = random.Random(4861)
        for _ in range(3000):
            noise = bytes(chance.choice((0, 1, 3, 4, 5, 25, 31, 38, 200, 255)) for _ in range(chance.randrange(80)))
            wire.router_advertisement(self.head + noise, "fe80::bad")
            try:
                wire.dhcp6_reply(bytes([7, 1, 2, 3]) + noise, 0x010203)
            except wire.MALFORMED:
                pass


class Answering(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.path == "/there?yes" else 404)
        self.end_headers()
        self.wfile.write(b"hello")

    def log_message(self, *_):
        pass


class Transfers(unittest.TestCase):
    def test_by_the_port_and_the_status_of_the_url(self):
        with http.server.HTTPServer(("127.0.0.1", 0), Answering) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            base = f"http://web.example:{server.server_port}"
            self.assertEqual(ask_http(f"{base}/there?yes", "127.0.0.1"), {"bytes": 5, "text": "hello"})
            self.assertEqual(ask_http(f"{base}/gone", "127.0.0.1"), {"error": "HTTP status 404", "bytes": 0})
            server.shutdown()
