"""What this machine itself says: addresses, routes, neighbours, name servers. Linux."""

from __future__ import annotations

import ipaddress
import json
import os
import re
import subprocess

from plan import is_address

# Of systemd-resolved (systemd-resolved.service(8)): behind them are the servers that it asks.
STUBS = ("127.0.0.53", "127.0.0.54")

# Kinds of interfaces that a cable or a Wi-Fi may be behind; it has none itself (ip-link(8)).
OUTWARD = (None, "veth", "vlan", "bond", "team", "macvlan", "ipvlan")

# Types of routes that are no way.
NOWHERE = ("unreachable", "blackhole", "prohibit", "throw")


class Odd(Exception):
    """What keeps this machine from being looked at, as a sentence for people."""


def _ip(*words: str) -> list:
    """Answer of ip(8) as JSON; it says nothing at all where there is nothing."""
    said = subprocess.run(["ip", "-j", *words], capture_output=True, text=True, timeout=5, check=True).stdout
    return json.loads(said or "[]")


def _read(path: str) -> str:
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()
    except FileNotFoundError:
        return ""


def _servers(path: str) -> list[str]:
    """Name servers of a file as in resolv.conf(5)."""
    found = []
    for number, line in enumerate(_read(path).splitlines(), 1):
        words = line.split()
        if words[:1] != ["nameserver"]:
            continue
        if len(words) < 2 or not is_address(words[1].partition("%")[0]):
            raise Odd(
                f"{path}, line {number}: given {json.dumps(line.strip())}; allowed is nameserver and an IPv6 or IPv4 address;"
                " take the line away, or correct it where it comes from (NetworkManager, a VPN, somebody's hand)"
            )
        found.append(words[1])
    return list(dict.fromkeys(found))


def _resolvectl(what: str) -> dict[str, list[str]]:
    """Words of resolvectl(1) by link; Global is one too. Nothing where it cannot be asked."""
    try:
        said = subprocess.run(
            ["resolvectl", "--no-pager", what],
            env={**os.environ, "COLUMNS": "9999", "SYSTEMD_COLORS": "0"},
            capture_output=True,
            text=True,
            timeout=5,
            check=True,
        ).stdout
    except (OSError, subprocess.SubprocessError):
        return {}
    found = re.findall(r"^(?:Link \d+ \((.+?)\)|Global):(.*)$", said, re.M)
    return {link or "Global": words.split() for link, words in found}


def routed_servers(dns: dict, domains: dict, default_route: dict) -> list[str]:
    """Those that systemd-resolved asks for names that are of no link's own domain, a VPN's for instance: of the links
    that take all (~.), or else of those with a default route for names, and the global ones."""
    if not default_route:
        return []
    taking = [link for link, words in domains.items() if "~." in words and dns.get(link)]
    links = taking or [link for link in dns if link == "Global" or default_route.get(link) == ["yes"]]
    found = []
    for link in links:
        for word in dns[link]:
            # A server's name for TLS may be behind it, its interface where it is link-local.
            address = word.partition("#")[0]
            found.append(f"{address}%{link}" if address.startswith("fe80:") and "%" not in address else address)
    return list(dict.fromkeys(found)) if all(is_address(each.partition("%")[0]) for each in found) else []


def name_servers() -> list[str]:
    """Name servers that programs here ask; behind the stub of systemd-resolved those that it asks."""
    found = _servers("/etc/resolv.conf")
    if not found or found[0] not in STUBS:
        return found
    routed = routed_servers(_resolvectl("dns"), _resolvectl("domain"), _resolvectl("default-route"))
    return routed or _servers("/run/systemd/resolve/resolv.conf") or found


def own_addresses() -> list[dict]:
    """Global IPv6 addresses of all interfaces, with lifetimes in seconds."""
    return [
        {
            "interface": link["ifname"],
            "address": entry["local"],
            "prefixLength": entry["prefixlen"],
            "deprecated": bool(entry.get("deprecated")) or entry["preferred_life_time"] == 0,
            "tentative": bool(entry.get("tentative")),
            "preferredSec": entry["preferred_life_time"],
            "validSec": entry["valid_life_time"],
        }
        for link in _ip("-6", "addr", "show", "scope", "global")
        for entry in link.get("addr_info", [])
        if "local" in entry
    ]


