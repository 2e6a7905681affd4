"""Options, and the report for people or machines."""

from __future__ import annotations

import argparse
import ipaddress
import json
import socket
import subprocess
import sys
from urllib.parse import urlsplit

from causes import shown_by
from checks import checks
from diagnose import diagnose
from machine import Odd
from observe import observe
from plan import router_before
from signs import Signs

USAGE = """\
Verifies an IPv6-only home from this machine's chair: asks along the way out, and names the cause of what fails.

Exit code: 0 nothing fails (there may be warnings and things not checked), 1 something fails, 2 it could not be told.
"""

# Servers that are known to most; any of them can be named anew.
PUBLIC = {
    "name4": "ipv4.google.com",
    "name6": "ipv6.google.com",
    "name46": "www.wikipedia.org",
    "internet6": ["2001:4860:4860::8888", "2606:4700:4700::1111"],
    "internet4": ["8.8.8.8", "1.1.1.1"],
    "port": 443,
    "echo": None,
    "echo4": None,
    "download": None,
    "upload": None,
    "answersLarge": False,
}


def _address(version: int):
    def parsed(word: str) -> str:
        address = ipaddress.ip_address(word)
        if address.version != version:
            raise ValueError(word)
        return word

    parsed.__name__ = f"IPv{version} address"
    return parsed


def _url(word: str) -> str:
    """A URL of a host; its port is looked at as well."""
    parts = urlsplit(word)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.port == 0:
        raise ValueError(word)
    return word


_url.__name__ = "http or https URL"


def options(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=USAGE, formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False
    )
    add = parser.add_argument
    add("--json", action="store_true", help="for machines: verdicts, cause and all observations")
    add("--interface", metavar="IF", help="look from this interface instead of that of the default route")
    add("--name", help="this machine's name at home, which must exist; else its host name, which need not")
    add("--expect-pref64", choices=("yes", "no"), help="whether PREF64 must be in router advertisements (RFC 8781)")
    add("--name4", metavar="NAME", help="a host on the internet with IPv4 only")
    add("--name6", metavar="NAME", help="one with IPv6 only")
    add("--name46", metavar="NAME", help="one with both")
    add("--internet6", metavar="ADDRESS", nargs="+", type=_address(6), help="IPv6 addresses that answer echo, 1500 bytes too, and TCP")
    add("--internet4", metavar="ADDRESS", nargs="+", type=_address(4), help="IPv4 addresses that answer echo and TCP")
    add("--port", type=int, help="the TCP port at all of them")
    add("--echo", metavar="URL", type=_url, help="a page whose last word is the address that it was asked from")
    add("--echo4", metavar="URL", type=_url, help="the same on a server that has IPv4, if that of --echo has none")
    add("--download", metavar="URL", type=_url, help="a file of about 200 kB")
    add("--upload", metavar="URL", type=_url, help="a page that takes 200 kB by POST")
    return parser.parse_args(words)


def targets_of(site: dict, given: argparse.Namespace) -> dict:
    """The internet that is asked: what is known to most, what the site says, what was given."""
    named = {key: getattr(given, key) for key in PUBLIC if getattr(given, key, None) is not None}
    large = {"answersLarge": True} if given.internet6 else {}
    return {**PUBLIC, **site.get("targets", {}), **named, **large}


# Of what lies beyond the gateway; machines that may not go there cannot tell.
outside = frozenset(["tunnel", "internet", "nat64", "ipv4-literal", "mtu-out", "mtu-in", "transfer", "source"])


def _verdict(signs: Signs, key: str, check) -> tuple[str, str]:
    if not signs.seen["link"] and key != "link":
        return "not checked", "because there is no link"
    if signs.confined() and key in outside:
        return "not checked", "because devices of an iot segment reach only what is allowed to them"
    return check(signs)


