"""What only root may ask on a link: routers for their advertisements, DHCPv6 servers for what they tell everybody."""

from __future__ import annotations

import os
import select
import socket
import struct
import time

from wire import MALFORMED, dhcp6_reply, information_request, router_advertisement

ALL_ROUTERS, ALL_SERVERS = "ff02::2", "ff02::1:2"
ETH_P_IPV6 = 0x86DD


def _if_allowed(call):
    """A question that answers nothing where not even root may ask it, as in a container without CAP_NET_RAW."""

    def asked(*arguments):
        try:
            return call(*arguments)
        except PermissionError:
            return None

    return asked


@_if_allowed
def solicit_routers(index: int, enough, seconds: float = 3.6) -> list[dict]:
    """Solicits routers and collects what each advertises, the latest of each.

    A router may wait half a second with its answer (RFC 4861, section 6.2.6) and 3 s after its last one to all, so
    silence takes longer than an answer. `enough` says of what came whether the expected router is among it; after
    that, others still get `settle` seconds.
    """
    settle = 0.7
    found: dict[str, dict] = {}
    with socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6) as talk:
        talk.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS, 255)
        talk.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_RECVHOPLIMIT, 1)
        started = time.monotonic()
        due, end = started, started + seconds
        while time.monotonic() < end:
            if time.monotonic() >= due:
                due = time.monotonic() + 1.2
                _send(talk, struct.pack(">BBHI", 133, 0, 0, 0), (ALL_ROUTERS, 0, 0, index), due)
            wait = min(due, end) - time.monotonic()
            if not select.select([talk], [], [], max(0, wait))[0]:
                continue
            message, ancillary, _, source = talk.recvmsg(2048, 128)
            hops = [struct.unpack("=I", data)[0] for _, kind, data in ancillary if kind == socket.IPV6_HOPLIMIT]
            # RFC 4861, section 6.1.2: what comes from beyond the link is none.
            if message[:1] != b"\x86" or len(message) < 16 or hops != [255] or source[3] != index:
                continue
            address = source[0].partition("%")[0]
            found[address] = router_advertisement(message, address)
            if enough(found.values()):
                end = min(end, max(time.monotonic(), started + settle))
    return sorted(found.values(), key=lambda each: each["source"])


def _send(talk: socket.socket, message: bytes, to: tuple, end: float) -> None:
    """Sends as soon as the link lets it, or not at all: before a link-local address is known to be nobody else's
    (RFC 4862, section 5.4), and without a cable, a machine cannot ask, and hears nothing."""
    while True:
        try:
            talk.sendto(message, to)
            return
        except OSError:
            if time.monotonic() >= end:
                return
        time.sleep(0.1)


@_if_allowed
def ask_dhcp6(index: int, name: str, mac: str, seconds: float = 1.5) -> dict:
    """Asks DHCPv6 servers (RFC 8415, section 18.2.6). The answer goes to the port of this machine's own client, so it is
    read off the link. Answers {"resolvers", "domains"} or {"silent": true}."""
    number = int.from_bytes(os.urandom(3), "big")
    request = information_request(number, bytes.fromhex(mac.replace(":", "")))
    with socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(ETH_P_IPV6)) as ear, socket.socket(
        socket.AF_INET6, socket.SOCK_DGRAM
    ) as talk:
        ear.bind((name, ETH_P_IPV6))
        started = time.monotonic()
        for wait in (0.5, seconds - 0.5):
            end = time.monotonic() + wait
            _send(talk, request, (ALL_SERVERS, 547, 0, index), end)
            while select.select([ear], [], [], max(0, end - time.monotonic()))[0]:
                packet = ear.recv(4096)
                # UDP to the client's port, right behind the header.
                if len(packet) > 48 and packet[6] == 17 and packet[42:44] == struct.pack(">H", 546):
                    try:
                        reply = dhcp6_reply(packet[48:], number)
                    except MALFORMED:
                        continue
                    if reply is not None:
                        return {**reply, "ms": round((time.monotonic() - started) * 1000, 1)}
    return {"silent": True}
