"""Makes claims in one way: cleaned, bounded, dated."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from stacklead.models import Claim
from stacklead.research.clean import clean_text

MAX_SNIPPET = 4_000  # characters; a list of tools with the proof of each is the longest


def iso(moment: datetime) -> str:
    """Return a moment as ISO 8601 in UTC, to the second: `2026-11-23T04:00:00Z`."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimMaker:
    """What all claims of one source have in common."""

    source: str
    fetched_at: str | None = None
    group: str | None = None

    def make(
        self,
        field: str,
        value: Any,
        *,
        method: str,
        confidence: float = 1.0,
        url: str | None = None,
        snippet: str | None = None,
        observed_at: str | None = None,
    ) -> list[Claim]:
        """Return one claim in a list, or an empty list if there is no value.

        `confidence` is how sure the source is that the record is the lead's and was read right (0 to 1); how far
        the source itself can be trusted is the merge's business.
        """
        if value is None or value == "" or value == []:
            return []
        claim = Claim(
            field=field,
            value=value,
            source=self.source,
            method=method,
            confidence=confidence,
            source_url=url,
            snippet=clean_text(snippet, MAX_SNIPPET) if snippet else None,
            observed_at=observed_at,
            fetched_at=self.fetched_at,
            group=self.group,
        )
        return [claim]


def find_claim(claims: Sequence[Claim], path: str, source: str | None = None) -> Claim | None:
    """Return the most confident claim about a field, of one source if named; equal ones in an order of their own."""
    fitting = [c for c in claims if c.field == path and (source is None or c.source == source)]
    return max(fitting, key=lambda c: (c.confidence, c.source, c.method, repr(c)), default=None)


def find_value(claims: Sequence[Claim], path: str, source: str | None = None) -> Any | None:
    """Return the value of the claim that `find_claim` finds, or None."""
    claim = find_claim(claims, path, source)
    return None if claim is None else claim.value
