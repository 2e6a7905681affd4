"""What this machine itself says: addresses, routes, neighbours, name servers. Linux."""

from __future__ import annotations

import ipaddress
import json
import subprocess


def _ip(*words: str) -> list:
    """Answer of ip(8) as JSON; it says nothing at all where there is nothing."""
    said = subprocess.run(["ip", "-j", *words], capture_output=True, text=True, timeout=5, check=True).stdout
    return json.loads(said or "[]")


def _read(path: str) -> str:
    try:
        with open(path, encoding="utf-8") as file:
            return file.read()
    except FileNotFoundError:
        return ""


def name_servers() -> list[str]:
    """Name servers that programs here ask; behind the stub of systemd-resolved (resolved.conf(5)) those that it asks."""

    def servers(path: str) -> list[str]:
        lines = [line.split() for line in _read(path).splitlines()]
        return [words[1] for words in lines if len(words) > 1 and words[0] == "nameserver"]

    found = servers("/etc/resolv.conf")
    stub = found[:1] in (["127.0.0.53"], ["127.0.0.54"])
    return servers("/run/systemd/resolve/resolv.conf") if stub else found


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
        if route.get("type") in ("unreachable", "blackhole", "prohibit"):
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


def own_ipv4() -> dict:
    """IPv4 of this machine: whether there is a way out, and whether it is a CLAT's (RFC 7335: 192.0.0.0/29)."""
    own = [
        {"interface": link["ifname"], "address": entry["local"]}
        for link in _ip("-4", "addr", "show", "scope", "global")
        for entry in link.get("addr_info", [])
        if "local" in entry
    ]
    clat = ipaddress.ip_network("192.0.0.0/29")
    ways = _ip("-4", "route", "show", "default")
    is_clat = any(ipaddress.ip_address(each["address"]) in clat for each in own)
    return {
        "addresses": [each["address"] for each in own],
        "default": bool(ways),
        "clat": is_clat or any(str(way.get("dev", "")).startswith("clat") for way in ways),
    }


def home_interface(wanted: str | None, likely: list[str]) -> str | None:
    """The first of some interfaces that is up; of all if none of them is."""
    up = {
        link["ifname"]
        for link in _ip("link", "show")
        if "LOWER_UP" in link["flags"] and "LOOPBACK" not in link["flags"]
    }
    named = [wanted] if wanted else [*likely, *sorted(up)]
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
