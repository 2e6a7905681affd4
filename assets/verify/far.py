"""Rules for causes where this machine is heard: its own settings, the colo, the internet, sizes, names. Pure; see diagnose.

A rule answers what shows its cause, or nothing.
"""

from __future__ import annotations

from signs import Signs

# RFC 9096, section 3.2; RFC 4861, section 6.2.1 (AdvDefaultLifetime).
longest = {"preferredSec": 2700, "validSec": 5400, "routerLifetimeSec": 9000}


def finds_renumbered(signs: Signs) -> str | None:
    others = signs.elsewhere_on_link()
    return None if signs.here() or not others else f"this machine has {', '.join(others)}"


def finds_address_deprecated(signs: Signs) -> str | None:
    own = signs.here()
    if not own or not all(each["deprecated"] for each in own):
        return None
    return ", ".join(f"{each['address']} is deprecated" for each in own)


def finds_no_address(signs: Signs) -> str | None:
    usable = [each for each in signs.here() if not each["tentative"]]
    return None if usable else "no address of a segment on any interface"


def finds_foreign_resolver(signs: Signs) -> str | None:
    local = signs.forwarders()
    foreign = [each for each in signs.seen["resolvers"] if not signs.own_resolver(each) and each not in local]
    if foreign:
        return f"it asks {', '.join(foreign)}"
    odd = [each for each in local if not signs.synthesises(f"used {each}")]
    if not odd or not signs.synthesises("gateway"):
        return None
    return f"it asks {', '.join(odd)}, a program of its own, which does not say what the gateway says of ipv4only.arpa"


def finds_ra_no_rdnss(signs: Signs) -> str | None:
    if any(not each["resolvers"] for each in signs.ours):
        return f"the advertisement of {signs.ours[0]['source']} has no RDNSS option"
    return None


def finds_no_resolver(signs: Signs) -> str | None:
    if signs.seen["resolvers"]:
        return None
    named = [each["address"] for told in signs.ours for each in told["resolvers"]]
    heard = f"name {', '.join(named)}" if named else "show with sudo whether they name one"
    return f"no name server in /etc/resolv.conf; router advertisements {heard}"


def finds_dns64_dead(signs: Signs) -> str | None:
    if signs.speaks("colo"):
        return None
    said = signs.dns("colo", "ipv4only").get("error", "nothing")
    return f"port 53 of {signs.site['colo']['resolver']} says {said}; others of the colo answer"


def finds_no_synthesis(signs: Signs) -> str | None:
    if signs.synthesises("colo"):
        return None
    return f"ipv4only.arpa at {signs.site['colo']['resolver']}: {signs.dns('colo', 'ipv4only').get('rcode')}, no AAAA"


def finds_forwards_elsewhere(signs: Signs) -> str | None:
    used = [each for each in [*signs.used(), "gateway"] if signs.speaks(each)]
    bare = [each for each in used if not signs.dns(each, "name4").get("answers")]
    if not bare or not signs.dns("colo", "name4").get("answers"):
        return None
    return f"{signs.targets['name4']} has an AAAA at the colo and none at {bare[0].replace('used ', '')}"


def finds_nat64_dead(signs: Signs) -> str | None:
    if signs.reaches("nat64") or signs.echoed("translator"):
        return None
    return f"its address {signs.site['colo']['translator']} does not answer, the resolver beside it does"


def finds_colo_uplink(signs: Signs) -> str | None:
    return None if signs.reaches("internet6") or signs.reaches("nat64") else "no IPv6 and no IPv4 address answers"


def finds_colo_uplink6(signs: Signs) -> str | None:
    return None if signs.reaches("internet6") else "no IPv6 address answers; IPv4 ones do, through the translator"


def finds_nat44(signs: Signs) -> str | None:
    return None if signs.reaches("nat64") else "the translator's address answers, and IPv6; no IPv4 address does"


