"""Puts right what was written while the clock was ahead: a clock that is set back must not make leads wait for it.

The sweep calls it. Without it a lead that was due at noon waits for noon to come again, and so does a lease.
"""

from typing import Any

from sqlalchemy import Table, and_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from stacklead.models import DeliveryState, LeadState
from stacklead.storage import deliveries as delivery_rows
from stacklead.storage import leads as lead_rows
from stacklead.storage.database import now_ms
from stacklead.storage.tables import deliveries, leads

SKEW_MS = 60_000  # by this much the clocks of several machines may differ
LONGEST_WAIT_MS = 900_000  # no lead waits longer by our own doing: settling ends after 5 minutes, retries after 10


async def pull_back(db: AsyncConnection) -> int:
    """Make due what waits for a moment that nobody can have meant, and free such leases; return how many rows."""
    now = now_ms()
    count = 0
    for table, is_astray, changes in _list_astray(now):
        count += (await db.execute(update(table).where(is_astray).values(changes))).rowcount
    return count


def _list_astray(now: int) -> list[tuple[Table, Any, dict[str, int]]]:
    is_open = leads.c.state.in_((LeadState.WAITING, LeadState.QUEUED))
    is_researching = leads.c.state == LeadState.RESEARCHING
    is_due = deliveries.c.state == DeliveryState.DUE
    lead_lease, delivery_lease = (now + rows.LEASE_MS + SKEW_MS for rows in (lead_rows, delivery_rows))
    return [
        (leads, and_(is_open, leads.c.next_at > now + LONGEST_WAIT_MS), {"next_at": now}),
        (leads, and_(is_researching, leads.c.lease_until > lead_lease), {"lease_until": now}),
        # A delivery may wait for a day, so what tells is when it was written.
        (deliveries, and_(is_due, deliveries.c.updated_at > now + SKEW_MS), {"next_at": now, "updated_at": now}),
        (deliveries, and_(is_due, deliveries.c.lease_until > delivery_lease), {"lease_until": now}),
    ]
