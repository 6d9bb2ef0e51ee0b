"""What became of the captures of one import, counted for the command that follows it."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import and_, case, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from stacklead.models import LeadState
from stacklead.storage.tables import captures, leads


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportCount:
    """How many captures of an import there are by state of their lead; `unmerged` have none yet.

    `strong` are researched leads with at least the score that was asked for.
    """

    unmerged: int
    states: Mapping[str, int]
    strong: int

    @property
    def is_done(self) -> bool:
        """Whether nothing of it waits for a worker any more."""
        return not self.unmerged and self.left == 0

    @property
    def left(self) -> int:
        """How many are merged and not finished."""
        open_states = (LeadState.WAITING, LeadState.QUEUED, LeadState.RESEARCHING)
        return sum(self.states.get(state, 0) for state in open_states)


async def count_import(
    db: AsyncConnection, account_id: int, import_id: str, first_id: int, last_id: int, *, strong_from: int
) -> ImportCount:
    """Count the captures of one import, between its first and last id; those erased since are not counted."""
    mine = and_(
        captures.c.id.between(first_id, last_id),
        captures.c.account_id == account_id,
        captures.c.capture_id == import_id,
    )
    strong = func.sum(case((and_(leads.c.state == LeadState.DONE, leads.c.score >= strong_from), 1), else_=0))
    query = (
        select(leads.c.state, captures.c.merged_at.is_(None), func.count(), strong)
        .select_from(captures.outerjoin(leads, leads.c.id == captures.c.lead_id))
        .where(mine)
        .group_by(leads.c.state, captures.c.merged_at.is_(None))
    )
    unmerged, strong_leads, states = 0, 0, dict[str, int]()
    for state, is_unmerged, count, strong_count in await db.execute(query):
        unmerged += count if is_unmerged else 0
        strong_leads += strong_count or 0
        if state is not None:
            states[state] = states.get(state, 0) + count
    return ImportCount(unmerged=unmerged, states=states, strong=strong_leads)
