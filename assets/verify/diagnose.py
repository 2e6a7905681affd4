"""From observations to one cause. Pure: rules in the order of the way out, and the first that holds is the cause.

A rule may rely on all before it not to hold: what they speak of works.
"""

from __future__ import annotations

from causes import causes
from far import (
    finds_address_deprecated,
    finds_colo_uplink,
    finds_colo_uplink6,
    finds_dhcp6_dead,
    finds_dns64_dead,
    finds_foreign_resolver,
    finds_forwards_elsewhere,
    finds_gateway_clat,
    finds_ipv4_beside,
    finds_nat44,
    finds_nat64_dead,
    finds_no_address,
    finds_no_pref64,
    finds_no_resolver,
    finds_no_synthesis,
    finds_other_way,
    finds_own_clat,
    finds_own_name,
    finds_ra_lifetimes,
    finds_ra_mtu,
    finds_ra_no_rdnss,
    finds_renumbered,
    finds_too_big_filtered,
    finds_tunnel_mtu,
)
from near import (
    finds_colo_route,
    finds_dnsmasq_dead,
    finds_firewall_forward,
    finds_gateway_down,
    finds_ipv6_off,
    finds_leak,
    finds_no_default_router,
    finds_no_link,
    finds_other_network,
    finds_own_detour,
    finds_ra_dead,
    finds_ra_ignored,
    finds_rogue_router,
    finds_tunnel_down,
    finds_tunnel_silent,
)
from signs import Signs

rules = {
    "no-link": finds_no_link,
    "ipv6-off": finds_ipv6_off,
    "other-network": finds_other_network,
    "rogue-router": finds_rogue_router,
    "gateway-down": finds_gateway_down,
    "own-detour": finds_own_detour,
    "leak": finds_leak,
    "dnsmasq-dead": finds_dnsmasq_dead,
    "tunnel-down": finds_tunnel_down,
    "tunnel-silent": finds_tunnel_silent,
    "colo-route": finds_colo_route,
    "ra-dead": finds_ra_dead,
    "no-default-router": finds_no_default_router,
    "ra-ignored": finds_ra_ignored,
    "firewall-forward": finds_firewall_forward,
    "renumbered": finds_renumbered,
    "no-address": finds_no_address,
    "address-deprecated": finds_address_deprecated,
    "foreign-resolver": finds_foreign_resolver,
    "ra-no-rdnss": finds_ra_no_rdnss,
    "no-resolver": finds_no_resolver,
    "dns64-dead": finds_dns64_dead,
    "no-synthesis": finds_no_synthesis,
    "nat64-dead": finds_nat64_dead,
    "colo-uplink": finds_colo_uplink,
    "colo-uplink6": finds_colo_uplink6,
    "nat44": finds_nat44,
    "gateway-forwards-elsewhere": finds_forwards_elsewhere,
    "ra-mtu": finds_ra_mtu,
    "tunnel-mtu": finds_tunnel_mtu,
    "too-big-filtered": finds_too_big_filtered,
    "ra-lifetimes": finds_ra_lifetimes,
    "ipv4-beside": finds_ipv4_beside,
    "own-clat": finds_own_clat,
    "gateway-clat": finds_gateway_clat,
    "other-way": finds_other_way,
    "dhcp6-dead": finds_dhcp6_dead,
    "no-pref64": finds_no_pref64,
    "own-name": finds_own_name,
}


# What they rely on is not allowed to every machine.
need_the_outside = frozenset(
    ["firewall-forward", "dns64-dead", "no-synthesis", "nat64-dead", "colo-uplink", "colo-uplink6", "nat44"]
)


def diagnose(signs: Signs) -> dict | None:
    """The cause with its sentence, what shows it, what to do, and the checks that fail because of it."""
    for key, rule in rules.items():
        if signs.confined() and key in need_the_outside:
            continue
        evidence = rule(signs)
        if evidence is not None:
            sentence, todo, explains = causes[key]
            return {"id": key, "sentence": sentence, "evidence": evidence, "todo": todo, "explains": explains}
    return None
