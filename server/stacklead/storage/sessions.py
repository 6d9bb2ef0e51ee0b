"""Server-side sessions of people, and the one-time links that begin them."""

import secrets
from dataclasses import dataclass

from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from stacklead.keys import hash_key
from stacklead.storage.database import now_ms
from stacklead.storage.tables import sessions, used_links

IDLE_MS = 14 * 86_400_000  # a session ends after two weeks without a visit
LIFETIME_MS = 90 * 86_400_000  # and after three months in any case


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One signed-in browser; `form_token` stands in every form of its pages."""

    id_hash: str
    account_id: int
    form_token: str
    created_at: int
    last_seen_at: int


async def create_session(db: AsyncConnection, account_id: int) -> tuple[Session, str]:
    """Create a session and return it with the id for the cookie, which is kept as a hash only."""
    session_id = secrets.token_urlsafe(32)
    now = now_ms()
    session = Session(
        id_hash=hash_key(session_id),
        account_id=account_id,
        form_token=secrets.token_urlsafe(24),
        created_at=now,
        last_seen_at=now,
    )
    await db.execute(
        insert(sessions).values(
            id_hash=session.id_hash,
            account_id=account_id,
            form_token=session.form_token,
            created_at=now,
            last_seen_at=now,
        )
    )
    return session, session_id


async def find_session(db: AsyncConnection, session_id: str) -> Session | None:
    """Return the live session with this id, or None if it is unknown, idle for too long or too old."""
    now = now_ms()
    query = select(sessions).where(
        sessions.c.id_hash == hash_key(session_id),
        sessions.c.last_seen_at > now - IDLE_MS,
        sessions.c.created_at > now - LIFETIME_MS,
    )
    row = (await db.execute(query)).mappings().one_or_none()
    return Session(**row) if row else None


async def save_session_seen(db: AsyncConnection, session: Session) -> None:
    """Note that a session was used now."""
    query = update(sessions).where(sessions.c.id_hash == session.id_hash)
    await db.execute(query.values(last_seen_at=now_ms()))


async def delete_session(db: AsyncConnection, session: Session) -> None:
    """End one session."""
    await db.execute(delete(sessions).where(sessions.c.id_hash == session.id_hash))


async def delete_sessions(db: AsyncConnection, account_id: int) -> None:
    """End every session of an account."""
    await db.execute(delete(sessions).where(sessions.c.account_id == account_id))


async def delete_old_sessions(db: AsyncConnection) -> None:
    """Forget sessions and used links that have run out."""
    now = now_ms()
    await db.execute(
        delete(sessions).where(
            (sessions.c.last_seen_at <= now - IDLE_MS) | (sessions.c.created_at <= now - LIFETIME_MS)
        )
    )
    await db.execute(delete(used_links).where(used_links.c.used_at <= now - LIFETIME_MS))


async def use_link(db: AsyncConnection, nonce: str) -> bool:
    """Mark a one-time link as used; False if it was used before."""
    try:
        async with db.begin_nested():
            await db.execute(insert(used_links).values(nonce=nonce, used_at=now_ms()))
    except IntegrityError:
        return False
    return True