def finds_ra_mtu(signs: Signs) -> str | None:
    wanted = signs.site["mtu"]["tunnel"]
    told = [each["mtu"] for each in signs.ours if each["mtu"] != wanted]
    if told:
        return f"advertised {told[0]}, planned {wanted} bytes"
    return None if signs.mtu() == wanted else f"this machine sends up to {signs.mtu()}, planned are {wanted} bytes"


def finds_tunnel_mtu(signs: Signs) -> str | None:
    wanted, largest = signs.site["mtu"]["tunnel"], signs.largest()
    if largest is None or largest == wanted:
        return None
    return f"{largest} bytes pass to the colo and back, {wanted} do not: an IPv4 path of less than {wanted + 60}"


def finds_too_big_filtered(signs: Signs) -> str | None:
    if signs.any_echoed("large") or not signs.any_echoed("internet6") or not signs.targets["answersLarge"]:
        return None
    return "answers of 1500 bytes from the internet never come, smaller ones do"


def former(prefix: dict, prefixes: list[dict]) -> bool:
    """Whether a prefix is told to be over, beside one that is not: RFC 9096, section 3.5, asks for that."""
    return prefix["preferredSec"] == prefix["validSec"] == 0 and any(each["preferredSec"] > 0 for each in prefixes)


def too_long(signs: Signs) -> list[str]:
    """Lifetimes of the gateway's advertisements that are out of range."""
    found = []
    for told in signs.ours:
        if not 0 < told["routerLifetimeSec"] <= longest["routerLifetimeSec"]:
            found.append(f"router lifetime {told['routerLifetimeSec']} s")
        for each in told["prefixes"]:
            if former(each, told["prefixes"]):
                continue
            for key in ("preferredSec", "validSec"):
                if not 0 < each[key] <= longest[key]:
                    found.append(f"{each['prefix']} {key[:-3]} for {each[key]} s")
    return found


def finds_ra_lifetimes(signs: Signs) -> str | None:
    return ", ".join(too_long(signs)) or None


def finds_ipv4_beside(signs: Signs) -> str | None:
    own, other = signs.seen["ipv4"], signs.ipv4_beside()
    if other is not None:
        return f"the far end sees {other} by IPv4, and {signs.source('echo nat64')} through NAT64"
    if signs.segment_mode() not in ("v6only", "iot") or own["clat"] or not (own["default"] or signs.connected("ipv4")):
        return None
    answers = "answers" if signs.connected("ipv4") else "does not even answer"
    return f"a way out for IPv4 with {', '.join(own['addresses'])} and no CLAT; the internet {answers} by it"


def _ipv4_dead(signs: Signs) -> bool:
    """Whether this machine has a way out for IPv4 that leads nowhere, while the translator at the colo works."""
    return signs.seen["ipv4"]["default"] and signs.connected("nat64") and not signs.connected("ipv4")


def finds_own_clat(signs: Signs) -> str | None:
    if not signs.seen["ipv4"]["clat"] or not _ipv4_dead(signs):
        return None
    return "IPv4 numbers get no answer by this machine's CLAT; the same servers answer through NAT64"


def finds_gateway_clat(signs: Signs) -> str | None:
    if signs.segment_mode() in ("v6only", "iot") or not _ipv4_dead(signs):
        return None
    return f"IPv4 numbers get no answer from {', '.join(signs.seen['ipv4']['addresses'])}; the same servers answer through NAT64"


def finds_other_way(signs: Signs) -> str | None:
    return ", ".join(signs.other_ways()) or None


def finds_dhcp6_dead(signs: Signs) -> str | None:
    asked = signs.seen["dhcp6"] or {}
    return "no answer to an information request" if asked.get("silent") and any(e["managed"] for e in signs.ours) else None


def finds_no_pref64(signs: Signs) -> str | None:
    wanted = signs.site["pref64"] == "expected" and signs.ours
    return "not in the advertisement" if wanted and not any(each["pref64"] for each in signs.ours) else None


def finds_own_name(signs: Signs) -> str | None:
    own = signs.dns("gateway", "own")
    if not signs.seen["nameGiven"] or own.get("answers"):
        return None
    return f"{signs.seen['name']}: {own.get('rcode', own.get('error', 'not asked'))}, no AAAA"
