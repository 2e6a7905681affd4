import struct
import unittest

import wire


def answer(flags: int, *records: bytes) -> bytes:
    question = wire.dns_query(7, "web4.lab.example", "AAAA")[12:]
    return struct.pack(">6H", 7, flags, 1, len(records), 0, 0) + question + b"".join(records)


def record(kind: int, data: bytes) -> bytes:
    return b"\xc0\x0c" + struct.pack(">HHIH", kind, 1, 60, len(data)) + data


class Dns(unittest.TestCase):
    def test_a_question_has_recursion_desired_and_no_edns(self):
        packet = wire.dns_query(7, "a.example.", "AAAA")
        self.assertEqual(packet, bytes.fromhex("00070100000100000000000001610765") + b"xample\0\0\x1c\0\x01")

    def test_answers_of_the_wanted_type_behind_an_alias(self):
        alias = record(5, b"\x01b\xc0\x15")
        address = record(28, bytes.fromhex("0064ff9b") + bytes(8) + bytes([11, 0, 3, 2]))
        said = wire.dns_answer(answer(0x8180, alias, address), "AAAA")
        self.assertEqual(said, {"rcode": "NOERROR", "answers": ["64:ff9b::b00:302"]})

    def test_a_name_as_answer(self):
        said = wire.dns_answer(answer(0x8180, record(12, b"\x06LAPTOP\xc0\x15")), "PTR")
        self.assertEqual(said["answers"], ["laptop.example"])

    def test_return_codes(self):
        self.assertEqual(wire.dns_answer(answer(0x8183), "AAAA"), {"rcode": "NXDOMAIN", "answers": []})
        self.assertEqual(wire.dns_answer(answer(0x8185), "AAAA")["rcode"], "REFUSED")

    def test_a_name_that_points_at_itself_is_refused(self):
        with self.assertRaises(ValueError):
            wire.dns_answer(struct.pack(">6H", 7, 0x8180, 1, 0, 0, 0) + b"\xc0\x0c\0\x1c\0\x01", "AAAA")


class RouterAdvertisements(unittest.TestCase):
    prefix = bytes.fromhex("20010db8beef0101") + bytes(8)

    def message(self, *options: bytes, flags: int = 0xC0) -> bytes:
        return bytes([134, 0, 0, 0, 64, flags]) + struct.pack(">HII", 1800, 0, 0) + b"".join(options)

    def test_all_options(self):
        told = wire.router_advertisement(
            self.message(
                bytes([1, 1]) + bytes.fromhex("020000000401"),
                bytes([3, 4, 64, 0xC0]) + struct.pack(">III", 5400, 2700, 0) + self.prefix,
                bytes([5, 1, 0, 0]) + struct.pack(">I", 1440),
                bytes([25, 3, 0, 0]) + struct.pack(">I", 2700) + self.prefix[:15] + b"\x01",
                bytes([31, 3, 0, 0]) + struct.pack(">I", 2700) + b"\x04home\x04arpa\0" + bytes(5),
                bytes([38, 2]) + struct.pack(">H", 1800 & ~7) + bytes.fromhex("0064ff9b") + bytes(8),
            ),
            "fe80::1",
        )
        self.assertEqual(
            told,
            {
                "source": "fe80::1",
                "mac": "02:00:00:00:04:01",
                "managed": True,
                "other": True,
                "preference": "medium",
                "routerLifetimeSec": 1800,
                "mtu": 1440,
                "prefixes": [
                    {
                        "prefix": "2001:db8:beef:101::/64",
                        "validSec": 5400,
                        "preferredSec": 2700,
                        "onLink": True,
                        "autonomous": True,
                    }
                ],
                "resolvers": [{"address": "2001:db8:beef:101::1", "lifetimeSec": 2700}],
                "domains": [{"domain": "home.arpa", "lifetimeSec": 2700}],
                "pref64": [{"prefix": "64:ff9b::/96", "lifetimeSec": 1800}],
                "malformed": False,
            },
        )

    def test_preference_and_an_option_of_length_zero(self):
        told = wire.router_advertisement(self.message(bytes(8), flags=0x08), "fe80::1")
        self.assertEqual((told["preference"], told["managed"], told["mtu"]), ("high", False, None))


class Dhcp6(unittest.TestCase):
    def test_a_reply_is_known_by_its_number(self):
        servers = bytes.fromhex("20010db8beef0101") + bytes(7) + b"\x01"
        reply = bytes([7, 1, 2, 3]) + struct.pack(">HH", 23, 16) + servers
        reply += struct.pack(">HH", 24, 11) + b"\x04home\x04arpa\0"
        self.assertEqual(
            wire.dhcp6_reply(reply, 0x010203), {"resolvers": ["2001:db8:beef:101::1"], "domains": ["home.arpa"]}
        )
        self.assertIsNone(wire.dhcp6_reply(reply, 0x010204))
        self.assertIsNone(wire.dhcp6_reply(b"\x07", 0x010203))

    def test_a_request_asks_for_resolvers_and_domains(self):
        request = wire.information_request(0x010203, bytes.fromhex("020000000101"))
        self.assertEqual(request[:4], bytes([11, 1, 2, 3]))
        self.assertIn(struct.pack(">HHHH", 6, 4, 23, 24), request)
