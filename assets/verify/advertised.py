"""Verdicts on the gateway's router advertisements and DHCPv6, which only root may ask for. Pure; see checks."""

from __future__ import annotations

from far import too_long
from signs import Signs
from verdicts import FAILED, NOT_CHECKED, PASSED, WARNING, verdict_of


def _advertised(check):
    """A check of the gateway's router advertisements, which only root may ask for."""

    def checked(signs: Signs):
        if signs.seen["advertisements"] is None:
            return NOT_CHECKED, "because only root may read router advertisements; run it with sudo"
        if not signs.ours:
            return NOT_CHECKED, "because the gateway sent no router advertisement"
        return check(signs, signs.ours[0])

    return checked


def check_ra(signs: Signs):
    if signs.seen["advertisements"] is None:
        return NOT_CHECKED, "because only root may ask for router advertisements; run it with sudo"
    return verdict_of(bool(signs.ours), ", ".join(each["source"] for each in signs.ours), "no answer to a solicitation")


def check_ra_foreign(signs: Signs):
    if signs.seen["advertisements"] is None and not signs.gateway_locals():
        return NOT_CHECKED, "because only root may ask for router advertisements; run it with sudo"
    found = signs.foreign_routers()
    return verdict_of(not found, "none", ", ".join(found))


@_advertised
def check_ra_flags(signs: Signs, told: dict):
    flags = [word for word, key in (("M", "managed"), ("O", "other")) if told[key]]
    autonomous = any(each["autonomous"] for each in told["prefixes"])
    flags += ["A"] if autonomous else []
    return verdict_of(bool(flags), "flags " + " ".join(flags), "neither M nor A: no way to an address")


@_advertised
def check_ra_lifetimes(signs: Signs, told: dict):
    words = [f"router {told['routerLifetimeSec']} s"]
    words += [f"{each['prefix']} {each['preferredSec']}/{each['validSec']} s" for each in told["prefixes"]]
    return verdict_of(not too_long(signs), "; ".join(words))


@_advertised
def check_ra_mtu(signs: Signs, told: dict):
    wanted = signs.site["mtu"]["tunnel"]
    return verdict_of(told["mtu"] == wanted, f"{told['mtu']} bytes", f"{told['mtu']}, planned {wanted} bytes")


@_advertised
def check_ra_resolver(signs: Signs, told: dict):
    words = [f"{each['address']} for {each['lifetimeSec']} s" for each in told["resolvers"]]
    own = [each for each in told["resolvers"] if signs.own_resolver(each["address"])]
    return verdict_of(bool(own), ", ".join(words) or "no RDNSS option")


@_advertised
def check_ra_domain(signs: Signs, told: dict):
    words = [f"{each['domain']} for {each['lifetimeSec']} s" for each in told["domains"]]
    own = any(each["domain"] == signs.site["domain"] for each in told["domains"])
    return (PASSED, ", ".join(words)) if own else (WARNING, ", ".join(words) or "no DNSSL option")


@_advertised
def check_ra_pref64(signs: Signs, told: dict):
    words = [f"{each['prefix']} for {each['lifetimeSec']} s" for each in told["pref64"]]
    if any(each["prefix"] == signs.site["nat64Prefix"] for each in told["pref64"]):
        return PASSED, ", ".join(words)
    return FAILED if signs.site["pref64"] == "expected" or words else WARNING, ", ".join(words) or "absent"


def check_dhcp6(signs: Signs):
    asked = signs.seen["dhcp6"]
    if asked is None:
        return NOT_CHECKED, "because only root may read the answer; run it with sudo"
    if asked.get("silent"):
        wanted = any(each["managed"] for each in signs.ours)
        return (FAILED, "no answer") if wanted else (NOT_CHECKED, "because no router advertisement asks for it")
    return PASSED, f"names {', '.join(asked['resolvers']) or 'no resolver'} after {asked['ms']} ms"
