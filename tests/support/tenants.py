"""Accounts with their keys, made in a database of a test."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy.ext.asyncio import AsyncConnection

from stacklead.settings import Settings
from stacklead.storage.account_keys import create_key
from stacklead.storage.accounts import Account, create_account, save_account
from stacklead.storage.database import Database

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tenant:
    """An account and one key of each kind."""

    account: Account
    api_key: str
    test_key: str
    client_key: str
    client_key_id: int

    @property
    def id(self) -> int:
        """The account's internal id."""
        return self.account.id


async def make_tenant(db: AsyncConnection, name: str, **values: Any) -> Tenant:
    """Make an account with its keys; `values` are columns of `accounts`."""
    created = {key: values.pop(key) for key in ("reply_address", "webhook_url") if key in values}
    account = await create_account(db, name=name, **created)
    if values:
        account = await save_account(db, account.id, **values)
    _, api_key = await create_key(db, account.id, "api", label="Server")
    _, test_key = await create_key(db, account.id, "api", label="Test", is_test=True)
    client, client_key = await create_key(db, account.id, "client", label="Website")
    return Tenant(account=account, api_key=api_key, test_key=test_key, client_key=client_key, client_key_id=client.id)


def run_in(settings: Settings, work: Callable[[AsyncConnection], Awaitable[T]]) -> T:
    """Run one transaction on a database from a test that is not async, and return what it returns."""

    async def run() -> T:
        database = Database(settings)
        try:
            async with database.write() as db:
                return await work(db)
        finally:
            await database.close()

    return asyncio.run(run())
