"""What the observations say, in the words that checks and diagnosis share. Pure."""

from __future__ import annotations

import ipaddress

from plan import inside, is_ours


class Signs:
    """Observations of a site, and what follows from them without judging it."""

    def __init__(self, site: dict, targets: dict, seen: dict) -> None:
        self.site, self.targets, self.seen = site, targets, seen
        here = seen["link"]["name"] if seen["link"] else None
        self.routes = [each for each in seen["defaults"] if each["via"] and each["interface"] == here]
        told = seen["advertisements"]
        self.ours = [each for each in told or [] if is_ours(site, each) and not self._pretends(each)]
        self.strangers = [each for each in told or [] if each not in self.ours]

    def _gateway_mac(self) -> str | None:
        return self.seen["neighbours"].get((self.seen["gateway"] or {}).get("address") or "")

    def _pretends(self, advertisement: dict) -> bool:
        """Whether it speaks of the site's prefix, but comes from another machine than has the gateway's address."""
        mac = self._gateway_mac()
        own = self.seen["neighbours"].get(advertisement["source"]) or advertisement["mac"]
        return mac is not None and own is not None and own != mac

    def confined(self) -> bool:
        """Whether machines here reach only what is allowed to them."""
        return self.segment_mode() == "iot"

    def echoed(self, key: str) -> bool:
        return "ms" in self.seen["echo"].get(key, {})

    def unable(self) -> str | None:
        """Why no echo request could be sent, if that is so."""
        return next((said["unable"] for said in self.seen["echo"].values() if "unable" in said), None)

    def any_echoed(self, kind: str) -> bool:
        return any("ms" in said for key, said in self.seen["echo"].items() if key.split(" ")[0] == kind)

    def connected(self, kind: str) -> bool:
        return any("ms" in said for key, said in self.seen["tcp"].items() if key.split(" ")[0] == kind)

    def dns(self, who: str, key: str) -> dict:
        return self.seen["dns"].get(who, {}).get(key, {})

    def speaks(self, who: str) -> bool:
        """Whether a name server says anything at all."""
        return any("rcode" in said for said in self.seen["dns"].get(who, {}).values())

    def resolves(self, who: str, key: str) -> bool:
        """Whether it has an answer of those that it asks itself."""
        return self.dns(who, key).get("rcode") in ("NOERROR", "NXDOMAIN")

    def synthesises(self, who: str) -> bool:
        """RFC 7050: the AAAA of ipv4only.arpa show the prefix."""
        return any(inside(each, self.site["nat64Prefix"]) for each in self.dns(who, "ipv4only").get("answers", []))

    def used(self) -> list[str]:
        return [f"used {each}" for each in self.seen["resolvers"]]

    def own_resolver(self, address: str) -> bool:
        """Whether a name server is this site's: the gateway by one of its addresses, or the colo's resolver."""
        if address == self.site["colo"]["resolver"] or inside(address, self.site["prefix"]):
            return True
        if any(address == each.get("gateway4") for each in self.site["segments"]):
            return True
        return address.partition("%")[0] in self.gateway_locals()

    def forwarders(self) -> list[str]:
        """Name servers in use that are programs of this machine, such as dnsmasq or unbound: whom they ask is not seen."""
        loopback = [ipaddress.ip_address(each.partition("%")[0]).is_loopback for each in self.seen["resolvers"]]
        return [each for each, local in zip(self.seen["resolvers"], loopback) if local]

    def here(self) -> list[dict]:
        """Addresses of this machine in the site's segments."""
        segments = [each["prefix"] for each in self.site["segments"]]
        return [each for each in self.seen["addresses"] if any(inside(each["address"], one) for one in segments)]

    def elsewhere(self) -> list[dict]:
        """Global addresses of this machine of others' prefixes; unique local ones lead nowhere (RFC 4193)."""
        own = self.here()
        local = ipaddress.ip_network("fc00::/7")
        return [
            each
            for each in self.seen["addresses"]
            if each not in own and ipaddress.ip_address(each["address"]) not in local
        ]

    def elsewhere_on_link(self) -> list[str]:
        """Those on the interface that is looked from."""
        return [each["address"] for each in self.elsewhere() if each["interface"] == self.seen["link"]["name"]]

    def _ours(self) -> set[str]:
        """Interfaces on which this machine is at home."""
        return {each["interface"] for each in self.here()} | {self.seen["link"]["name"]}

    def idle(self) -> list[dict]:
        """Those of others' addresses that no default route is beside: of containers, or of a VPN for some prefixes."""
        ways = self._ours() | {each["interface"] for each in self.seen["defaults"]} | {self.seen["way"]}
        return [each for each in self.elsewhere() if each["interface"] not in ways]

    def detour(self) -> str | None:
        """The interface by which this machine itself sends to the internet, if that is not one at home."""
        way = self.seen["way"]
        return None if way is None or way in self._ours() else way

    def other_ways(self) -> list[str]:
        """What lets this machine send beside its gateway."""
        idle, ours = self.idle(), self._ours()
        found = [f"{each['address']} on {each['interface']}" for each in self.elsewhere() if each not in idle]
        ways = [each["interface"] for each in self.seen["defaults"]] + ([self.detour()] if self.detour() else [])
        return found + [f"a default route by {each}" for each in dict.fromkeys(ways) if each not in ours]

    def gateway_locals(self) -> set[str]:
        """Link-local addresses of the gateway: it advertises from them, or their MAC is that of its global address."""
        near = self.seen["neighbours"]
        mac = self._gateway_mac()
        by_mac = {address for address, each in near.items() if mac and each == mac and address.startswith("fe80:")}
        return by_mac | {each["source"] for each in self.ours}

    def foreign_routers(self) -> list[str]:
        """Default routers that are not the gateway, where it is known who that is."""
        known = self.gateway_locals()
        by_route = {each["via"] for each in self.routes} - known if known else set()
        by_word = {each["source"] for each in self.strangers if each["routerLifetimeSec"] > 0} if self.ours else set()
        return sorted(by_route | by_word)

    def gateway_alive(self) -> bool:
        routers = any(self.echoed(f"router {each}") for each in self.gateway_locals())
        return self.echoed("gateway") or routers or self.speaks("gateway") or bool(self.ours)

    def colo_heard(self) -> bool:
        """Whether anything came from the colo, be it an error."""
        if any(self.echoed(key) for key in ("resolver", "translator", "tunnel")) or self.speaks("colo"):
            return True
        return self.connected("resolver") or any(self.by_colo(said.get("by", "")) for said in self.seen["echo"].values())

    def by_colo(self, address: str) -> bool:
        if ":" not in address:
            return False
        colo, site = self.site["colo"], self.site["prefix"]
        return address == colo["tunnel"] or (inside(address, colo["prefix"]) and not inside(address, site))

    def gateway_refuses(self) -> dict | None:
        """What the gateway itself says of the way to the colo, if it says so."""
        for key in ("resolver", "translator", "tunnel"):
            said = self.seen["echo"].get(key, {})
            by = said.get("by", "")
            if ":" in by and (inside(by, self.site["prefix"]) or by in self.gateway_locals()):
                return said
        return None

    def reaches(self, kind: str) -> bool:
        """Whether something of the internet answers, over IPv6 ("internet6") or through the translator ("nat64")."""
        return self.any_echoed(kind) or self.connected(kind)

    def source(self, question: str = "echo") -> str | None:
        """This machine's address as the far end sees it: the last word of its answer."""
        words = self.seen["http"].get(question, {}).get("text", "").split()
        try:
            return str(ipaddress.ip_address(words[-1])) if words else None
        except ValueError:
            return None

    def ipv4_beside(self) -> str | None:
        """This machine's IPv4 address as the far end sees it, where that is not the one that NAT64 has."""
        seen, translated = self.source("echo ipv4"), self.source("echo nat64")
        return seen if seen and translated and seen != translated else None

    def mtu(self) -> int:
        """MTU that this machine sends with, in bytes: the link's, or a smaller one of the route."""
        return min([self.seen["link"]["mtu"], *[each["mtu"] for each in self.routes if each.get("mtu")]])

    def largest(self) -> int | None:
        """Size of the largest packet, in bytes, that went to the colo and back in one piece."""
        passed = [int(key.split(" ")[1]) for key in self.seen["echo"] if key.startswith("whole ") and self.echoed(key)]
        return max(passed, default=None)

    def segment_mode(self) -> str:
        segment = self.seen["segment"]
        return segment["mode"] if segment else "v6only"
