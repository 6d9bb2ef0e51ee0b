"""robots.txt as RFC 9309 reads it: our group, else the one for all; the longest matching rule wins."""

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import re2  # pyright: ignore[reportMissingTypeStubs]

MAX_CHARS = 100_000  # of a robots.txt that is looked at
MAX_RULES = 1_000
OUR_NAME = "stacklead"  # in robots.txt


@dataclass(frozen=True, slots=True)
class Robots:
    """The rules that hold for us: (pattern, allowed)."""

    rules: tuple[tuple[str, bool], ...] = ()

    def allows(self, url: str) -> bool:
        """Return whether a page may be read; of equally long rules the allowing one wins."""
        parts = urlsplit(url)
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        if path == "/robots.txt":
            return True
        matching = [(len(pattern), allowed) for pattern, allowed in self.rules if _matches(pattern, path)]
        return max(matching, default=(0, True))[1]


def parse_robots(text: str) -> Robots:
    """Read a robots.txt; whatever cannot be understood is left out."""
    groups: dict[str, list[tuple[str, bool]]] = {}
    agents: list[str] = []
    in_rules = False
    for line in text[:MAX_CHARS].lstrip("\ufeff").splitlines():
        key, colon, value = line.partition("#")[0].partition(":")
        key, value = key.strip().lower(), value.strip()
        if key == "user-agent":
            agents = [value.lower()] if in_rules else [*agents, value.lower()]
            in_rules = False
            groups.setdefault(value.lower(), [])
        elif key in ("allow", "disallow") and colon:
            in_rules = True
            _add_rule(groups, agents, value, allowed=key == "allow")
    ours = next((rules for agent, rules in groups.items() if agent.split("/", 1)[0].strip() == OUR_NAME), None)
    return Robots(tuple(ours if ours is not None else groups.get("*", [])))


def _add_rule(groups: dict[str, list[tuple[str, bool]]], agents: list[str], value: str, *, allowed: bool) -> None:
    if not value or len(value) > 500:
        return
    for agent in agents:
        if len(groups[agent]) < MAX_RULES:
            groups[agent].append((value, allowed))


def _matches(pattern: str, path: str) -> bool:
    if "*" not in pattern and not pattern.endswith("$"):
        return path.startswith(pattern)
    body = pattern.removesuffix("$")
    regex = ".*".join(re.escape(part) for part in body.split("*"))
    engine: Any = re2  # linear time whatever the rule
    return engine.match(regex + ("$" if pattern.endswith("$") else ""), path) is not None
