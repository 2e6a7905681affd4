"""Questions about the site's addresses. Pure."""

from __future__ import annotations

import ipaddress


def embed(prefix: str, ipv4: str) -> str:
    """An IPv4 address under a translation prefix of 96 bits (RFC 6052, section 2.2)."""
    return str(ipaddress.ip_network(prefix).network_address + int(ipaddress.IPv4Address(ipv4)))


def inside(address: str, prefix: str) -> bool:
    """Whether an address lies in a prefix; of another family never."""
    return ipaddress.ip_address(address.partition("%")[0]) in ipaddress.ip_network(prefix)


def is_address(word: str) -> bool:
    """Whether a word is an IPv6 or IPv4 address."""
    try:
        ipaddress.ip_address(word)
    except ValueError:
        return False
    return True


def router_before(site: dict, addresses: list[str]) -> dict | None:
    """The router with a delegated prefix that one of the addresses is behind."""
    found = [each for each in site.get("delegations", []) if any(inside(one, each["prefix"]) for one in addresses)]
    return found[0] if found else None


def segment_of(site: dict, addresses: list[str]) -> dict | None:
    """The segment that one of the addresses, or the base of a prefix, belongs to."""
    found = [each for each in site["segments"] if any(inside(one, each["prefix"]) for one in addresses)]
    return found[0] if found else None


def is_ours(site: dict, advertisement: dict) -> bool:
    """Whether a router advertisement is the gateway's: it knows the site's prefix, or names a resolver in it, and is one
    that the gateway's daemons could have sent."""
    if advertisement.get("malformed"):
        return False
    named = [each["prefix"].partition("/")[0] for each in advertisement["prefixes"]]
    named += [each["address"] for each in advertisement["resolvers"]]
    return any(inside(each, site["prefix"]) for each in named)


def ladder(tunnel_mtu: int) -> list[int]:
    """Packet sizes that tell by how much a path is smaller than planned; 1280 must pass any (RFC 8200, section 5)."""
    known = (1280, 1312, 1340, 1360, 1380, 1400, 1412, 1420, 1432, 1440)
    return sorted({size for size in known if size < tunnel_mtu} | {tunnel_mtu})
