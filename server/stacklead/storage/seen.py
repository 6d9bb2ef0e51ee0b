"""What has been seen from an account's web pages: whether the tag works, and from which origins it is used."""

from collections import Counter
from dataclasses import dataclass

import msgspec
from sqlalchemy import and_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from stacklead.storage.tables import captures, leads

ORIGINS_FROM = 500  # newest leads of a key that are looked at


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """One capture by tag: when it came (milliseconds), and the page's address, its origin, or nothing."""

    at: int
    page: str


async def find_last_seen(db: AsyncConnection, account_id: int) -> Sighting | None:
    """Return the account's newest capture by tag, or None if none has been seen yet.

    Pages ask every few seconds, so it goes by the small indexes: what no lead has yet, then the newest lead's.
    """
    mine = and_(captures.c.account_id == account_id, captures.c.via == "tag")
    query = select(captures.c.received_at, captures.c.payload).order_by(captures.c.id.desc()).limit(1)
    row = (await db.execute(query.where(captures.c.merged_at.is_(None), mine))).one_or_none()
    newest = select(leads.c.id).where(leads.c.account_id == account_id, leads.c.via == "tag")
    newest = newest.order_by(leads.c.id.desc()).limit(1).scalar_subquery()
    row = row or (await db.execute(query.where(captures.c.lead_id == newest, mine))).one_or_none()
    if row is None:
        return None
    payload = msgspec.json.decode(row[1])
    return Sighting(at=row[0], page=payload.get("page") or payload.get("origin") or "")


async def list_origins_seen(db: AsyncConnection, account_id: int, key_id: int) -> list[str]:
    """Return the origins of pages that used this client key, most frequent first."""
    query = select(leads.c.payload).where(leads.c.account_id == account_id, leads.c.key_id == key_id)
    payloads = (await db.execute(query.order_by(leads.c.id.desc()).limit(ORIGINS_FROM))).scalars()
    origins = Counter(msgspec.json.decode(payload).get("origin") for payload in payloads)
    return [origin for origin, _ in origins.most_common() if isinstance(origin, str)]
