"""Rules for causes between this machine and the colo: link, router, gateway, tunnel. Pure; see diagnose.

A rule answers what shows its cause, or nothing.
"""

from __future__ import annotations

from plan import inside
from signs import Signs


def finds_no_link(signs: Signs) -> str | None:
    return "no interface is up" if signs.seen["link"] is None else None


def finds_ipv6_off(signs: Signs) -> str | None:
    link = signs.seen["link"]
    return None if link.get("ipv6", True) else f"net.ipv6.conf.{link['name']}.disable_ipv6 is not 0"


def finds_other_network(signs: Signs) -> str | None:
    # A router elsewhere may answer names too; that does not make it the gateway.
    if signs.here() or signs.ours or signs.echoed("gateway"):
        return None
    site = f"this site is {signs.site['prefix']}"
    if signs.strangers:
        told = signs.strangers[0]
        return f"{told['source']} advertises {', '.join(each['prefix'] for each in told['prefixes']) or 'no prefix'}; {site}"
    others = signs.elsewhere_on_link()
    return f"this machine has {', '.join(others)}; {site}" if others else None


def finds_rogue_router(signs: Signs) -> str | None:
    near = signs.seen["neighbours"]
    macs = {each["source"]: each["mac"] for each in signs.strangers}
    found = [f"{each} (MAC {near.get(each) or macs.get(each) or 'unknown'})" for each in signs.foreign_routers()]
    return f"a default router that is not the gateway: {', '.join(found)}" if found else None


def finds_gateway_down(signs: Signs) -> str | None:
    if signs.gateway_alive():
        return None
    return "neither echo nor DNS nor a router advertisement comes from it"


def finds_own_detour(signs: Signs) -> str | None:
    way = signs.detour()
    return f"it sends to {signs.targets['internet6'][0]} by {way}" if way else None


def finds_leak(signs: Signs) -> str | None:
    source = signs.source()
    if source and ":" in source and not inside(source, signs.site["prefix"]):
        return f"the far end sees {source}, which is not in {signs.site['prefix']}"
    if signs.confined():
        # It hears nothing of the colo anyway.
        return None
    if signs.connected("internet6") and not signs.colo_heard() and not signs.resolves("gateway", "ipv4only"):
        return "the internet answers and the colo does not, so the way there is another"
    return None


def finds_dnsmasq_dead(signs: Signs) -> str | None:
    if signs.speaks("gateway") or not signs.seen["dns"].get("gateway"):
        return None
    return f"the gateway answers echo; its port 53 says {signs.dns('gateway', 'own').get('error', 'nothing')}"


def finds_ra_dead(signs: Signs) -> str | None:
    if signs.seen["advertisements"] is None or signs.ours:
        return None
    return "no answer to a router solicitation; its DNS answers"


def is_silent(signs: Signs) -> bool:
    return not signs.colo_heard() and not signs.reaches("internet6") and not signs.reaches("nat64")


def finds_tunnel_down(signs: Signs) -> str | None:
    refusal = signs.gateway_refuses()
    if not is_silent(signs) or signs.resolves("gateway", "ipv4only") or refusal is None:
        return None
    return f"{refusal['by']} answers {refusal['error']} for the colo's {signs.site['colo']['resolver']}"


def finds_tunnel_silent(signs: Signs) -> str | None:
    if not is_silent(signs) or signs.resolves("gateway", "ipv4only"):
        return None
    return f"no answer to this machine, nor to the gateway's own resolver; the colo's end is {signs.site['endpoint']}"


def finds_colo_route(signs: Signs) -> str | None:
    if not is_silent(signs) or signs.resolves("gateway", "name6"):
        return None
    # The gateway asks for ipv4only.arpa from its tunnel address, for all else from one of the site.
    return "the gateway gets ipv4only.arpa, asked from its tunnel address, and nothing else"


def finds_firewall_forward(signs: Signs) -> str | None:
    if not signs.routes or not signs.resolves("gateway", "name6"):
        return None
    if is_silent(signs):
        return f"the gateway resolves {signs.targets['name6']}; nothing comes back to this machine"
    closed = not signs.connected("resolver") and not signs.speaks("colo")
    if closed and not signs.connected("internet6") and not signs.connected("nat64"):
        return "echo passes; neither TCP nor UDP does, not even to the colo's resolver, which answers the gateway"
    return None


def finds_no_default_router(signs: Signs) -> str | None:
    if signs.routes:
        return None
    told = signs.ours[0]["routerLifetimeSec"] if signs.ours else None
    if told is not None and told > 0:
        return None
    return "no default route" + ("" if told is None else f"; router lifetime {told} s")


def finds_ra_ignored(signs: Signs) -> str | None:
    return None if signs.routes else f"router lifetime {signs.ours[0]['routerLifetimeSec']} s, and no default route"
