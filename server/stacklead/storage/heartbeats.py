"""Heartbeats of workers, so that a person can see that nobody is working."""

from typing import Any

import msgspec
from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from stacklead.storage.database import now_ms
from stacklead.storage.tables import heartbeats

ALIVE_MS = 30_000  # a worker that was silent for longer counts as gone


async def save_heartbeat(db: AsyncConnection, worker: str, info: dict[str, Any]) -> None:
    """Note that a worker is alive, and what it says of itself (`{"is_redis_up": bool, ...}`)."""
    values = {"info": msgspec.json.encode(info).decode(), "seen_at": now_ms()}
    dialect = sqlite if db.dialect.name == "sqlite" else postgresql
    query = dialect.insert(heartbeats).values(worker=worker, **values)
    await db.execute(query.on_conflict_do_update(index_elements=["worker"], set_=values))
    await db.execute(delete(heartbeats).where(heartbeats.c.seen_at < now_ms() - 100 * ALIVE_MS))


async def list_alive(db: AsyncConnection) -> list[dict[str, Any]]:
    """Return what each live worker said last."""
    query = select(heartbeats).where(heartbeats.c.seen_at > now_ms() - ALIVE_MS)
    rows = (await db.execute(query)).mappings()
    return [{"worker": row["worker"], "seen_at": row["seen_at"], **msgspec.json.decode(row["info"])} for row in rows]


async def delete_heartbeat(db: AsyncConnection, worker: str) -> None:
    """Forget a worker that stops."""
    await db.execute(delete(heartbeats).where(heartbeats.c.worker == worker))
