"""Everything that is looked at and asked, side by side; answers what was seen and judges nothing."""

from __future__ import annotations

import ipaddress
import os
import socket
from concurrent.futures import Future, ThreadPoolExecutor
from urllib.parse import urlsplit

from machine import default_routes, home_interface, link_of, name_servers, neighbours_on, own_addresses, own_ipv4, way_to
from plan import embed, is_address, is_ours, ladder, segment_of
from probes import ask_echo, ask_http, ask_name, ask_tcp
from solicit import ask_dhcp6, solicit_routers


class _Round:
    """Questions that run side by side, by name."""

    def __init__(self) -> None:
        self.pool = ThreadPoolExecutor(max_workers=64)
        self.asked: dict[tuple, Future] = {}

    def ask(self, *key_and_call) -> None:
        *key, call, arguments = key_and_call
        self.asked.setdefault(tuple(key), self.pool.submit(call, *arguments))

    def answers(self) -> dict:
        """Answers as nested objects by the parts of their names."""
        found: dict = {}
        for key, future in self.asked.items():
            at = found
            for part in key[:-1]:
                at = at.setdefault(part, {})
            at[key[-1]] = future.result()
        self.pool.shutdown()
        return found


def observe(site: dict, targets: dict, options: dict) -> dict:
    """Looks at this machine and asks the network; see docs/VERIFY.md for what the parts mean."""
    root = os.geteuid() == 0
    routes, own = default_routes(), own_addresses()
    # That of an address of the site, before any other default route: a VPN has one too. With cable and Wi-Fi it is the one
    # that is used; routes are in that order.
    at_home = {each["interface"] for each in own if segment_of(site, [each["address"]])}
    ranked = [each["interface"] for each in [*routes, *own]]
    name = home_interface(options["interface"], [each for each in ranked if each in at_home], ranked)
    seen = {
        "root": root,
        "link": link_of(name) if name else None,
        "addresses": own,
        "defaults": routes,
        "ipv4": own_ipv4(),
        "way": way_to(targets["internet6"][0]),
        "resolvers": name_servers(),
        "name": options["name"] or socket.gethostname().partition(".")[0],
        "nameGiven": options["name"] is not None,
        "advertisements": None,
        "dhcp6": None,
        "echo": {},
        "dns": {},
        "tcp": {},
        "http": {},
    }
    if name is None:
        return {**seen, "segment": None, "gateway": None, "neighbours": {}}
    index = socket.if_nametoindex(name)
    here = [each["address"] for each in own if each["interface"] == name]
    listed = next((site["hosts"][each] for each in here if each in site["hosts"]), None)
    if listed and not seen["nameGiven"]:
        seen.update(name=listed, nameGiven=True)
    segment = segment_of(site, here)
    first = next((each["via"] for each in routes if each["interface"] == name and each["via"]), None)

    def enough(found) -> bool:
        return any(is_ours(site, each) for each in found)

    if root and segment is None and first is None:
        # Nobody is known here yet: who advertises is the one to ask.
        seen["advertisements"] = solicit_routers(index, enough)
        told = [each for each in seen["advertisements"] or [] if is_ours(site, each)]
        first = next((each["source"] for each in told), None)
        segment = segment_of(site, [each["prefix"].partition("/")[0] for one in told for each in one["prefixes"]])
    server = (segment["gateway"], 0) if segment and here else (first, index) if first else None
    seen.update(segment=segment, gateway={"linkLocal": first, "address": segment["gateway"] if segment else None})

    talk = _Round()
    if root and seen["advertisements"] is None:
        talk.ask("advertisements", solicit_routers, (index, enough))
    if root:
        talk.ask("dhcp6", ask_dhcp6, (index, name, seen["link"]["mac"]))
    for each in {route["via"] for route in routes if route["via"] and route["interface"] == name}:
        talk.ask("echo", f"router {each}", ask_echo, (each, 64, index))
    _ask_path(talk, site, targets, seen)
    _ask_names(talk, site, targets, seen, server, here)
    # What was found before must not be lost where a part of it was asked for again.
    seen.update(talk.answers())
    # Where no number answers, no name will: what that would add is only time.
    if any("ms" in said for said in seen["tcp"].values()):
        talk = _Round()
        _ask_services(talk, targets, seen)
        if seen["ipv4"]["default"]:
            _ask_by_number(talk, site, targets, seen)
        for part, found in talk.answers().items():
            seen[part] = {**seen[part], **found}
    seen["neighbours"] = neighbours_on(name)
    return seen


