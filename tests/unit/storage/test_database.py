"""The schema from nothing, on both databases, by several processes at once; and what the tables say of themselves."""

import asyncio
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, text

from stacklead.errors import StorageFault, StorageUnavailable
from stacklead.settings import Settings
from stacklead.storage.database import Database, migrate, now_ms
from stacklead.storage.tables import metadata
from support.postgres import Cluster

pytestmark = pytest.mark.anyio
MIGRATE = """
import asyncio
from stacklead.errors import StorageFault, StorageUnavailable
from stacklead.settings import Settings
from stacklead.storage.database import migrate
asyncio.run(migrate(Settings.from_env()))
"""
SERVER = Path(__file__).parents[3] / "server"


@pytest.fixture(params=["sqlite", "postgres"])
def bare(request: pytest.FixtureRequest, data_dir: Path) -> Iterator[Settings]:
    """Settings over a database with nothing in it."""
    if request.param == "sqlite":
        yield Settings(data_dir=data_dir / "new" / "folder")
        return
    cluster: Cluster = request.getfixturevalue("postgres_cluster")
    yield Settings(data_dir=data_dir, database_url=cluster.bare_database())


def difference(connection: Connection) -> list[Any]:
    return compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), metadata)


async def test_migrations_make_the_schema_of_the_tables(bare: Settings) -> None:
    await migrate(bare)
    await migrate(bare)
    database = Database(bare)
    async with database.read() as db:
        assert await db.run_sync(difference) == []
    await database.close()


CAPTURE = text(
    "INSERT INTO captures (account_id, via, is_test, is_mail_due, is_duplicate_ok, payload, received_at,"
    " idempotency_key) VALUES (1, 'api', false, true, true, '{}', :at, :key)"
)


async def test_first_call_under_an_idempotency_key_keeps_it(bare: Settings) -> None:
    """Migration 0004, on captures of before."""
    await migrate(bare)
    database = Database(bare)
    now, long_ago = now_ms(), now_ms() - 2 * 86_400_000
    async with database.write() as db:
        await db.execute(text("UPDATE alembic_version SET version_num = '0003'"))
        await db.execute(text("DROP INDEX uq_captures_idempotency"))
        await db.execute(text("CREATE INDEX ix_captures_idempotency ON captures (account_id, idempotency_key)"))
        for key, at in (("old", long_ago), ("old", now), ("twice", now), ("twice", now), ("one", now)):
            await db.execute(CAPTURE, {"key": key, "at": at})
    await database.close()
    await migrate(bare)
    database = Database(bare)
    async with database.read() as db:
        kept = (await db.execute(text("SELECT idempotency_key FROM captures ORDER BY id"))).scalars().all()
        assert await db.run_sync(difference) == []
    await database.close()
    assert kept == [None, "old", "twice", None, "one"]


async def test_processes_at_once_migrate_once(bare: Settings) -> None:
    environment = {
        "STACKLEAD_DATA_DIR": str(bare.data_dir),
        "STACKLEAD_DATABASE_URL": bare.database_url,
        "PYTHONPATH": str(SERVER),
    }
    program = [sys.executable, "-c", MIGRATE]
    pipes = {"stdout": asyncio.subprocess.PIPE, "stderr": asyncio.subprocess.STDOUT}
    both = [await asyncio.create_subprocess_exec(*program, env=environment, **pipes) for _ in range(2)]
    outputs = await asyncio.gather(*(one.communicate() for one in both))
    assert [one.returncode for one in both] == [0, 0], outputs
    database = Database(bare)
    async with database.read() as db:
        assert await db.run_sync(difference) == []
    await database.close()


async def test_transaction_that_fails_leaves_nothing(databases: Database) -> None:
    statement = text("INSERT INTO used_links (nonce, used_at) VALUES ('a', 1)")

    async def fail() -> None:
        async with databases.write() as db:
            await db.execute(statement)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fail()
    async with databases.read() as db:
        assert (await db.execute(text("SELECT count(*) FROM used_links"))).scalar_one() == 0


async def test_check_writes_nothing(databases: Database) -> None:
    await databases.check()
    async with databases.read() as db:
        assert (await db.execute(text("SELECT count(*) FROM used_links"))).scalar_one() == 0


async def test_writers_at_once_wait_for_each_other(databases: Database) -> None:
    async def add(number: int) -> None:
        async with databases.write() as db:
            await db.execute(text("INSERT INTO used_links (nonce, used_at) VALUES (:n, 1)"), {"n": str(number)})

    await asyncio.gather(*map(add, range(30)))
    async with databases.read() as db:
        assert (await db.execute(text("SELECT count(*) FROM used_links"))).scalar_one() == 30


async def test_sqlite_is_durable_and_checks_its_references(settings: Settings) -> None:
    database = Database(settings)
    for give in (database.read, database.write):
        async with give() as db:
            values = [
                (await db.execute(text(f"PRAGMA {name}"))).scalar_one()
                for name in ("journal_mode", "synchronous", "foreign_keys")
            ]
            assert values == ["wal", 2, 1]
    await database.close()


def test_now_is_in_milliseconds() -> None:
    assert 1_600_000_000_000 < now_ms() < 10_000_000_000_000


async def test_wrong_statement_is_a_fault_of_ours(databases: Database) -> None:
    with pytest.raises(StorageFault) as caught:
        async with databases.write() as db:
            await db.execute(text("INSERT INTO used_links (nonce, used_at) VALUES ('secret', 1), ('secret', 1)"))
    assert not isinstance(caught.value, StorageUnavailable)
    assert caught.value.reason == "IntegrityError"
    assert "secret" not in caught.value.message


async def test_broken_database_is_unavailable(settings: Settings) -> None:
    settings.sqlite_path.write_bytes(b"no database at all" * 100)
    database = Database(settings)
    for ask in (database.read, database.write):
        with pytest.raises(StorageUnavailable):
            async with ask() as db:
                await db.execute(text("SELECT 1 FROM leads"))
    with pytest.raises(StorageUnavailable):
        await database.check()
    await database.close()
