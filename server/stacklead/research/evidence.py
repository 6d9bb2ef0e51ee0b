"""Merges claims into one value per field with its proof: pure, and independent of the order of the claims.

Confidence of a claim = how sure its source is of it x how far that source is trusted x freshness. Independent
groups that agree strengthen each other (noisy-OR); values that lost stay as alternatives.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast

from stacklead.models import Alternative, Claim, Evidence
from stacklead.research.clean import words
from stacklead.research.fields import UNITED
from stacklead.research.names import fold, parse_name

MIN_CONFIDENCE = 0.4  # below it a value is not shown as a fact, only as an alternative
MAX_CONFIDENCE = 0.99  # nothing found out is certain
MAX_ALTERNATIVES = 5
MAX_ITEMS = 200  # of a list field

# How far a source is trusted, by the way it knows.
RELIABILITY: dict[tuple[str, str], float] = {
    ("lead", "stated"): 0.9,
    ("address", "structured"): 0.98,
    ("address", "derived"): 0.6,
    ("dns", "structured"): 0.95,
    ("website", "structured"): 0.85,
    ("website", "text"): 0.7,
    ("website", "derived"): 0.6,
    ("website", "guessed"): 0.45,
    ("technologies", "structured"): 0.9,
    ("technologies", "derived"): 0.7,
    ("gravatar", "structured"): 0.8,
    ("tranco", "structured"): 0.95,
    ("smtp_probe", "structured"): 0.9,  # servers may lie to strangers
    ("smtp_probe", "derived"): 0.9,
}
_OTHERWISE = 0.5

# Where one field of a source deserves more or less than the source.
FIELD_RELIABILITY: dict[tuple[str, str], float] = {
    ("gravatar", "company.name"): 0.55,  # where its owner worked when the profile was written
    ("gravatar", "person.headline"): 0.5,
    ("website", "company.website"): 0.95,
    ("website", "emails"): 0.9,
}

# After this many months half of the confidence is gone; fields that do not age are not listed.
HALF_LIFE_MONTHS: dict[str, float] = {
    "person.job_title": 18.0,
    "person.headline": 18.0,
    "person.location": 36.0,
    "company.employees": 12.0,
    "domain.alexa.global.rank": 6.0,
}

_LEGAL_FORMS = words("""
    inc incorporated llc llp lp ltd limited plc corp corporation co company gmbh mbh ag kg ug se sa sas sarl srl spa
    bv nv ab as asa aps oy oyj kk pty pte pvt private group holding holdings the ev eg
    """)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cluster:
    """Claims that say the same: `best` speaks for them."""

    best: Claim
    confidence: float
    is_weak: bool  # nothing but derived or guessed


def merge(claims: Iterable[Claim], now: datetime) -> dict[str, Evidence]:
    """Return one Evidence per claimed field, keyed by path; a value that nobody is sure of is None with a reason."""
    by_field: dict[str, list[Claim]] = {}
    for claim in sorted({_identity(c): c for c in with_name_parts(claims)}.items()):
        by_field.setdefault(claim[1].field, []).append(claim[1])
    return {
        path: _unite(path, found, now) if path in UNITED else _choose(path, found, now)
        for path, found in sorted(by_field.items())
    }


def with_name_parts(claims: Iterable[Claim]) -> list[Claim]:
    """Return the claims, with first and last name added wherever a source states only the full name."""
    found = list(claims)
    stated = {(claim.source, claim.field) for claim in found}
    extra: list[Claim] = []
    for claim in found:
        parts = parse_name(claim.value) if claim.field == "person.name" else None
        if parts is None or not parts.is_full:
            continue
        for path, value in (("person.first_name", parts.first), ("person.last_name", parts.last)):
            if (claim.source, path) not in stated:
                extra.append(_replaced(claim, path, value))
    return found + extra


def _replaced(claim: Claim, path: str, value: Any) -> Claim:
    return Claim(
        field=path,
        value=value,
        source=claim.source,
        method=claim.method,
        confidence=claim.confidence,
        source_url=claim.source_url,
        snippet=claim.snippet,
        observed_at=claim.observed_at,
        fetched_at=claim.fetched_at,
        group=claim.group,
    )


def _identity(claim: Claim) -> tuple[str, ...]:
    """Return what makes a claim itself: equal claims count once, and sorting by it forgets their order."""
    return (
        claim.field,
        claim.source,
        claim.method,
        canonical(claim.value),
        f"{claim.confidence:.6f}",
        claim.source_url or "",
        claim.snippet or "",
        claim.observed_at or "",
        claim.group or "",
        claim.fetched_at or "",
    )


def canonical(value: Any) -> str:
    """Return a value as JSON text with sorted keys, for comparing and sorting."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, default=str)


def confidence_of(claim: Claim, now: datetime) -> float:
    """Return the confidence (0 to 1) of one claim by itself."""
    trust = FIELD_RELIABILITY.get((claim.source, claim.field))
    if trust is None or claim.method in ("derived", "guessed"):
        trust = RELIABILITY.get((claim.source, claim.method), _OTHERWISE)
    return max(0.0, min(1.0, claim.confidence)) * trust * _freshness(claim, now)


