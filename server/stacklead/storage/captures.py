"""Captures after they were appended: what the worker merges, and what an API caller may ask before that."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import ColumnElement, RowMapping, and_, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from stacklead.models import Stage
from stacklead.storage.intake import CaptureRow
from stacklead.storage.tables import captures

CaptureRecord = RowMapping  # one row of `tables.captures`, its values by the names of the columns

MERGE_BATCH = 200  # captures merged in one transaction
IDEMPOTENCY_WINDOW_MS = 86_400_000
DUPLICATES_WINDOW_MS = 30 * 86_400_000  # how far back `duplicates=false` looks


async def list_unmerged(db: AsyncConnection, limit: int = MERGE_BATCH) -> Sequence[CaptureRecord]:
    """Return captures that no lead has yet, oldest first, of every account (for the worker)."""
    query = select(captures).where(captures.c.merged_at.is_(None)).order_by(captures.c.id).limit(limit)
    return (await db.execute(query)).mappings().all()


class FirstCall(NamedTuple):
    """The call that counts under an Idempotency-Key; `is_new` if it is the one that was handed in."""

    row_id: int
    is_new: bool
    token: str | None
    lead_public_id: str | None
    request_hash: str | None
    received_at: int


async def append_once(db: AsyncConnection, calls: Sequence[CaptureRow]) -> list[FirstCall]:
    """Append calls that carry an Idempotency-Key, each unless one came under its key in the last 24 hours.

    Returns the call that counts for each, in the order of `calls`. Of two at once in two processes the second waits
    at the unique index until the first is committed.
    """
    first: dict[int, FirstCall] = {}
    # In one order, so that two processes with the same keys do not wait for each other.
    for place in sorted(range(len(calls)), key=lambda place: (*_idempotency(calls[place]), place)):
        first[place] = await _append_once(db, calls[place])
    return [first[place] for place in range(len(calls))]


async def _append_once(db: AsyncConnection, call: CaptureRow) -> FirstCall:
    dialect = sqlite if db.dialect.name == "sqlite" else postgresql
    append = dialect.insert(captures).values(call._asdict()).on_conflict_do_nothing().returning(captures.c.id)
    earlier = select(captures).where(_same_call(*_idempotency(call)))
    while True:
        row_id = (await db.execute(append)).scalar_one_or_none()
        if row_id is not None:
            return _first(row_id, call._asdict(), is_new=True)
        row = (await db.execute(earlier)).mappings().one_or_none()
        if row is None:
            continue  # erased in between
        if row["received_at"] > call.received_at - IDEMPOTENCY_WINDOW_MS:
            return _first(row["id"], row, is_new=False)
        await db.execute(update(captures).where(captures.c.id == row["id"]).values(idempotency_key=None))


def _first(row_id: int, row: RowMapping | dict[str, Any], *, is_new: bool) -> FirstCall:
    return FirstCall(row_id, is_new, *(row[name] for name in FirstCall._fields[2:]))


def _idempotency(call: CaptureRow) -> tuple[int, bool, str]:
    return call.account_id, call.is_test, call.idempotency_key or ""


def _same_call(account_id: int, is_test: bool, idempotency_key: str) -> ColumnElement[bool]:
    return and_(
        captures.c.account_id == account_id,
        captures.c.is_test == is_test,
        captures.c.idempotency_key == idempotency_key,
    )


async def move_to_lead(db: AsyncConnection, from_lead_id: int, to_lead_id: int) -> None:
    """Give the captures of one lead to another."""
    await db.execute(update(captures).where(captures.c.lead_id == from_lead_id).values(lead_id=to_lead_id))


async def find_first_call(db: AsyncConnection, call: CaptureRow) -> FirstCall | None:
    """Return the call that counts under this one's Idempotency-Key, if there was one in the last 24 hours.

    Calls of test keys and of live ones have nothing in common.
    """
    since = call.received_at - IDEMPOTENCY_WINDOW_MS
    query = select(captures).where(_same_call(*_idempotency(call)), captures.c.received_at > since)
    row = (await db.execute(query)).mappings().one_or_none()
    return None if row is None else _first(row["id"], row, is_new=False)


async def find_by_lead_public_id(db: AsyncConnection, account_id: int, public_id: str) -> CaptureRecord | None:
    """Return the capture under the id that an API caller was given, whether it is merged yet or not."""
    query = select(captures).where(captures.c.account_id == account_id, captures.c.lead_public_id == public_id)
    return (await db.execute(query.limit(1))).mappings().one_or_none()


async def find_unmerged_by_token(db: AsyncConnection, account_id: int, token: str) -> CaptureRecord | None:
    """Return the account's newest capture with this token that no lead has yet."""
    query = (
        select(captures)
        .where(captures.c.merged_at.is_(None), captures.c.account_id == account_id, captures.c.token == token)
        .order_by(captures.c.id.desc())
        .limit(1)
    )
    return (await db.execute(query)).mappings().one_or_none()


async def find_merged_by_token(db: AsyncConnection, account_id: int, token: str) -> CaptureRecord | None:
    """Return the account's newest merged call with this token; its lead may have been given another one."""
    query = select(captures).where(
        captures.c.account_id == account_id, captures.c.token == token, captures.c.merged_at.is_not(None)
    )
    return (await db.execute(query.order_by(captures.c.id.desc()).limit(1))).mappings().one_or_none()


async def delete_unmerged(db: AsyncConnection, account_id: int, capture_row_id: int) -> None:
    """Erase a capture that no lead has yet."""
    await db.execute(delete(captures).where(captures.c.account_id == account_id, captures.c.id == capture_row_id))


def _visit(key_id: int, capture_id: str) -> ColumnElement[bool]:
    """The merged captures of one form in one page view."""
    return and_(captures.c.key_id == key_id, captures.c.capture_id == capture_id, captures.c.merged_at.is_not(None))


async def find_lead_of_visit(db: AsyncConnection, key_id: int, capture_id: str) -> int | None:
    """Return the lead that the newest capture of a visit went into."""
    query = select(captures.c.lead_id).where(_visit(key_id, capture_id), captures.c.lead_id.is_not(None))
    return (await db.execute(query.order_by(captures.c.id.desc()).limit(1))).scalar_one_or_none()


async def has_only_entries(db: AsyncConnection, key_id: int, capture_id: str) -> bool:
    """Return whether a visit has been neither submitted nor left so far."""
    query = select(captures.c.id).where(_visit(key_id, capture_id), captures.c.stage.is_distinct_from(Stage.ENTRY))
    return (await db.execute(query.limit(1))).scalar_one_or_none() is None


async def list_orphans(db: AsyncConnection, key_id: int, capture_id: str) -> Sequence[CaptureRecord]:
    """Return follow-ups of a visit that came before its first call with an address, oldest first."""
    query = select(captures).where(_visit(key_id, capture_id), captures.c.lead_id.is_(None), captures.c.email.is_(None))
    return (await db.execute(query.order_by(captures.c.id))).mappings().all()


async def list_of_lead(db: AsyncConnection, account_id: int, lead_id: int) -> list[dict[str, Any]]:
    """Return a lead's captures, oldest first, at most 100: stage, received_at and payload (decoded)."""
    query = (
        select(captures.c.stage, captures.c.received_at, captures.c.payload)
        .where(captures.c.account_id == account_id, captures.c.lead_id == lead_id)
        .order_by(captures.c.id)
        .limit(100)
    )
    rows = (await db.execute(query)).mappings()
    return [{**row, "payload": msgspec.json.decode(row["payload"])} for row in rows]
