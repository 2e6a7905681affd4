"""From observations to verdicts, one for each thing that a user of the network expects. Pure.

A check answers (verdict, measured). `not checked` is not `passed`: it says what kept it from being looked at.
"""

from __future__ import annotations

from advertised import (
    check_dhcp6,
    check_ra,
    check_ra_domain,
    check_ra_flags,
    check_ra_foreign,
    check_ra_lifetimes,
    check_ra_mtu,
    check_ra_pref64,
    check_ra_resolver,
)
from far import finds_foreign_resolver
from plan import inside
from signs import Signs
from verdicts import FAILED, NOT_CHECKED, PASSED, WARNING, said, verdict_of


def check_link(signs: Signs):
    seen = signs.seen["link"]
    if seen is not None and not seen.get("ipv6", True):
        return FAILED, f"{seen['name']} has no IPv6"
    return verdict_of(seen is not None, f"{seen['name']}, {seen['linkLocal']}" if seen else "", "no interface is up")


def check_gateway(signs: Signs):
    answers = [said(signs.seen["echo"][key]) for key in ("gateway",) if key in signs.seen["echo"]]
    answers += [f"{each}: {said(signs.seen['echo'].get(f'router {each}', {}))}" for each in signs.gateway_locals()]
    return verdict_of(signs.gateway_alive() and bool(answers), "; ".join(answers) or "nobody known to ask")


def check_address(signs: Signs):
    own = signs.here()
    usable = [each for each in own if not each["deprecated"] and not each["tentative"]]
    words = [
        f"{each['address']}{' deprecated' if each['deprecated'] else ''}, preferred {_seconds(each['preferredSec'])}"
        for each in own
    ]
    return verdict_of(bool(usable), "; ".join(words) or "none in a segment")


def _seconds(number: int) -> str:
    return "for ever" if number >= 0xFFFFFFFF else f"{number} s"


def check_route(signs: Signs):
    if not signs.routes:
        return FAILED, "none"
    known = signs.gateway_locals()
    words = [f"{each['via']} ({each['protocol']})" for each in signs.routes]
    if not any(each["protocol"] == "ra" for each in signs.routes):
        return WARNING, f"{'; '.join(words)}: not from a router advertisement"
    return verdict_of(not known or all(each["via"] in known for each in signs.routes), "; ".join(words))


def check_resolver(signs: Signs):
    used = signs.seen["resolvers"]
    own = [each for each in used if signs.own_resolver(each)]
    local = signs.forwarders()
    alive = [each for each in used if signs.resolves(f"used {each}", "ipv4only")]
    whose = {**{each: " (not ours)" for each in used}, **{each: "" for each in own}}
    whose.update({each: " (a program here, whom it asks is not seen)" for each in local})
    words = ", ".join(f"{each}{whose[each]}{'' if each in alive else ' (no answer)'}" for each in used) or "none"
    if local and alive and not finds_foreign_resolver(signs):
        return WARNING, words
    return verdict_of(own == used and bool(alive), words)


def check_tunnel(signs: Signs):
    words = [f"{key} {said(signs.seen['echo'].get(key, {}))}" for key in ("tunnel", "resolver", "translator")]
    return verdict_of(signs.colo_heard(), "; ".join(words))


def check_dns(signs: Signs):
    words, good = [], True
    for key in ("name6", "name46"):
        found = [each for used in signs.used() for each in signs.dns(used, key).get("answers", [])]
        real = [each for each in found if not inside(each, signs.site["nat64Prefix"])]
        good = good and bool(real) and len(real) == len(found)
        words.append(f"{signs.targets[key]} {', '.join(sorted(set(found))) or 'no answer'}")
    return verdict_of(good, "; ".join(words))


def check_dns64(signs: Signs):
    used = [each for each in signs.used() if signs.speaks(each)]
    made = [each for each in used if signs.synthesises(each)]
    found = sorted({one for each in used for one in signs.dns(each, "name4").get("answers", [])})
    good = bool(used) and made == used and any(inside(each, signs.site["nat64Prefix"]) for each in found)
    return verdict_of(good, f"{signs.targets['name4']} {', '.join(found) or 'no AAAA'}")


