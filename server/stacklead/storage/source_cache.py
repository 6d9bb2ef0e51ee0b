"""Answers of outside sources, kept so that two leads of one company ask once."""

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from stacklead.keys import hash_key
from stacklead.storage.database import Database, now_ms
from stacklead.storage.tables import source_cache


async def forget_person(db: AsyncConnection, email_keys: Sequence[str]) -> None:
    """Forget what sources said of these addresses; they ask by the address or by its SHA-256, never by a name."""
    subjects = [subject for email_key in email_keys for subject in (email_key, hash_key(email_key))]
    await db.execute(delete(source_cache).where(source_cache.c.subject_hash.in_(map(hash_key, subjects))))


class SourceCache:
    """The durable `research.source.Cache`; subjects are kept as hashes, answers as JSON."""

    def __init__(self, database: Database) -> None:
        self.database = database

    async def get(self, source: str, subject: str) -> Any | None:
        """Return the kept answer or None if there is none or it is too old."""
        query = select(source_cache.c.answer).where(
            source_cache.c.source == source,
            source_cache.c.subject_hash == hash_key(subject),
            source_cache.c.expires_at > now_ms(),
        )
        async with self.database.read() as db:
            answer = (await db.execute(query)).scalar_one_or_none()
        return None if answer is None else msgspec.json.decode(answer)

    async def put(self, source: str, subject: str, answer: Any, ttl_s: int) -> None:
        """Keep an answer for `ttl_s` seconds in place of any before it."""
        values = {"answer": msgspec.json.encode(answer), "expires_at": now_ms() + ttl_s * 1000}
        dialect = sqlite if self.database.is_sqlite else postgresql
        query = dialect.insert(source_cache).values(source=source, subject_hash=hash_key(subject), **values)
        query = query.on_conflict_do_update(index_elements=["source", "subject_hash"], set_=values)
        async with self.database.write() as db:
            await db.execute(query)

    async def delete_old(self) -> None:
        """Forget what is too old."""
        async with self.database.write() as db:
            await db.execute(delete(source_cache).where(source_cache.c.expires_at <= now_ms()))
