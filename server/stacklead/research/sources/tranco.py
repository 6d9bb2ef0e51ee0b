"""The popularity rank of the company's domain, from the public Tranco list."""

from collections.abc import Sequence
from datetime import date
from typing import Any, cast

from stacklead.models import Claim
from stacklead.research.api import get_json
from stacklead.research.claims import ClaimMaker, iso
from stacklead.research.source import Kit, Subject

_QUARTER_DAYS = range(80, 101)  # what counts as "the previous 3 months"
_PATH = "domain.alexa.global"


class TrancoSource:
    """Asks `{url}/api/ranks/domain/{domain}` for dated ranks."""

    name = "tranco"

    async def find(self, subject: Subject, kit: Kit) -> Sequence[Claim]:
        """Return rank, its change over three months if the list spans them, and whose rank it is.

        Raises:
            SourceError: the list could not answer.
        """
        if subject.domain is None or subject.is_true("domain.disposable"):
            return []
        path = f"/api/ranks/domain/{subject.domain}"
        ranks = _ranks(await get_json(kit, self.name, path, subject=subject.domain))
        if not ranks:
            return []
        maker = ClaimMaker(source=self.name, fetched_at=iso(kit.now()))
        day, rank = ranks[-1]
        url = kit.settings.source(self.name).url + path
        observed = f"{day.isoformat()}T00:00:00Z"
        say: dict[str, Any] = {"method": "structured", "url": url, "observed_at": observed}
        return [
            *maker.make(f"{_PATH}.rank", rank, snippet=f"rank {rank} on {day.isoformat()}", **say),
            *maker.make(f"{_PATH}.change", change_sentence(ranks), snippet=f"{len(ranks)} dated ranks", **say),
            *maker.make("domain.alexa.rank_source", "tranco", **say),
        ]


def _ranks(answer: Any) -> list[tuple[date, int]]:
    """Return (day, rank) pairs, oldest first."""
    rows = cast(dict[str, Any], answer).get("ranks") if isinstance(answer, dict) else None
    found: dict[date, int] = {}
    for row in cast(list[Any], rows)[:500] if isinstance(rows, list) else []:
        entry = cast(dict[str, Any], row) if isinstance(row, dict) else {}
        day, rank = entry.get("date"), entry.get("rank")
        if isinstance(day, str) and isinstance(rank, int) and not isinstance(rank, bool) and 0 < rank < 10**8:
            try:
                found[date.fromisoformat(day[:10])] = rank
            except ValueError:
                continue
    return sorted(found.items())


def change_sentence(ranks: Sequence[tuple[date, int]]) -> str | None:
    """Return "Down 786 versus the previous 3 months." (a larger rank number is down), None if they are not spanned.

    Args:
        ranks: (day, rank) pairs, oldest first.
    """
    last_day, last = ranks[-1]
    old = [(abs((last_day - day).days - 92), rank) for day, rank in ranks if (last_day - day).days in _QUARTER_DAYS]
    if not old:
        return None
    change = last - min(old)[1]
    if change == 0:
        return "Unchanged versus the previous 3 months."
    return f"{'Down' if change > 0 else 'Up'} {abs(change):,} versus the previous 3 months."
