"""From one entry of `evidence` to what stands beside a value: who says so, where to read it, how old it is."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from yarl import URL

from stacklead.report.reading import Fields, part, real, words
from stacklead.text import one_line, shorten, web_link

MAYBE_BELOW = 0.6  # confidence under which a value is shown as a "maybe"

SOURCE_LABELS: Mapping[str, str] = {
    "lead": "the lead's own words",
    "address": "the address itself",
    "dns": "DNS",
    "website": "company website",
    "technologies": "technologies on the site",
    "gravatar": "Gravatar",
    "tranco": "Tranco list",
    "smtp_probe": "mail server",
    "rules": "worked out",
}
_SITE_SOURCES = frozenset({"website", "technologies"})  # the page says more than the source's name


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What stands beside a value.

    `label` names the source, `url` is http(s) or None, `when` ("Mar 2026") stands for old facts only.
    """

    label: str
    url: str | None = None
    when: str | None = None
    is_maybe: bool = False
    snippet: str | None = None


def find_proof(evidence: Fields, *paths: str) -> Proof | None:
    """Return the proof of the first of `paths` that has one; a path also stands for what lies under it."""
    for path in paths:
        below = (key for key in evidence if key.startswith(path + "."))
        entries = (part(evidence, key) for key in (path, *below))
        found = next((entry for entry in entries if words(entry, "source", 40)), None)
        if found is not None:
            return make_proof(found)
    return None


def make_proof(entry: Fields) -> Proof:
    """Turn one entry of `evidence` that has a value into its proof."""
    source = words(entry, "source", 40)
    url = web_link(entry.get("url"))
    has_confidence = isinstance(entry.get("confidence"), int | float)
    return Proof(
        label=_place(url) if url and source in _SITE_SOURCES else source_label(source),
        url=url,
        when=_age(entry),
        is_maybe=(has_confidence and real(entry, "confidence") < MAYBE_BELOW) or entry.get("method") == "guessed",
        snippet=words(entry, "snippet", 200) or None,
    )


def _age(entry: Fields) -> str | None:
    """Return the month in which the fact was true, unless it was read in that month."""
    observed = month(entry.get("observed_at"))
    return None if observed == month(entry.get("fetched_at")) else observed


def source_label(source: str) -> str:
    """Return how a source is called for people; what several found together names them with commas."""
    names = [name.strip() for name in source.split(",") if name.strip()]
    return ", ".join(dict.fromkeys(SOURCE_LABELS.get(n) or one_line(n.replace("_", " "), 40) for n in names))


def parse_moment(value: object) -> datetime | None:
    """Return an ISO 8601 text (or a datetime) as a datetime in UTC, None if it is neither."""
    try:
        found = value if isinstance(value, datetime) else datetime.fromisoformat(str(value or "")[:40])
    except ValueError:
        return None
    return found.astimezone(UTC) if found.tzinfo else found


def month(value: object) -> str | None:
    """Return "Nov 2026" for an ISO 8601 text."""
    found = parse_moment(value)
    return f"{found:%b %Y}" if found else None


def moment(value: object) -> str | None:
    """Return "23 Nov 2026, 10:15 UTC" for an ISO 8601 text in UTC."""
    found = parse_moment(value)
    return f"{found.day} {found:%b %Y, %H:%M} UTC" if found else None


def _place(url: str) -> str:
    found = URL(url)
    path = "" if found.path == "/" else found.path.rstrip("/")
    return shorten(one_line((found.host or "").removeprefix("www.") + path, 200), 40)
