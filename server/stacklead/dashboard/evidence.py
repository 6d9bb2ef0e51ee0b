"""Every field of a result with its proof, or the reason why it is empty: the long table of a lead's page."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from stacklead.report.proof import Proof, make_proof, source_label
from stacklead.report.reading import Fields, part, parts, real, words
from stacklead.text import one_line

VALUE_LENGTH = 400  # characters of one value
MAX_ALTERNATIVES = 5
MAX_TOLD = 60  # fields in the lead's own words
GROUPS: tuple[tuple[str, str], ...] = (
    ("person.", "Person"),
    ("company.", "Company"),
    ("domain.", "Domain"),
    ("email", "Mail"),
)
_GROUP_NAMES = frozenset({"person", "company", "domain", "global"})
_SPELT: Mapping[str, str] = {"url": "link", "linkedin": "LinkedIn", "usd": "in USD", "alexa": "popularity"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One field that has a value; `confidence` is in per cent, `others` are values that lost against it."""

    label: str
    value: str
    proof: Proof
    confidence: int
    others: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class FactGroup:
    """The fields of one part of the result; `missing` holds (label, why)."""

    title: str
    facts: list[Fact] = field(default_factory=list[Fact])
    missing: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])


def list_facts(result: Fields) -> list[FactGroup]:
    """Return all of a result's evidence (`{"evidence": {path: entry}}`), in the order of the result."""
    evidence = part(result, "evidence")
    groups = [(start, FactGroup(title=title)) for start, title in GROUPS]
    for path in evidence:
        group = next((group for start, group in groups if path.startswith(start)), None)
        if group is None:
            continue
        entry, label = part(evidence, path), _label(path)
        if words(entry, "source", 40):
            group.facts.append(_fact(label, entry))
        elif why := words(entry, "why", 300):
            group.missing.append((label, why))
    return [group for _, group in groups if group.facts or group.missing]


def list_gaps(result: Fields) -> list[tuple[str, str]]:
    """Return what the score does not know, as (name, points that knowing it could add)."""
    missing = parts(part(result, "score_detail"), "missing")
    named = [(words(gap, "code", 60).replace("_", " "), real(gap, "could_add")) for gap in missing[:20]]
    return [(name, f"{points:.1f}".removesuffix(".0")) for name, points in named if name and points >= 0.05]


def list_told(payload: Fields) -> list[tuple[str, str]]:
    """Return what the lead wrote, and where, as (label, value): all of it, nothing made a link."""
    told = {**part(payload, "fields"), **part(payload, "words")}
    rows = [(_spell(name), show_value(value)) for name, value in list(told.items())[:MAX_TOLD]]
    rows += [(label, show_value(payload.get(name))) for name, label in (("page", "Page"), ("referrer", "Came from"))]
    utm = part(payload, "utm")
    rows += [(_spell("campaign_" + name.removeprefix("utm_")), show_value(utm[name])) for name in utm]
    return [(label, value) for label, value in rows if value]


def show_value(value: Any) -> str:
    """Return any value of a result as one line for people."""
    if value is None or isinstance(value, bool):
        return {None: "", True: "yes", False: "no"}[value]
    if isinstance(value, list | dict):
        return one_line(_join(value), VALUE_LENGTH)
    return one_line(value, VALUE_LENGTH)


def _join(value: Any) -> str:
    """Return the texts in a list or an object with commas between them, without what is empty."""
    if isinstance(value, dict):
        value = list(cast("dict[str, Any]", value).values())
    if isinstance(value, list):
        return ", ".join(filter(None, map(_join, cast("list[Any]", value))))
    return "" if value is None else str(value)


def _fact(label: str, entry: Fields) -> Fact:
    return Fact(
        label=label,
        value=show_value(entry.get("value")),
        proof=make_proof(entry),
        confidence=round(100 * min(max(real(entry, "confidence"), 0.0), 1.0)),
        others=[
            f"{show_value(other.get('value'))} ({source_label(words(other, 'source', 40))}, "
            f"{real(other, 'confidence'):.0%})"
            for other in parts(entry, "alternatives")[:MAX_ALTERNATIVES]
        ],
    )


def _label(path: str) -> str:
    """Return a result's path for people: `person.twitter.url` is "Twitter link"."""
    names = path.replace("[0]", "").split(".")
    return _spell("_".join(name for name in names[-3:] if name not in _GROUP_NAMES))


def _spell(name: str) -> str:
    words = (_SPELT.get(word, word) for word in name.replace("-", "_").split("_"))
    text = one_line(" ".join(words), 60)
    return text[:1].upper() + text[1:] or "Field"
