"""Remembers refused captures until they are written, many at once: a flood of refusals must cost next to nothing."""

import structlog

from stacklead.capture.params import parse_page
from stacklead.errors import StorageFault
from stacklead.storage.database import Database, now_ms
from stacklead.storage.refusals import Refusal, save_refusals
from stacklead.text import one_line

MAX_PENDING = 1000  # places remembered between two writings
MAX_KEY, MAX_ORIGIN, MAX_PAGE = 80, 200, 400  # characters

log = structlog.get_logger()

_Place = tuple[str, str, str, str]  # key as it was sent, code, origin, page


class Refusals:
    """Counts refused captures by place. Nothing of the visitor is kept: no address of any kind, no field."""

    def __init__(self) -> None:
        self._pending: dict[_Place, tuple[int, int]] = {}  # count, last time

    def note(self, key_text: str, code: str, origin: str | None, page: object) -> None:
        """Count one refused capture."""
        shown = page[: 4 * MAX_PAGE] if isinstance(page, str) else ""
        place = (key_text[:MAX_KEY], code, (origin or "")[:MAX_ORIGIN], shown)
        if place not in self._pending and len(self._pending) >= MAX_PENDING:
            return
        count, _ = self._pending.get(place, (0, 0))
        self._pending[place] = (count + 1, now_ms())

    async def save(self, database: Database) -> None:
        """Write what was counted; if that fails it is forgotten, because captures matter more."""
        if not self._pending:
            return
        pending, self._pending = self._pending, {}
        try:
            async with database.write() as db:
                await save_refusals(db, _merge(pending))
        except StorageFault as exc:
            log.warning("refusals_not_saved", reason=exc.reason, places=len(pending))


def _merge(pending: dict[_Place, tuple[int, int]]) -> list[Refusal]:
    """Return what was counted with its places made fit to keep; a page is cut to its origin and path."""
    counts: dict[_Place, tuple[int, int]] = {}
    for (key_text, code, origin, page), (count, last_at) in pending.items():
        place = (key_text, code, one_line(origin, MAX_ORIGIN), one_line(parse_page(page) or "", MAX_PAGE))
        before, earlier = counts.get(place, (0, 0))
        counts[place] = (before + count, max(last_at, earlier))
    return [
        Refusal(key_text=key_text, code=code, origin=origin, page=page, count=count, last_at=last_at)
        for (key_text, code, origin, page), (count, last_at) in counts.items()
    ]
