"""Accounts with their keys, made in a database of a test."""

import asyncio
import shutil
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
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


class Template:
    """Accounts that are made once, in an SQLite file of their own, and copied into the file of each test.

    Making one takes longer than most tests do.
    """

    def __init__(self, migrated: Path, folder: Path) -> None:
        self.settings = Settings(data_dir=folder)
        shutil.copy(migrated, self.settings.sqlite_path)
        self._tenants: dict[str, Tenant] = {}

    def copy(self, settings: Settings, name: str, **values: Any) -> Tenant:
        """Put an account into the database of these settings, which may be in use; `values` as for `make_tenant`."""
        if name not in self._tenants:
            self._tenants[name] = run_in(self.settings, lambda db: make_tenant(db, name, **values))
        tenant = self._tenants[name]
        with closing(sqlite3.connect(settings.sqlite_path, timeout=10)) as db:
            db.execute("ATTACH ? AS template", (str(self.settings.sqlite_path),))
            with db:
                db.execute("INSERT INTO accounts SELECT * FROM template.accounts WHERE id = ?", (tenant.id,))
                db.execute("INSERT INTO keys SELECT * FROM template.keys WHERE account_id = ?", (tenant.id,))
        return tenant


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
