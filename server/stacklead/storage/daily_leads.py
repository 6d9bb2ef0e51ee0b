"""How many leads of each account were let through to research on each UTC day: what the daily ceiling goes by.

Counted by the merger, which works for every account; one merger at a time, so that it may read before it writes.
"""

from sqlalchemy import and_, delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from stacklead.storage.tables import daily_leads

DAY_MS = 86_400_000
KEPT_DAYS = 30


def day_of(at: int) -> int:
    """Return the UTC day, counted since 1970, of a moment in milliseconds."""
    return at // DAY_MS


class DailyCount:
    """The counts that one merge needs: each is read once, and written once at the end."""

    def __init__(self) -> None:
        self._counts: dict[tuple[int, int], int] = {}  # (account id, day)
        self._changed: set[tuple[int, int]] = set()

    async def find(self, db: AsyncConnection, account_id: int, day: int) -> int:
        """Return how many were let through on that day so far."""
        known = self._counts.get((account_id, day))
        if known is None:
            mine = and_(daily_leads.c.account_id == account_id, daily_leads.c.day == day)
            known = (await db.execute(select(daily_leads.c.count).where(mine))).scalar_one_or_none() or 0
            self._counts[account_id, day] = known
        return known

    def add(self, account_id: int, day: int) -> None:
        """Count one more; `find` comes before."""
        self._counts[account_id, day] += 1
        self._changed.add((account_id, day))

    async def save(self, db: AsyncConnection) -> None:
        """Write what was counted."""
        dialect = sqlite if db.dialect.name == "sqlite" else postgresql
        for account_id, day in self._changed:
            query = dialect.insert(daily_leads).values(
                account_id=account_id, day=day, count=self._counts[account_id, day]
            )
            changes = {"count": query.excluded["count"]}
            await db.execute(query.on_conflict_do_update(index_elements=["account_id", "day"], set_=changes))


async def delete_old_counts(db: AsyncConnection, now: int) -> None:
    """Forget days that nobody asks for any more."""
    await db.execute(delete(daily_leads).where(daily_leads.c.day < day_of(now) - KEPT_DAYS))
