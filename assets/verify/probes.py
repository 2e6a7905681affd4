"""Questions to the network, each bounded in time. None of them needs root, unless the kernel keeps echo for root."""

from __future__ import annotations

import errno
import os
import select
import socket
import ssl
import struct
import time
from urllib.parse import urlsplit

from wire import dns_answer, dns_query

# linux/in6.h, linux/errqueue.h
IPV6_RECVERR, IPV6_MTU_DISCOVER, IPV6_PMTUDISC_PROBE = 25, 23, 3
FROM_ICMP6 = 3

# RFC 4443, section 3: type and code of an error.
icmp_errors = {
    (1, 0): "no-route",
    (1, 1): "prohibited",
    (1, 3): "address-unreachable",
    (1, 4): "port-unreachable",
    (1, 5): "source-refused",
    (1, 6): "route-rejected",
    (2, 0): "too-big",
    (3, 0): "hop-limit",
}

# So long a single question waits for its answer, and after so long it is asked again; seconds.
patience, again = 1.5, 0.5


def _name_of(error: OSError) -> str:
    return errno.errorcode.get(error.errno or 0, type(error).__name__)


def _echo_socket(target: tuple) -> socket.socket | None:
    """A socket for echo requests: one for everybody (ping_group_range, icmp(7)), or else root's."""
    for kind in (socket.SOCK_DGRAM, socket.SOCK_RAW):
        try:
            talk = socket.socket(socket.AF_INET6, kind, socket.IPPROTO_ICMPV6)
        except PermissionError:
            continue
        talk.setsockopt(socket.IPPROTO_IPV6, IPV6_RECVERR, 1)
        try:
            talk.connect(target)
        except OSError:
            talk.close()
            raise
        return talk
    return None


def _reported(talk: socket.socket) -> dict | None:
    """An ICMPv6 error, or one of this machine, from a socket's error queue, with the router that it comes from."""
    try:
        _, ancillary, _, _ = talk.recvmsg(2048, 512, socket.MSG_ERRQUEUE | socket.MSG_DONTWAIT)
    except BlockingIOError:
        return None
    for level, kind, data in ancillary:
        if (level, kind) == (socket.IPPROTO_IPV6, IPV6_RECVERR):
            number, origin, icmp, code, _, info, _ = struct.unpack_from("=IBBBBII", data)
            if origin != FROM_ICMP6:
                return {"error": errno.errorcode.get(number, str(number)), "by": "this machine"}
            by = socket.inet_ntop(socket.AF_INET6, data[24:40]) if len(data) >= 40 else "somebody"
            found = {"error": icmp_errors.get((icmp, code), f"icmpv6-{icmp}-{code}"), "by": by}
            return {**found, "mtu": info} if icmp == 2 else found
    return None


def ask_echo(address: str, size: int = 64, scope: int = 0, whole: bool = True, hops: int = 64, seconds: float = patience) -> dict:
    """An ICMPv6 echo with packets of `size` bytes, IPv6 header included; in fragments too unless it must stay whole.

    Answers {"ms"}, {"error", "by"} or {"silent": true}; nothing could be asked: {"unable": why}.
    """
    try:
        talk = _echo_socket((address, 0, 0, scope))
    except OSError as error:
        return {"error": _name_of(error), "by": "this machine"}
    if talk is None:
        return {"unable": "this kernel lets only root send echo requests (ping_group_range)"}
    with talk:
        talk.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_UNICAST_HOPS, hops)
        if whole:
            talk.setsockopt(socket.IPPROTO_IPV6, IPV6_MTU_DISCOVER, IPV6_PMTUDISC_PROBE)
            talk.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_DONTFRAG, 1)
        return _ask_repeatedly(talk, size - 48, seconds)


