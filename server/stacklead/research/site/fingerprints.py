"""The fingerprints of technologies, loaded once and compiled into RE2 sets: linear time whatever the page."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import re2  # pyright: ignore[reportMissingTypeStubs]

_DATA = Path(__file__).parents[1] / "data"
_CAPPED = 20_000  # characters that patterns with look-arounds see: Python's engine can take exponential time

# 2014's names of tools, given in addition to today's.
ALIASES: dict[str, str] = {
    "Quantcast Measure": "Quantcast",
    "DoubleClick Floodlight": "DoubleClick",
    "DoubleClick for Publishers (DFP)": "DoubleClick",
    "DoubleClick Ad Exchange (AdX)": "DoubleClick",
    "DoubleClick Campaign Manager (DCM)": "DoubleClick",
    "Google Publisher Tag": "DoubleClick",
    "Google Ads Conversion Tracking": "Google AdWords Conversion",
    "SharpSpring Ads": "Perfect Audience",
}

Row = tuple[str, int]  # name of the technology, confidence 0-100


@dataclass(slots=True)
class PatternSet:
    """Many patterns searched at once; `rows` says whose each is."""

    found: Any
    rows: list[Row]
    slow: list[tuple[re.Pattern[str], Row]]

    def search(self, text: str) -> Iterator[Row]:
        """Yield whose patterns occur in the text."""
        hits: list[int] = self.found.Match(text) or [] if self.rows else []
        for index in hits:
            yield self.rows[index]
        for pattern, row in self.slow:
            if pattern.search(text[:_CAPPED]):
                yield row


@dataclass(slots=True)
class Fingerprints:
    """Everything that is looked for: pattern sets by kind, named patterns by kind and name, selectors, relations."""

    sets: dict[str, PatternSet]
    named: dict[str, dict[str, PatternSet]]
    selectors: list[tuple[str, tuple[str, ...], str, PatternSet | None, str]]
    entries: dict[str, dict[str, Any]]
    hosts: dict[str, list[tuple[str, str]]] = field(default_factory=dict[str, list[tuple[str, str]]])
    inline: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])


@cache
def load_fingerprints() -> Fingerprints:
    """Return the fingerprints; takes a tenth of a second the first time."""
    entries: dict[str, dict[str, Any]] = json.loads((_DATA / "fingerprints.json").read_text("utf-8"))["technologies"]
    sets = {kind: _compile(_rows(entries, kind)) for kind in ("script", "html", "inline", "url")}
    named = {kind: _compile_named(entries, kind) for kind in ("header", "meta", "cookie")}
    selectors = [
        (name, _literals(selector), attribute, None if row is None else _compile([(name, row)]), selector)
        for name, entry in entries.items()
        for selector, attribute, row in entry.get("dom", [])
    ]
    prints = Fingerprints(sets=sets, named=named, selectors=selectors, entries=entries)
    _add_overlay(prints)
    return prints


def _rows(entries: dict[str, dict[str, Any]], kind: str) -> list[tuple[str, list[Any]]]:
    return [(name, row) for name, entry in entries.items() for row in entry.get(kind, [])]


def _compile(rows: list[tuple[str, list[Any]]]) -> PatternSet:
    engine: Any = re2
    options = engine.Options()
    options.case_sensitive = False
    options.log_errors = False
    options.max_mem = 64 << 20
    found: Any = engine.Set.SearchSet(options)
    kept: list[Row] = []
    slow: list[tuple[re.Pattern[str], Row]] = []
    for name, (regex, sure, is_re2) in rows:
        if is_re2:
            found.Add(regex)
            kept.append((name, sure))
        else:
            slow.append((re.compile(regex, re.IGNORECASE), (name, sure)))
    if kept:
        found.Compile()
    return PatternSet(found, kept, slow)


def _compile_named(entries: dict[str, dict[str, Any]], kind: str) -> dict[str, PatternSet]:
    rows: dict[str, list[tuple[str, list[Any]]]] = {}
    for name, entry in entries.items():
        for key, patterns in entry.get(kind, {}).items():
            rows.setdefault(key, []).extend((name, row) for row in patterns or [["", 100, 1]])
    return {key: _compile(found) for key, found in rows.items()}


def _literals(selector: str) -> tuple[str, ...]:
    """Return texts, in lower case, that a page must contain for a selector to match anything."""
    quoted = re.findall(r"['\"]([^'\"]{2,})['\"]", selector)
    plain = re.sub(r"\[[^\]]*\]|:[\w-]+(\([^)]*\))?", " ", selector)
    return tuple(text.lower() for text in (*quoted, *re.findall(r"[.#]([\w-]{2,})", plain)))


def _add_overlay(prints: Fingerprints) -> None:
    """Add our own rules: a host (with a path before which it counts), or `inline:` text of a script."""
    overlay: dict[str, list[str]] = json.loads((_DATA / "tools_overlay.json").read_text("utf-8"))
    for name, rules in overlay.items():
        for rule in rules:
            if rule.startswith("inline:"):
                prints.inline.append((rule.removeprefix("inline:"), name))
            else:
                host, slash, path = rule.partition("/")
                prints.hosts.setdefault(host, []).append((slash + path, name))
