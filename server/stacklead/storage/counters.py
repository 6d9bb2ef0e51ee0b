"""Sums over all processes for /metrics, and how much waits. Of no account: operators see the whole."""

from collections.abc import Mapping
from dataclasses import dataclass

import structlog
from sqlalchemy import func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from stacklead.errors import StorageFault
from stacklead.models import DeliveryState, LeadState
from stacklead.storage.database import Database, now_ms
from stacklead.storage.tables import captures, counters, deliveries, leads
from stacklead.tally import Counts, Tally

SAVE_S = 5.0  # between two savings of a process; a killed one loses what it counted since the last

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Backlog:
    """What waits: rows by kind, and the age in seconds of what has been due for longest."""

    waiting: Mapping[str, int]
    oldest_s: Mapping[str, float]


async def save_tally(database: Database, tally: Tally) -> None:
    """Add what this process counted to the sums; what cannot be written is kept for the next time."""
    counts = tally.take()
    if not counts:
        return
    try:
        async with database.write() as db:
            await add_counts(db, counts)
    except StorageFault as exc:
        tally.put_back(counts)
        log.warning("counts_not_saved", reason=exc.reason)


async def add_counts(db: AsyncConnection, counts: Counts) -> None:
    """Add to the sums, in one order, so that two processes do not wait for each other."""
    dialect = sqlite if db.dialect.name == "sqlite" else postgresql
    for (name, label), value in sorted(counts.items()):
        query = dialect.insert(counters).values(name=name, label=label, value=value)
        changes = {"value": counters.c.value + query.excluded["value"]}
        await db.execute(query.on_conflict_do_update(index_elements=["name", "label"], set_=changes))


async def list_counts(db: AsyncConnection) -> Counts:
    """Return every sum."""
    return {(row[0], row[1]): row[2] for row in await db.execute(select(counters))}


async def get_backlog(db: AsyncConnection) -> Backlog:
    """Return what waits, of every account; goes by the small indexes of what is unfinished."""
    now = now_ms()
    states = (LeadState.WAITING, LeadState.QUEUED, LeadState.RESEARCHING)
    query = select(leads.c.state, func.count(), func.min(leads.c.next_at)).where(leads.c.state.in_(states))
    by_state = {row[0]: (row[1], row[2]) for row in await db.execute(query.group_by(leads.c.state))}
    unmerged = select(func.count(), func.min(captures.c.received_at)).where(captures.c.merged_at.is_(None))
    due = select(func.count(), func.min(deliveries.c.next_at)).where(deliveries.c.state == DeliveryState.DUE)
    found = {
        "captures": tuple((await db.execute(unmerged)).one()),
        **{f"leads_{state.value}": by_state.get(state, (0, None)) for state in states},
        "deliveries": tuple((await db.execute(due)).one()),
    }
    return Backlog(
        waiting={kind: count for kind, (count, _) in found.items()},
        oldest_s={kind: max(0, now - (oldest or now)) / 1000 for kind, (_, oldest) in found.items()},
    )
