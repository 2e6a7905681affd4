"""Messages as bytes: DNS (RFC 1035), router advertisements (RFC 4861), DHCPv6 (RFC 8415). Pure."""

from __future__ import annotations

import ipaddress
import struct

dns_types = {"A": 1, "CNAME": 5, "PTR": 12, "AAAA": 28}
rcodes = {0: "NOERROR", 1: "FORMERR", 2: "SERVFAIL", 3: "NXDOMAIN", 4: "NOTIMP", 5: "REFUSED"}


def dns_query(number: int, name: str, kind: str) -> bytes:
    """A recursive query without EDNS, so no DO: the answer that an ordinary program gets (RFC 6147)."""
    labels = b"".join(bytes([len(part)]) + part.encode() for part in name.rstrip(".").split("."))
    return struct.pack(">6H", number, 0x0100, 1, 0, 0, 0) + labels + struct.pack(">BHH", 0, dns_types[kind], 1)


def _name(packet: bytes, at: int) -> tuple[str, int]:
    """The name at an offset, and the offset behind it; a pointer is followed (RFC 1035, section 4.1.4)."""
    parts, end, steps = [], None, 0
    while packet[at] != 0:
        if packet[at] >= 0xC0:
            end = at + 2 if end is None else end
            at = struct.unpack_from(">H", packet, at)[0] & 0x3FFF
            steps += 1
            if steps > 32:
                raise ValueError("a name that points at itself")
        else:
            parts.append(packet[at + 1 : at + 1 + packet[at]].decode("ascii", "replace"))
            at += 1 + packet[at]
    return ".".join(parts).lower(), (at + 1 if end is None else end)


def dns_answer(packet: bytes, kind: str) -> dict:
    """Return code, and the answers of one type as text."""
    _, flags, questions, answers = struct.unpack_from(">4H", packet)
    at, found = 12, []
    for _ in range(questions):
        at = _name(packet, at)[1] + 4
    for _ in range(answers):
        at = _name(packet, at)[1]
        number, _, _, size = struct.unpack_from(">HHIH", packet, at)
        at += 10
        data = packet[at : at + size]
        if number == dns_types[kind]:
            found.append(_name(packet, at)[0] if kind == "PTR" else str(ipaddress.ip_address(data)))
        at += size
    return {"rcode": rcodes.get(flags & 15, str(flags & 15)), "answers": sorted(found)}


def _search_list(data: bytes) -> list[str]:
    """Domains of a DNSSL option, padded with zeros (RFC 8106, section 5.2)."""
    names, at = [], 0
    while at < len(data) and data[at] != 0:
        name, at = _name(data, at)
        names.append(name)
    return names


# What reading past the end, or a number out of range, ends in.
MALFORMED = (struct.error, ValueError, IndexError)


def _pref64(value: bytes) -> dict:
    """The option of RFC 8781: 13 bits of lifetime in units of 8 s, 3 bits that say the length, 96 bits of prefix."""
    scaled = struct.unpack_from(">H", value)[0]
    if len(value) != 14 or scaled & 7 > 5:
        raise ValueError("no prefix of RFC 8781")
    length = {0: 96, 1: 64, 2: 56, 3: 48, 4: 40, 5: 32}[scaled & 7]
    prefix = ipaddress.ip_network((value[2:14] + bytes(4), length), strict=False)
    return {"prefix": str(prefix), "lifetimeSec": scaled & ~7}


def _option(number: int, value: bytes, found: dict) -> None:
    if number == 1:
        found["mac"] = value[:6].hex(":")
    elif number == 3:
        valid, preferred = struct.unpack_from(">II", value, 2)
        prefix = ipaddress.ip_network((value[14:30], value[0]), strict=False)
        flags = {"onLink": bool(value[1] & 0x80), "autonomous": bool(value[1] & 0x40)}
        found["prefixes"].append({"prefix": str(prefix), "validSec": valid, "preferredSec": preferred, **flags})
    elif number == 5:
        found["mtu"] = struct.unpack_from(">I", value, 2)[0]
    elif number == 25:
        lifetime = struct.unpack_from(">I", value, 2)[0]
        servers = [str(ipaddress.IPv6Address(value[at : at + 16])) for at in range(6, len(value) - 15, 16)]
        found["resolvers"] += [{"address": server, "lifetimeSec": lifetime} for server in servers]
    elif number == 31:
        lifetime = struct.unpack_from(">I", value, 2)[0]
        found["domains"] += [{"domain": name, "lifetimeSec": lifetime} for name in _search_list(value[6:])]
    elif number == 38:
        found["pref64"].append(_pref64(value))


def router_advertisement(message: bytes, source: str) -> dict:
    """An ICMPv6 message of type 134, of 16 bytes or more, as an object; lifetimes in seconds. One with options that no
    router could mean (RFC 4861, section 6.1.2) is `malformed`."""
    flags, lifetime = struct.unpack_from(">BH", message, 5)
    found = {
        "source": source,
        "mac": None,
        "managed": bool(flags & 0x80),
        "other": bool(flags & 0x40),
        # RFC 4191: 1 is high, 3 is low.
        "preference": {0: "medium", 1: "high", 3: "low"}.get((flags >> 3) & 3, "reserved"),
        "routerLifetimeSec": lifetime,
        "mtu": None,
        "prefixes": [],
        "resolvers": [],
        "domains": [],
        "pref64": [],
        "malformed": False,
    }
    at = 16
    while at < len(message):
        size = message[at + 1] * 8 if at + 2 <= len(message) else 0
        if size == 0 or at + size > len(message):
            found["malformed"] = True
            break
        try:
            _option(message[at], message[at + 2 : at + size], found)
        except MALFORMED:
            found["malformed"] = True
        at += size
    return found


def information_request(number: int, mac: bytes) -> bytes:
    """DHCPv6 without asking for an address: client identifier, elapsed time, and the options 23 and 24 (RFC 3646)."""
    duid = struct.pack(">HH", 3, 1) + mac
    options = ((1, duid), (8, struct.pack(">H", 0)), (6, struct.pack(">HH", 23, 24)))
    body = b"".join(struct.pack(">HH", code, len(value)) + value for code, value in options)
    return struct.pack(">I", (11 << 24) | number) + body


def dhcp6_reply(message: bytes, number: int) -> dict | None:
    """What a server says to that request; nothing if it is another message."""
    if len(message) < 4 or struct.unpack_from(">I", message)[0] != (7 << 24) | number:
        return None
    found = {"resolvers": [], "domains": []}
    at = 4
    while at + 4 <= len(message):
        code, size = struct.unpack_from(">HH", message, at)
        value = message[at + 4 : at + 4 + size]
        if code == 23:
            found["resolvers"] += [
                str(ipaddress.IPv6Address(value[n : n + 16])) for n in range(0, len(value) - 15, 16)
            ]
        elif code == 24:
            found["domains"] += _search_list(value)
        at += 4 + size
    return found