def _ask_path(talk: _Round, site: dict, targets: dict, seen: dict) -> None:
    """Echo and TCP along the path: gateway, colo, internet."""
    if seen["gateway"]["address"]:
        talk.ask("echo", "gateway", ask_echo, (seen["gateway"]["address"],))
    for key in ("resolver", "translator", "tunnel"):
        talk.ask("echo", key, ask_echo, (site["colo"][key],))
    for key, address in enumerate(targets["internet6"]):
        talk.ask("echo", f"internet6 {key}", ask_echo, (address,))
        talk.ask("tcp", f"internet6 {key}", ask_tcp, (address, targets["port"]))
    for key, address in enumerate(targets["internet4"]):
        translated = embed(site["nat64Prefix"], address)
        talk.ask("echo", f"nat64 {key}", ask_echo, (translated,))
        talk.ask("tcp", f"nat64 {key}", ask_tcp, (translated, targets["port"]))
        talk.ask("tcp", f"ipv4 {key}", ask_tcp, (address, targets["port"]))
    talk.ask("tcp", "resolver", ask_tcp, (site["colo"]["resolver"], 53))
    for size in ladder(site["mtu"]["tunnel"]):
        talk.ask("echo", f"whole {size}", ask_echo, (site["colo"]["resolver"], size))
    # In pieces on the way out; the answer is a packet that only fits the tunnel once the far end has heard Packet Too Big.
    for key, address in enumerate(targets["internet6"]):
        talk.ask("echo", f"large {key}", ask_echo, (address, 1500, 0, False))


def _ask_names(talk: _Round, site: dict, targets: dict, seen: dict, server, here: list[str]) -> None:
    """The same questions to everybody who could answer them."""
    servers = {"colo": (site["colo"]["resolver"], 0)}
    if server:
        servers["gateway"] = server
    for each in seen["resolvers"]:
        servers[f"used {each}"] = (each.partition("%")[0], index_of(each))
    questions = {"ipv4only": "ipv4only.arpa", **{key: targets[key] for key in ("name4", "name6", "name46")}}
    for who, (address, scope) in servers.items():
        for key, name in questions.items():
            talk.ask("dns", who, key, ask_name, (address, name, "AAAA", scope))
    if server:
        full = seen["name"] if "." in seen["name"] else f"{seen['name']}.{site['domain']}"
        talk.ask("dns", "gateway", "own", ask_name, (server[0], full, "AAAA", server[1]))
        for each in here:
            reverse = ipaddress.ip_address(each).reverse_pointer
            talk.ask("dns", "gateway", f"reverse {each}", ask_name, (server[0], reverse, "PTR", server[1]))


def index_of(address: str) -> int:
    """The scope of a link-local address that is written with its interface, by name or number; 0 if that is gone."""
    interface = address.partition("%")[2]
    if interface.isdigit():
        return int(interface)
    try:
        return socket.if_nametoindex(interface) if interface else 0
    except OSError:
        return 0


def answers_of(seen: dict, key: str) -> list[str]:
    """What the first of the resolvers in use that answers says to a question."""
    for each in seen["resolvers"]:
        said = seen["dns"].get(f"used {each}", {}).get(key, {})
        if said.get("answers"):
            return said["answers"]
    return []


def _ask_services(talk: _Round, targets: dict, seen: dict) -> None:
    """What needs the addresses of names: by those that this machine's own resolvers gave, or else by known ones."""
    for key in ("name4", "name6", "name46"):
        for address in answers_of(seen, key)[:1]:
            talk.ask("tcp", key, ask_tcp, (address, targets["port"]))
    for key, body in (("echo", 0), ("download", 0), ("upload", 200_000)):
        url = targets[key]
        if url:
            host = urlsplit(url).hostname
            if is_address(host):
                known = [host]
            elif host == targets["name6"]:
                known = answers_of(seen, "name6") or targets["internet6"]
            else:
                known = _look_up(seen, host)
            if known:
                talk.ask("http", key, ask_http, (url, known[0], body))


def _ask_by_number(talk: _Round, site: dict, targets: dict, seen: dict) -> None:
    """How the far end sees this machine's IPv4, and the same server's answer through NAT64."""
    url = targets["echo4"] or targets["echo"]
    if url is None:
        return
    host = urlsplit(url).hostname
    for number in [host] if is_address(host) else _look_up(seen, host, "A")[:1]:
        if ":" not in number:
            talk.ask("http", "echo ipv4", ask_http, (url, number, 0))
            talk.ask("http", "echo nat64", ask_http, (url, embed(site["nat64Prefix"], number), 0))


def _look_up(seen: dict, host: str, kind: str = "AAAA") -> list[str]:
    """Addresses of a further name, by the first resolver in use."""
    for each in seen["resolvers"][:1]:
        return ask_name(each.partition("%")[0], host, kind, index_of(each)).get("answers", [])
    return []
