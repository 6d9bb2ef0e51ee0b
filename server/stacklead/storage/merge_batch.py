"""What merging asks the database and tells it, for a whole batch of captures at once.

Most captures are the first of their visit and of their address. Two queries say for all of them which are not, and
what the batch makes is written by two statements; a statement or five for each capture would cost far more than the
merging itself.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Column, ColumnElement, and_, bindparam, func, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from stacklead.storage.captures import CaptureRecord
from stacklead.storage.tables import captures, leads

Key = tuple[int | None, str | None]  # a visit: (key_id, capture_id), or an address: (account_id, email_key)


class Batch:
    """One transaction of the one merger: nobody else makes leads meanwhile.

    What it makes is written when something that was merged later has to see it, and at the end by `write`.
    """

    def __init__(self) -> None:
        self._lead_ids: Iterator[int] = iter(())
        self._visits: set[Key] = set()  # some of their captures are merged
        self._addresses: set[Key] = set()  # they have leads
        self._unwritten: set[Key] = set()  # visits and addresses that the database does not know yet
        self._leads: list[dict[str, Any]] = []
        self._captures: list[dict[str, Any]] = []

    async def open(self, db: AsyncConnection, wanted: Sequence[CaptureRecord]) -> None:
        """Ask what is known of these captures' visits and addresses, and reserve an id for each lead to come."""
        visits = [_visit(one) for one in wanted if one["capture_id"] is not None]
        addresses = [_address(one) for one in wanted if one["email_key"] is not None]
        self._lead_ids = iter(await _reserve_lead_ids(db, len(addresses)))
        is_merged = captures.c.merged_at.is_not(None)
        self._visits = await _find_known(db, visits, captures.c.key_id, captures.c.capture_id, is_merged)
        self._addresses = await _find_known(db, addresses, leads.c.account_id, leads.c.email_key)

    async def knows_visit(self, db: AsyncConnection, capture: Any) -> bool:
        """Return whether captures of this one's visit were merged before; queries then find them."""
        return await self._knows(db, self._visits, _visit(capture))

    async def knows_address(self, db: AsyncConnection, capture: Any) -> bool:
        """Return whether this capture's account has or had a lead of its address; queries then find it."""
        return await self._knows(db, self._addresses, _address(capture))

    async def _knows(self, db: AsyncConnection, known: set[Key], key: Key) -> bool:
        if key in self._unwritten:
            await self.write(db)
        return key in known

    def add_lead(self, values: dict[str, Any]) -> int:
        """Have a lead created and return its id; `values` are all its columns but that."""
        lead_id = next(self._lead_ids)
        self._leads.append({"id": lead_id, **values})
        self.note_address(values)
        self._unwritten.add(_address(values))
        return lead_id

    def note_address(self, lead: Any) -> None:
        """Keep in mind that there is a lead of this account and address now."""
        self._addresses.add(_address(lead))

    def add_merged(self, capture: Any, lead_id: int | None, at: int) -> None:
        """Have it noted that a capture went into a lead, or into none: a follow-up that came before its first call."""
        self._captures.append({"row_id": capture["id"], "new_lead_id": lead_id, "now": at})
        self._visits.add(_visit(capture))
        self._unwritten.add(_visit(capture))

    async def write(self, db: AsyncConnection) -> None:
        """Write what was made so far."""
        made, merged = self._leads, self._captures
        self.forget()
        if made:
            await db.execute(insert(leads), made)
        if merged:
            await db.execute(_MERGED, merged)

    def forget(self) -> None:
        """Write nothing of what was made since the last time."""
        self._leads, self._captures = [], []
        self._unwritten.clear()


_MERGED = (
    update(captures)
    .where(captures.c.id == bindparam("row_id"))
    .values(merged_at=bindparam("now"), lead_id=bindparam("new_lead_id"))
)


def _visit(capture: Any) -> Key:
    return capture["key_id"], capture["capture_id"]


def _address(row: Any) -> Key:
    return row["account_id"], row["email_key"]


async def _find_known(
    db: AsyncConnection, wanted: Sequence[Key], owner: Column[int], name: Column[str], *where: ColumnElement[bool]
) -> set[Key]:
    """Return those of the wanted pairs that stand in these two columns, and perhaps some that nobody wants."""
    if not wanted:
        return set()
    is_wanted = and_(owner.in_({one[0] for one in wanted}), name.in_({one[1] for one in wanted}), *where)
    return {(row[0], row[1]) for row in await db.execute(select(owner, name).where(is_wanted).distinct())}


async def _reserve_lead_ids(db: AsyncConnection, count: int) -> list[int]:
    """Return ids that no lead has or will have but those of this transaction, rising."""
    if count == 0:
        return []
    if db.dialect.name == "sqlite":  # which has one writer, us
        newest = await db.execute(text("SELECT seq FROM sqlite_sequence WHERE name = 'leads'"))
        first = (newest.scalar_one_or_none() or 0) + 1
        return list(range(first, first + count))
    next_id = func.nextval(func.pg_get_serial_sequence("leads", "id"))
    return sorted((await db.execute(select(next_id).select_from(func.generate_series(1, count)))).scalars())
