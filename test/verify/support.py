"""A healthy network as it was seen from the lab's laptop, to be damaged by each test."""

import copy
import json
import pathlib

from diagnose import diagnose
from main import judge
from signs import Signs

with open(pathlib.Path(__file__).parent / "healthy.json", encoding="utf-8") as file:
    recorded = json.load(file)


class Home:
    """Site, targets and observations of the lab in good health, with what damages them."""

    def __init__(self) -> None:
        one = copy.deepcopy(recorded)
        self.site, self.targets, self.seen = one["site"], one["targets"], one["observations"]

    def diagnosis(self):
        return diagnose(Signs(self.site, self.targets, self.seen))

    def judged(self) -> dict:
        return judge(self.site, self.targets, self.seen)

    def verdicts(self) -> dict:
        return {row["id"]: row["verdict"] for row in self.judged()["checks"]}

    def silence_echo(self, *kinds: str, said: dict = {"silent": True}) -> None:
        """Echo requests of some kinds, or of all, get no answer, or another one."""
        for key in self.seen["echo"]:
            if kinds == () or key in kinds or key.split(" ")[0] in kinds:
                self.seen["echo"][key] = said

    def silence_tcp(self, *kinds: str) -> None:
        for key in self.seen["tcp"]:
            if kinds == () or key.split(" ")[0] in kinds:
                self.seen["tcp"][key] = {"error": "silent"}

    def silence_dns(self, who: str, *keys: str, error: str = "silent") -> None:
        said = self.seen["dns"][who]
        for key in keys or said:
            said[key] = {"error": error}

    def silence_beyond(self) -> None:
        """Nothing comes from beyond the gateway, not even to the gateway."""
        self.silence_echo("resolver", "translator", "tunnel", "internet6", "nat64", "whole", "large")
        self.silence_tcp()
        self.seen["http"] = {}
        self.silence_dns("colo")
        for who in self.seen["dns"]:
            self.silence_dns(who, "ipv4only", "name4", "name6", "name46")

    def advertisement(self) -> dict:
        return self.seen["advertisements"][0]