def _ask_repeatedly(talk: socket.socket, payload: int, seconds: float) -> dict:
    number = struct.unpack(">H", os.urandom(2))[0]
    body = os.urandom(8) + bytes(max(0, payload - 8))
    started = time.monotonic()
    due, sequence, error = started, 0, None
    while True:
        now = time.monotonic()
        if now >= started + seconds:
            return error or {"silent": True}
        if now >= due:
            sequence, due = sequence + 1, now + again
            try:
                talk.send(struct.pack(">BBHHH", 128, 0, 0, number, sequence) + body)
            except OSError as problem:
                error = _reported(talk) or {"error": _name_of(problem), "by": "this machine"}
        wait = min(due, started + seconds) - now
        ready, _, failed = select.select([talk], [], [talk], max(0, wait))
        if not ready and not failed:
            continue
        said = _reported(talk)
        if said is not None:
            if error is not None:
                return said
            error = said
            continue
        try:
            packet = talk.recv(65535)
        except OSError:
            # What the error queue has told already.
            continue
        if packet[0] == 129 and packet[8:16] == body[:8]:
            return {"ms": round((time.monotonic() - started) * 1000, 1)}


def ask_name(server: str, name: str, kind: str, scope: int = 0) -> dict:
    """A question to a name server by UDP. Answers {"rcode", "answers"}, or {"error"}."""
    number = struct.unpack(">H", os.urandom(2))[0]
    family = socket.AF_INET6 if ":" in server else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as talk:
        try:
            # Connected: then the kernel tells of ICMP icmp_errors, and takes answers from nobody else.
            talk.connect((server, 53, 0, scope) if family == socket.AF_INET6 else (server, 53))
            for wait in (again, patience - again):
                talk.send(dns_query(number, name, kind))
                talk.settimeout(wait)
                try:
                    return dns_answer(talk.recv(4096), kind)
                except socket.timeout:
                    continue
        except OSError as error:
            return {"error": _name_of(error)}
        except (ValueError, IndexError, struct.error):
            return {"error": "an answer that cannot be read"}
    return {"error": "silent"}


def ask_tcp(address: str, port: int) -> dict:
    """A TCP connection. Who refuses it was reached: {"ms"} or {"error"}."""
    started = time.monotonic()
    try:
        socket.create_connection((address, port), patience).close()
    except ConnectionRefusedError:
        pass
    except socket.timeout:
        return {"error": "silent"}
    except OSError as error:
        return {"error": _name_of(error)}
    return {"ms": round((time.monotonic() - started) * 1000, 1)}


def ask_http(url: str, address: str, body: int = 0) -> dict:
    """A file by HTTP from a given address of a host, or so many bytes to there. Answers {"text", "bytes"} or {"error"}."""
    asked = urlsplit(url)
    is_tls = asked.scheme == "https"
    verb = "POST" if body else "GET"
    path = (asked.path or "/") + (f"?{asked.query}" if asked.query else "")
    head = f"{verb} {path} HTTP/1.0\r\nHost: {asked.netloc}\r\nContent-Length: {body}\r\n\r\n".encode()
    got = b""
    end = time.monotonic() + 2
    try:
        with socket.create_connection((address, asked.port or (443 if is_tls else 80)), patience) as plain:
            talk = ssl.create_default_context().wrap_socket(plain, server_hostname=asked.hostname) if is_tls else plain
            talk.sendall(head + bytes(body))
            while True:
                talk.settimeout(max(0.01, end - time.monotonic()))
                piece = talk.recv(65536)
                if not piece:
                    break
                got += piece
    except socket.timeout:
        return {"error": "silent", "bytes": max(0, len(got) - 200)}
    except OSError as error:
        return {"error": _name_of(error), "bytes": len(got)}
    words = got.partition(b"\r\n")[0].split()
    status = words[1].decode("ascii", "replace") if len(words) > 1 else "none"
    if not status.startswith("2"):
        return {"error": f"HTTP status {status}", "bytes": 0}
    content = got.partition(b"\r\n\r\n")[2]
    return {"bytes": len(content), "text": content[:200].decode("utf-8", "replace").strip()}