def _target(signs: Signs, key: str) -> str:
    kind, _, number = key.partition(" ")
    if kind == "nat64":
        return signs.targets["internet4"][int(number)]
    return signs.targets[kind][int(number)] if number else signs.targets[key]


def _by_names(signs: Signs, kind: str, names: tuple[str, ...]):
    """TCP to names and to literals of one kind; a single target that is down is no finding."""
    asked = {key: answer for key, answer in signs.seen["tcp"].items() if key.split(" ")[0] == kind or key in names}
    words = [f"{_target(signs, key)} {said(answer)}" for key, answer in asked.items()]
    good = signs.connected(kind) and all(key not in asked or "ms" in asked[key] for key in names)
    return verdict_of(good, "; ".join(words))


def check_internet(signs: Signs):
    return _by_names(signs, "internet6", ("name6", "name46"))


def check_nat64(signs: Signs):
    return _by_names(signs, "nat64", ("name4",))


def check_ipv4_literal(signs: Signs):
    own = signs.seen["ipv4"]
    if own["clat"]:
        return verdict_of(signs.connected("ipv4"), "works, by this machine's CLAT", "this machine's CLAT gets no answer")
    if own["default"]:
        return verdict_of(signs.connected("ipv4"), f"works, from {', '.join(own['addresses'])}", "IPv4, and no answer")
    return NOT_CHECKED, "because this machine has no CLAT (RFC 6877): programs that ask for an IPv4 number get nothing"


def check_mtu_out(signs: Signs):
    wanted, largest = signs.site["mtu"]["tunnel"], signs.largest()
    if signs.unable():
        return NOT_CHECKED, f"because {signs.unable()}; run it with sudo"
    if not signs.colo_heard():
        return NOT_CHECKED, "because nothing comes back from the colo"
    if signs.mtu() != wanted:
        return FAILED, f"this machine sends up to {signs.mtu()}, planned {wanted} bytes"
    return verdict_of(largest == wanted, f"{largest} bytes in one piece, both ways", f"{largest}, planned {wanted} bytes")


def check_mtu_in(signs: Signs):
    if signs.unable():
        return NOT_CHECKED, f"because {signs.unable()}; run it with sudo"
    if not signs.any_echoed("internet6"):
        return NOT_CHECKED, "because nothing comes back from the internet"
    if signs.any_echoed("large"):
        return PASSED, "an answer of 1500 bytes comes, in pieces: Packet Too Big arrives"
    if not signs.targets["answersLarge"]:
        return NOT_CHECKED, "because these servers may not answer so large an echo; name some with --internet6"
    return FAILED, "answers of 1500 bytes never come"


def check_transfer(signs: Signs):
    asked = {key: answer for key, answer in signs.seen["http"].items() if key in ("download", "upload")}
    if not signs.targets["download"] and not signs.targets["upload"]:
        return NOT_CHECKED, "because no server was named; see --download and --upload"
    if not asked:
        return NOT_CHECKED, "because nothing answers to be asked"
    words = {key: answer.get("error", "done") for key, answer in asked.items()}
    # Less would tell nothing of large packets.
    short = words.get("download") == "done" and asked["download"]["bytes"] < 150_000
    if short:
        words["download"] = f"{asked['download']['bytes']} bytes only"
    good = not short and all("error" not in each for each in asked.values())
    return verdict_of(good, "; ".join(f"{key} {word}" for key, word in words.items()))


def check_source(signs: Signs):
    if not signs.targets["echo"]:
        return NOT_CHECKED, "because it takes a server that tells; see --echo"
    found = signs.source()
    if not signs.seen["http"].get("echo"):
        return NOT_CHECKED, "because nothing answers to be asked"
    if found is None:
        return FAILED, f"no answer: {said(signs.seen['http']['echo'])}"
    return verdict_of(inside(found, signs.site["prefix"]), f"the far end sees {found}")


