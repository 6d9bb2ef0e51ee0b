"""Captures that were refused: where they came from, why and how often, for the owner of the key to see.

`save_refusals` is told keys by their text, of whichever account: it serves the capture endpoint.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import and_, delete, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from stacklead.keys import hash_key
from stacklead.storage.daily_leads import day_of
from stacklead.storage.tables import keys, refusals

MAX_ROWS = 200  # places kept for an account and day; beyond, calls are counted without their place
KEPT_DAYS = 30
SHOWN_DAYS = 7
SHOWN = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Refused captures with the same key, reason and place: `count` of them, the last one at `last_at` (ms)."""

    key_text: str
    code: str
    origin: str
    page: str
    count: int
    last_at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusalSeen:
    """What an owner sees of refused captures."""

    key_id: int
    code: str
    origin: str
    page: str
    count: int
    last_at: int


async def save_refusals(db: AsyncConnection, found: Sequence[Refusal]) -> None:
    """Add to the counts; calls with a key that never was are nobody's and are forgotten."""
    owners = await _find_owners(db, {refusal.key_text for refusal in found})
    known: dict[tuple[int, int], set[tuple[int, str, str, str]]] = {}
    for refusal in sorted(found, key=lambda each: (each.key_text, each.code, each.origin, each.page)):
        if refusal.key_text not in owners:
            continue
        key_id, account_id = owners[refusal.key_text]
        day = day_of(refusal.last_at)
        if (account_id, day) not in known:
            known[account_id, day] = await _list_places(db, account_id, day)
        places = known[account_id, day]
        place = (key_id, refusal.code, refusal.origin, refusal.page)
        if place not in places and len(places) >= MAX_ROWS:
            refusal = replace(refusal, origin="", page="")
            place = (key_id, refusal.code, "", "")
        places.add(place)
        await _add(db, account_id, day, place, refusal)


async def _find_owners(db: AsyncConnection, texts: set[str]) -> dict[str, tuple[int, int]]:
    """Return (key id, account id) of client keys by their text, revoked ones too."""
    by_hash = {hash_key(text): text for text in texts}
    query = select(keys.c.key_hash, keys.c.id, keys.c.account_id)
    rows = await db.execute(query.where(keys.c.key_hash.in_(by_hash), keys.c.kind == "client"))
    return {by_hash[row[0]]: (row[1], row[2]) for row in rows}


async def _list_places(db: AsyncConnection, account_id: int, day: int) -> set[tuple[int, str, str, str]]:
    query = select(refusals.c.key_id, refusals.c.code, refusals.c.origin, refusals.c.page)
    rows = await db.execute(query.where(refusals.c.account_id == account_id, refusals.c.day == day))
    return {(row[0], row[1], row[2], row[3]) for row in rows}


async def _add(
    db: AsyncConnection, account_id: int, day: int, place: tuple[int, str, str, str], refusal: Refusal
) -> None:
    dialect = sqlite if db.dialect.name == "sqlite" else postgresql
    names = ("account_id", "day", "key_id", "code", "origin", "page")
    values = dict(zip(names, (account_id, day, *place), strict=True))
    query = dialect.insert(refusals).values(**values, count=refusal.count, last_at=refusal.last_at)
    changes = {"count": refusals.c.count + query.excluded["count"], "last_at": query.excluded.last_at}
    await db.execute(query.on_conflict_do_update(index_elements=list(names), set_=changes))


async def list_refusals(db: AsyncConnection, account_id: int, now: int) -> list[RefusalSeen]:
    """Return an account's refused captures of the last days by place, the latest first."""
    place = (refusals.c.key_id, refusals.c.code, refusals.c.origin, refusals.c.page)
    last_at = func.max(refusals.c.last_at).label("last_at")
    mine = and_(refusals.c.account_id == account_id, refusals.c.day > day_of(now) - SHOWN_DAYS)
    query = select(*place, func.sum(refusals.c.count).label("count"), last_at).where(mine)
    rows = (await db.execute(query.group_by(*place).order_by(last_at.desc()).limit(SHOWN))).mappings()
    return [
        RefusalSeen(
            key_id=row["key_id"],
            code=row["code"],
            origin=row["origin"],
            page=row["page"],
            count=int(row["count"]),
            last_at=row["last_at"],
        )
        for row in rows
    ]


async def delete_old_refusals(db: AsyncConnection, now: int) -> None:
    """Forget what is too old, of every account."""
    await db.execute(delete(refusals).where(refusals.c.day < day_of(now) - KEPT_DAYS))