def _freshness(claim: Claim, now: datetime) -> float:
    half_life = HALF_LIFE_MONTHS.get(claim.field)
    if half_life is None or claim.observed_at is None:
        return 1.0
    try:
        seen = datetime.fromisoformat(claim.observed_at)
    except ValueError:
        return 1.0
    seen = seen if seen.tzinfo else seen.replace(tzinfo=UTC)
    months = max(0.0, (now - seen).total_seconds() / (30.44 * 86_400))
    return 0.5 ** (months / half_life)


def _choose(path: str, claims: Sequence[Claim], now: datetime) -> Evidence:
    groups: dict[str, list[Claim]] = {}
    for claim in claims:
        groups.setdefault(same_key(path, claim.value), []).append(claim)
    clusters = sorted((_cluster(group, now) for group in groups.values()), key=_rank)
    winner = clusters[0]
    if winner.confidence < MIN_CONFIDENCE:
        why = f"Something was found, but with a confidence of only {winner.confidence:.0%}, too little for a fact."
        return Evidence(reason="low_confidence", why=why, alternatives=_alternatives(clusters))
    return _proof(winner.best, winner.best.value, winner.confidence, _alternatives(clusters[1:]))


def _rank(cluster: _Cluster) -> tuple[Any, ...]:
    """Return the sort key: facts before guesses, then confidence, then something that never changes."""
    sure = cluster.confidence >= MIN_CONFIDENCE
    return (
        not sure,
        cluster.is_weak,
        -round(cluster.confidence, 6),
        cluster.best.source,
        canonical(cluster.best.value),
    )


def _cluster(claims: Sequence[Claim], now: datetime) -> _Cluster:
    by_group: dict[str, float] = {}
    for claim in claims:
        group = claim.group or claim.source
        by_group[group] = max(by_group.get(group, 0.0), confidence_of(claim, now))
    best = max(claims, key=lambda c: (confidence_of(c, now), len(str(c.value)), canonical(c.value)))
    weak = all(claim.method in ("derived", "guessed") for claim in claims)
    return _Cluster(best=best, confidence=noisy_or(by_group.values()), is_weak=weak)


def noisy_or(confidences: Iterable[float]) -> float:
    """Return how sure independent witnesses make us together, at most `MAX_CONFIDENCE`."""
    doubt = 1.0
    for confidence in sorted(confidences):
        doubt *= 1.0 - confidence
    return min(MAX_CONFIDENCE, round(1.0 - doubt, 4))


def _alternatives(clusters: Sequence[_Cluster]) -> list[Alternative]:
    return [
        Alternative(value=c.best.value, confidence=round(c.confidence, 3), source=c.best.source)
        for c in clusters[:MAX_ALTERNATIVES]
    ]


def _unite(path: str, claims: Sequence[Claim], now: datetime) -> Evidence:
    """Put the lists of all sources together; the most confident one comes first and lends its proof."""
    ordered = sorted(claims, key=lambda c: (-confidence_of(c, now), c.source, canonical(c.value)))
    items: dict[str, Any] = {}
    for claim in ordered:
        for item in cast(list[Any], claim.value):
            items.setdefault(same_key(path, item), item)
    snippet = "; ".join(dict.fromkeys(claim.snippet for claim in ordered if claim.snippet))
    confidence = min(MAX_CONFIDENCE, round(confidence_of(ordered[0], now), 4))
    best = ordered[0]
    evidence = _proof(best, list(items.values())[:MAX_ITEMS], confidence, [])
    evidence.snippet = snippet[:6_000] or None
    evidence.source = ", ".join(dict.fromkeys(claim.source for claim in ordered))
    return evidence


def _proof(claim: Claim, value: Any, confidence: float, alternatives: list[Alternative]) -> Evidence:
    return Evidence(
        value=value,
        confidence=round(confidence, 3),
        source=claim.source,
        url=claim.source_url,
        snippet=claim.snippet,
        method=claim.method,
        observed_at=claim.observed_at,
        fetched_at=claim.fetched_at,
        alternatives=alternatives,
    )


def same_key(path: str, value: Any) -> str:
    """Return a key that is equal for values which say the same: case, accents and legal forms do not count."""
    if not isinstance(value, str):
        return canonical(value)
    if path.endswith("url") or path == "company.website":
        text = value.lower().partition("://")[2].removeprefix("www.").rstrip("/")
        return text or value.lower()
    parts = fold(value).split()
    if path == "company.name":
        parts = [part for part in parts if part not in _LEGAL_FORMS] or parts
    return " ".join(parts) or value


def same_company_name(one: str, other: str) -> bool:
    """Return whether two company names may be one: equal but for legal forms, or one the shortened other."""
    a, b = same_key("company.name", one).split(), same_key("company.name", other).split()
    short, long = sorted((a, b), key=len)
    if not short or len("".join(short)) < 3:
        return a == b
    return all(theirs.startswith(ours) for ours, theirs in zip(short, long, strict=False)) or "".join(a) == "".join(b)


def value_of(evidence: Mapping[str, Evidence], path: str) -> Any:
    """Return the accepted value of a field, or None."""
    proof = evidence.get(path)
    return None if proof is None else proof.value
