"""Keys of accounts: public client keys and secret API keys (DESIGN.md 2)."""

import json
from dataclasses import dataclass
from typing import Literal

import structlog
from sqlalchemy import RowMapping, and_, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from stacklead.errors import NotFound, StorageFault
from stacklead.keys import hash_key, make_api_key, make_client_key
from stacklead.storage.database import Database, now_ms
from stacklead.storage.tables import keys

log = structlog.get_logger()

Kind = Literal["client", "api"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """One key. `key_text` stands in public client keys only; `allowed_origins` None allows every origin."""

    id: int
    account_id: int
    kind: Kind
    key_text: str | None
    hint: str
    label: str
    is_test: bool
    allowed_origins: tuple[str, ...] | None
    created_at: int
    last_used_at: int | None
    revoked_at: int | None


async def create_key(
    db: AsyncConnection, account_id: int, kind: Kind, *, label: str, is_test: bool = False
) -> tuple[Key, str]:
    """Create a key and return it with its text, which for an API key is shown this once and kept nowhere."""
    secret = make_client_key() if kind == "client" else make_api_key(is_test=is_test)
    values = {
        "account_id": account_id,
        "kind": kind,
        "key_hash": hash_key(secret),
        "key_text": secret if kind == "client" else None,
        "hint": f"{secret[:6]}...{secret[-4:]}",
        "label": label,
        "is_test": is_test,
        "created_at": now_ms(),
    }
    row = (await db.execute(insert(keys).values(values).returning(*keys.c))).mappings().one()
    return _key(row), secret


async def find_key(db: AsyncConnection, secret: str) -> Key | None:
    """Return the live key with this text, client or API, of whichever account; None if unknown or revoked."""
    query = select(keys).where(keys.c.key_hash == hash_key(secret), keys.c.revoked_at.is_(None))
    row = (await db.execute(query)).mappings().one_or_none()
    return _key(row) if row else None


async def list_live_client_keys(db: AsyncConnection) -> list[Key]:
    """Return every live client key of every account: what the capture endpoint keeps in memory."""
    query = select(keys).where(keys.c.kind == "client", keys.c.revoked_at.is_(None))
    return [_key(row) for row in (await db.execute(query)).mappings()]


async def list_keys(db: AsyncConnection, account_id: int, kind: Kind) -> list[Key]:
    """Return an account's keys of one kind, live ones first, newest first."""
    query = select(keys).where(keys.c.account_id == account_id, keys.c.kind == kind)
    query = query.order_by(keys.c.revoked_at.is_not(None), keys.c.id.desc())
    return [_key(row) for row in (await db.execute(query)).mappings()]


async def revoke_key(db: AsyncConnection, account_id: int, key_id: int) -> None:
    """Revoke a key for good; raises NotFound if it is not a live key of this account."""
    await _change(db, account_id, key_id, revoked_at=now_ms())


async def save_allowed_origins(
    db: AsyncConnection, account_id: int, key_id: int, origins: tuple[str, ...] | None
) -> None:
    """Allow only these origins (exact, or `*.host`), or every one with None; raises NotFound."""
    await _change(db, account_id, key_id, allowed_origins=None if origins is None else json.dumps(list(origins)))


async def note_last_used(database: Database, key_id: int, at: int) -> None:
    """Note when a key was last used; a call does not fail because this could not be written."""
    try:
        async with database.write() as db:
            await db.execute(update(keys).where(keys.c.id == key_id).values(last_used_at=at))
    except StorageFault as exc:
        log.warning("last_use_not_noted", key_id=key_id, reason=exc.reason)


async def _change(db: AsyncConnection, account_id: int, key_id: int, **changes: object) -> None:
    mine = and_(keys.c.id == key_id, keys.c.account_id == account_id, keys.c.revoked_at.is_(None))
    if (await db.execute(update(keys).where(mine).values(changes))).rowcount == 0:
        raise NotFound("There is no such key.")


def _key(row: RowMapping) -> Key:
    origins = row["allowed_origins"]
    return Key(
        id=row["id"],
        account_id=row["account_id"],
        kind=row["kind"],
        key_text=row["key_text"],
        hint=row["hint"],
        label=row["label"],
        is_test=row["is_test"],
        allowed_origins=None if origins is None else tuple(json.loads(origins)),
        created_at=row["created_at"],
        last_used_at=row["last_used_at"],
        revoked_at=row["revoked_at"],
    )
