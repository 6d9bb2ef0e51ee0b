"""Accounts: the tenants, their reply address and their webhook."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import RowMapping, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from stacklead import keys
from stacklead.errors import NotFound
from stacklead.models import TagDelivery
from stacklead.storage.database import now_ms
from stacklead.storage.tables import accounts


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One tenant. `webhook_off_at` is set while the receiver's 410 keeps its webhook switched off."""

    id: int
    public_id: str
    name: str
    reply_address: str | None
    pending_reply_address: str | None
    webhook_url: str | None
    webhook_secret: str
    webhook_off_at: int | None
    tag_delivery: TagDelivery
    created_at: int


async def create_account(
    db: AsyncConnection, *, name: str, reply_address: str | None = None, webhook_url: str | None = None
) -> Account:
    """Create an account with a signing secret of its own; keys are made with `account_keys.create_key`."""
    values: dict[str, Any] = {
        "public_id": keys.make_public_id("acct_"),
        "name": name,
        "reply_address": reply_address,
        "webhook_url": webhook_url,
        "webhook_secret": keys.make_webhook_secret(),
        "tag_delivery": TagDelivery.EMAIL,
        "created_at": now_ms(),
    }
    result = await db.execute(insert(accounts).values(values).returning(*accounts.c))
    return _account(result.mappings().one())


async def get_account(db: AsyncConnection, account_id: int) -> Account:
    """Return an account by its internal id; raises NotFound."""
    return await _get(db, accounts.c.id == account_id)


async def get_account_by_public_id(db: AsyncConnection, public_id: str) -> Account:
    """Return an account by the id that the command line shows; raises NotFound."""
    return await _get(db, accounts.c.public_id == public_id)


async def find_accounts_by_reply_address(db: AsyncConnection, address: str) -> list[Account]:
    """Return the accounts whose reports go to this address in any spelling, oldest first (for /sign-in)."""
    is_same = func.lower(accounts.c.reply_address) == address.lower()
    query = select(accounts).where(is_same).order_by(accounts.c.id)
    return [_account(row) for row in (await db.execute(query)).mappings()]


async def list_accounts(db: AsyncConnection) -> list[Account]:
    """Return every account, oldest first; for the operator's command line only."""
    return [_account(row) for row in (await db.execute(select(accounts).order_by(accounts.c.id))).mappings()]


async def save_account(db: AsyncConnection, account_id: int, **changes: Any) -> Account:
    """Change columns of an account (`reply_address`, `webhook_url`, `tag_delivery`, ...) and return it."""
    query = update(accounts).where(accounts.c.id == account_id).values(changes).returning(*accounts.c)
    row = (await db.execute(query)).mappings().one_or_none()
    if row is None:
        raise NotFound("There is no such account.")
    return _account(row)


async def _get(db: AsyncConnection, where: Any) -> Account:
    row = (await db.execute(select(accounts).where(where))).mappings().one_or_none()
    if row is None:
        raise NotFound("There is no such account.")
    return _account(row)


def _account(row: RowMapping) -> Account:
    values: dict[str, Any] = dict(row)
    values["tag_delivery"] = TagDelivery(row["tag_delivery"])
    return Account(**values)