def default_routes() -> list[dict]:
    """IPv6 default routes by metric. One that came by a router advertisement says so (protocol ra)."""
    found = []
    for route in _ip("-6", "route", "show", "default"):
        if route.get("type") in NOWHERE:
            continue
        # Several routers of one rank are one route with several hops.
        for hop in route.get("nexthops", [route]):
            found.append(
                {
                    "via": hop.get("gateway"),
                    "interface": hop.get("dev", route.get("dev")),
                    "protocol": route.get("protocol", "boot"),
                    "metric": route.get("metric", 0),
                    "mtu": next((metric["mtu"] for metric in route.get("metrics", []) if "mtu" in metric), None),
                }
            )
    return sorted(found, key=lambda route: route["metric"])


def way_to(address: str) -> str | None:
    """The interface by which this machine sends to an address, by all its rules; a VPN may have a table of its own."""
    said = subprocess.run(["ip", "-j", "-6", "route", "get", address], capture_output=True, text=True, timeout=5)
    return json.loads(said.stdout)[0].get("dev") if said.returncode == 0 and said.stdout.strip() else None


def own_ipv4() -> dict:
    """IPv4 of this machine: whether there is a way out, by which addresses, and whether it is a CLAT's (RFC 7335:
    192.0.0.0/29)."""
    own = [
        {"interface": link["ifname"], "address": entry["local"]}
        for link in _ip("-4", "addr", "show", "scope", "global")
        for entry in link.get("addr_info", [])
        if "local" in entry
    ]
    clat = ipaddress.ip_network("192.0.0.0/29")
    ways = [way for way in _ip("-4", "route", "show", "default") if way.get("type") not in NOWHERE]
    by = {hop.get("dev", way.get("dev")) for way in ways for hop in way.get("nexthops", [way])}
    is_clat = any(ipaddress.ip_address(each["address"]) in clat for each in own)
    return {
        # Those of containers and virtual machines lead nowhere.
        "addresses": [each["address"] for each in own if not by or each["interface"] in by],
        "default": bool(ways),
        "clat": is_clat or any(str(way).startswith("clat") for way in by),
    }


def home_interface(wanted: str | None, at_home: list[str], likely: list[str]) -> str | None:
    """The interface to look from: the one that is wanted, the first that is at home, or else the first that leads out of
    this machine, likely ones before others."""
    links = [each for each in _ip("-d", "link", "show") if "LOWER_UP" in each["flags"] and "LOOPBACK" not in each["flags"]]
    up = {each["ifname"]: each for each in links}

    def kind(link: dict) -> str | None:
        return link.get("linkinfo", {}).get("info_kind")

    def leads_out(link: dict) -> bool:
        if kind(link) == "bridge":
            # Not those of containers and virtual machines, whose ports are veth and tun.
            return any(each.get("master") == link["ifname"] and kind(each) not in ("veth", "tun") for each in links)
        return kind(link) in OUTWARD and "master" not in link

    outward = [name for name in [*likely, *sorted(up)] if name in up and leads_out(up[name])]
    named = [wanted] if wanted else [*at_home, *sorted(outward, key=lambda name: kind(up[name]) is not None)]
    return next((name for name in named if name in up), None)


def link_of(name: str) -> dict:
    """MAC, link-local address and MTU of an interface, and whether it has IPv6 at all."""
    local = [
        entry["local"]
        for link in _ip("-6", "addr", "show", "dev", name)
        for entry in link.get("addr_info", [])
        if entry.get("scope") == "link" and "local" in entry
    ]
    hardware = _read(f"/sys/class/net/{name}/address").strip()
    mtu = _read(f"/proc/sys/net/ipv6/conf/{name}/mtu").strip() or _read(f"/sys/class/net/{name}/mtu").strip()
    ipv6 = _read(f"/proc/sys/net/ipv6/conf/{name}/disable_ipv6").strip() == "0"
    return {"name": name, "linkLocal": local[0] if local else None, "mac": hardware, "mtu": int(mtu), "ipv6": ipv6}


def neighbours_on(name: str) -> dict[str, str]:
    """MAC by address of those that were spoken to on an interface."""
    return {
        entry["dst"]: entry["lladdr"] for entry in _ip("-6", "neigh", "show", "dev", name) if "lladdr" in entry
    }