def judge(site: dict, targets: dict, seen: dict) -> dict:
    """Verdicts and the cause, out of observations alone."""
    signs = Signs(site, targets, seen)
    cause = diagnose(signs)
    rows = []
    for key, (title, source, check) in checks.items():
        verdict, measured = _verdict(signs, key, check)
        rows.append({"id": key, "title": title.strip(), "source": source, "verdict": verdict, "measured": measured})
    if cause is not None:
        shown = shown_by.get(cause["id"], [cause["id"]])
        failing = [row["id"] for row in rows if row["verdict"] == "failed"]
        own = next((key for key in shown if key in failing), shown[0])
        cause = {**cause, "shownBy": own}
        for row in rows:
            row["because"] = cause["id"] if row["verdict"] == "failed" and row["id"] in [own, *cause["explains"]] else None
    return {"schema": 1, "site": site["prefix"], "cause": cause, "checks": rows}


def render(found: dict) -> str:
    """The report for people: a line for each check, then the cause."""
    words = {"passed": "ok", "failed": "FAILED", "warning": "warning", "not checked": "-"}
    lines = []
    for row in found["checks"]:
        source = f" ({row['source']})" if row["source"] else ""
        said = f"not checked, {row['measured']}" if row["verdict"] == "not checked" else row["measured"]
        lines.append(f"{words[row['verdict']]:8}{checks[row['id']][0]}{source}: {said}")
    failed = [row for row in found["checks"] if row["verdict"] == "failed"]
    cause = found["cause"]
    if cause is not None:
        lines += ["", f"cause: {cause['sentence']}", f"  seen: {cause['evidence']}", f"  do: {cause['todo']}"]
        lines.append(f"  more: docs/RUNBOOK.md, verify says {cause['id']}")
        follows = [row["title"] for row in failed if row["because"] and row["id"] != cause["shownBy"]]
        others = [row["title"] for row in failed if not row["because"]]
        lines += [f"  follows from it: {', '.join(follows)}"] if follows else []
        lines += [f"  fails beside it: {', '.join(others)}"] if others else []
    elif failed:
        lines += ["", "cause: none that this program knows; the first line that failed is the nearest to it"]
    else:
        lines += ["", "nothing fails"]
    return "\n".join(lines) + "\n"


def main(site: dict, words: list[str]) -> int:
    given = options(words)
    if not sys.platform.startswith("linux"):
        print("verify: this reads the tables of a Linux machine; run it on one", file=sys.stderr)
        return 2
    if given.expect_pref64 is not None:
        site = {**site, "pref64": "expected" if given.expect_pref64 == "yes" else "optional"}
    targets = targets_of(site, given)
    there = [name for _, name in socket.if_nameindex()]
    if given.interface and given.interface not in there:
        print(f"verify: there is no interface {given.interface} here, but {', '.join(there)}", file=sys.stderr)
        return 2
    try:
        seen = observe(site, targets, {"interface": given.interface, "name": given.name})
    except Odd as odd:
        print(f"verify: {odd}", file=sys.stderr)
        return 2
    except (FileNotFoundError, subprocess.CalledProcessError) as error:
        print(f"verify: `ip -j` is needed and does not work, install the package iproute2: {error}", file=sys.stderr)
        return 2
    except Exception as error:  # Whatever it is, it is not the network that failed.
        print(f"verify: this machine could not be looked at: {type(error).__name__}: {error}", file=sys.stderr)
        return 2
    router = router_before(site, [each["address"] for each in seen["addresses"]])
    if router and not seen["segment"]:
        print(
            f"verify: this machine is behind {router['router']}, to which {router['prefix']} is delegated (lan.delegations);"
            f" what that router does is not known here. Run this in a segment of the gateway:"
            f" {', '.join(each['name'] for each in site['segments'])}",
            file=sys.stderr,
        )
        return 2
    found = judge(site, targets, seen)
    print(json.dumps({**found, "observations": seen}, indent=1) if given.json else render(found), end="" if not given.json else "\n")
    return 1 if any(row["verdict"] == "failed" for row in found["checks"]) else 0
