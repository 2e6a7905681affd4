import time
import unittest

from solicit import _send


class Link:
    """A socket whose link cannot send at first."""

    def __init__(self, failures: int) -> None:
        self.failures = failures
        self.sent: list[bytes] = []

    def sendto(self, message: bytes, _to: tuple) -> None:
        if self.failures > 0:
            self.failures -= 1
            raise OSError(99, "Cannot assign requested address")
        self.sent.append(message)


class Sending(unittest.TestCase):
    def test_waits_until_the_address_may_be_used(self):
        link = Link(2)
        _send(link, b"who?", ("ff02::2", 0), time.monotonic() + 5)
        self.assertEqual(link.sent, [b"who?"])

    def test_gives_up_on_a_link_that_stays_down(self):
        link = Link(1000)
        _send(link, b"who?", ("ff02::2", 0), time.monotonic() + 0.2)
        self.assertEqual(link.sent, [])


if __name__ == "__main__":
    unittest.main()