def check_exits(signs: Signs):
    others = signs.other_ways()
    own = signs.seen["ipv4"]
    without = signs.segment_mode() in ("v6only", "iot")
    if signs.ipv4_beside():
        others.append(f"IPv4, which the far end sees as {signs.ipv4_beside()}")
    elif without and own["default"] and not own["clat"]:
        others.append(f"an IPv4 default route, with {', '.join(own['addresses'])}")
    idle = [f"{each['address']} on {each['interface']}" for each in signs.idle()]
    if idle and not others:
        return WARNING, f"{', '.join(idle)}, with no default route beside it"
    return verdict_of(not others, "none beside the gateway", "; ".join(others))


def check_name(signs: Signs):
    own = signs.dns("gateway", "own")
    found = own.get("answers", [])
    if found:
        words = f"{signs.seen['name']} {', '.join(found)}"
        if signs.seen["nameGiven"] or any(each["address"] in found for each in signs.here()):
            return verdict_of(any(each["address"] in found for each in signs.here()), words)
        return WARNING, f"{words}, of another machine: this one is called the same"
    if not signs.seen["nameGiven"] and own.get("rcode") == "NXDOMAIN":
        return WARNING, f"{signs.seen['name']}: the gateway knows no such name"
    return FAILED, f"{signs.seen['name']}: {own.get('rcode', own.get('error', 'not asked'))}"


def check_reverse(signs: Signs):
    found = {
        key.split(" ")[1]: each["answers"][0]
        for key, each in signs.seen["dns"].get("gateway", {}).items()
        if key.startswith("reverse ") and each.get("answers")
    }
    words = "; ".join(f"{address} {own}" for address, own in found.items())
    if found:
        return verdict_of(all(own.endswith(f".{signs.site['domain']}") for own in found.values()), words)
    return (FAILED if signs.seen["nameGiven"] else WARNING), "no address of this machine has one"


# In the order of the way out: what it is called, where it is defined, and how it is found out.
checks = {
    "link": ("link", "", check_link),
    "gateway": ("gateway answers", "RFC 4861", check_gateway),
    "address": ("address in the segment", "RFC 4862", check_address),
    "route": ("default route", "RFC 4861", check_route),
    "ra": ("router advertisement", "RFC 4861", check_ra),
    "ra-foreign": ("no other router", "RFC 6104", check_ra_foreign),
    "ra-flags": ("  how to get an address", "RFC 4861, 4.2", check_ra_flags),
    "ra-lifetimes": ("  lifetimes", "RFC 9096, 3.2", check_ra_lifetimes),
    "ra-mtu": ("  MTU", "RFC 4861, 4.6.4", check_ra_mtu),
    "ra-resolver": ("  resolver", "RFC 8106, 5.1", check_ra_resolver),
    "ra-domain": ("  domain", "RFC 8106, 5.2", check_ra_domain),
    "ra-pref64": ("  NAT64 prefix", "RFC 8781", check_ra_pref64),
    "dhcp6": ("DHCPv6", "RFC 8415", check_dhcp6),
    "resolver": ("resolver in use is ours", "RFC 8106", check_resolver),
    "tunnel": ("colo answers", "", check_tunnel),
    "dns": ("real AAAA stay", "RFC 6147, 5.1.4", check_dns),
    "dns64": ("DNS64", "RFC 7050", check_dns64),
    "internet": ("internet by IPv6", "", check_internet),
    "nat64": ("internet by NAT64", "RFC 6146", check_nat64),
    "ipv4-literal": ("IPv4 numbers", "RFC 6877", check_ipv4_literal),
    "mtu-out": ("largest packet", "RFC 8201", check_mtu_out),
    "mtu-in": ("larger ones coming in", "RFC 8201", check_mtu_in),
    "transfer": ("200 kB both ways", "RFC 4821", check_transfer),
    "source": ("seen from outside", "", check_source),
    "exits": ("no way beside the tunnel", "", check_exits),
    "name": ("own name", "", check_name),
    "reverse": ("own name, reverse", "", check_reverse),
}
