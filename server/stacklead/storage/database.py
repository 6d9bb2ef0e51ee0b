"""Opens the database, gives transactions and brings the schema up to date."""

import asyncio
import fcntl
import time
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection as SyncConnection
from sqlalchemy import event, text
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, ProgrammingError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from stacklead.errors import StorageFault, StorageUnavailable
from stacklead.settings import Settings

Connection = AsyncConnection  # what `Database.read` and `write` give, for those who hand it on
CONNECT_TIMEOUT_S = 10.0  # to PostgreSQL
_MIGRATION_LOCK = 0x57AC1EAD  # PostgreSQL advisory lock: one process migrates, the others wait


def now_ms() -> int:
    """Return the time in whole milliseconds since 1970, UTC: the unit of every `_at` column."""
    return int(time.time() * 1000)


@contextmanager
def named_faults() -> Generator[None]:
    """Turn what drivers and SQLAlchemy raise into failures that the rest of the program knows.

    Raises:
        StorageUnavailable: the database itself failed: gone, full, locked, too busy.
        StorageFault: a statement of ours was wrong.
    """
    try:
        yield
    except (SQLAlchemyError, OSError) as exc:
        if is_database_away(exc):
            raise StorageUnavailable("The database cannot be reached; try again in a few seconds.") from exc
        raise StorageFault("Something went wrong on our side.") from exc


def is_database_away(exc: Exception) -> bool:
    """Return whether the database itself failed (gone, full, locked, too busy), and no statement of ours was wrong."""
    if isinstance(exc, IntegrityError | DataError | ProgrammingError):
        return False
    return isinstance(exc, DBAPIError | PoolTimeout | OSError)


def is_pool_used_up(fault: StorageFault) -> bool:
    """Return whether no connection came free because this process holds them all."""
    return isinstance(fault.__cause__, PoolTimeout)


class Database:
    """One per process. SQLite has one writing connection, which is what keeps its writers from waiting on locks."""

    def __init__(self, settings: Settings) -> None:
        self.is_sqlite = settings.is_sqlite
        if self.is_sqlite:
            settings.sqlite_path.parent.mkdir(parents=True, exist_ok=True)
            self._writer = _sqlite_engine(settings.sqlalchemy_url, pool_size=1, begin="BEGIN IMMEDIATE")
            self._reader = _sqlite_engine(settings.sqlalchemy_url, pool_size=4, begin="BEGIN")
        else:
            self._writer = self._reader = create_async_engine(
                settings.sqlalchemy_url,
                pool_size=10,
                pool_pre_ping=True,
                hide_parameters=True,
                connect_args=_postgres_options(settings),
            )

    @asynccontextmanager
    async def read(self) -> AsyncGenerator[AsyncConnection, None]:
        """Give a connection for reading: one consistent snapshot; raises as `named_faults`."""
        with named_faults():
            async with self._reader.begin() as connection:
                yield connection

    @asynccontextmanager
    async def write(self) -> AsyncGenerator[AsyncConnection, None]:
        """Give a transaction: committed at the end of the block, rolled back if it raises. Keep it short.

        Raises as `named_faults`.
        """
        with named_faults():
            async with self._writer.begin() as connection:
                yield connection

    async def check(self) -> None:
        """Write and roll back, so that a full disk or a lost server shows; raises as `named_faults`."""
        with named_faults():
            async with self._writer.connect() as connection, connection.begin() as transaction:
                await connection.execute(text("DELETE FROM used_links WHERE nonce = ''"))
                await transaction.rollback()

    async def close(self) -> None:
        """Close all connections."""
        await self._reader.dispose()
        await self._writer.dispose()


def _postgres_options(settings: Settings) -> dict[str, Any]:
    """Return what is to be done about a process that stands still, here or on another machine, or PostgreSQL's own."""
    hang_ms = int(settings.hang_s * 1000)
    limits = {"idle_in_transaction_session_timeout": hang_ms, "lock_timeout": hang_ms // 3}
    return {
        "timeout": min(CONNECT_TIMEOUT_S, settings.hang_s),
        "command_timeout": settings.hang_s,
        "server_settings": {name: str(value) for name, value in limits.items()},
    }


def _sqlite_engine(url: str, *, pool_size: int, begin: str) -> AsyncEngine:
    engine = create_async_engine(url, pool_size=pool_size, max_overflow=0, hide_parameters=True)

    @event.listens_for(engine.sync_engine, "connect")
    def configure(connection: Any, _record: Any) -> None:  # pyright: ignore[reportUnusedFunction]
        connection.isolation_level = None  # the "begin" event below says when a transaction begins
        cursor = connection.cursor()
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=10000"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def start(connection: SyncConnection) -> None:  # pyright: ignore[reportUnusedFunction]
        connection.exec_driver_sql(begin)

    return engine


class IngestTaken(Exception):
    """Another process takes captures into this SQLite file; its message says what to do."""


@contextmanager
def hold_ingest(settings: Settings) -> Generator[None]:
    """Be the one process that takes captures into this SQLite file, until the block ends or the process dies.

    PostgreSQL has any number of them.

    Raises:
        IngestTaken: another process is it already.
    """
    if not settings.is_sqlite:
        yield
        return
    path = settings.sqlite_path.with_suffix(".ingest.lock")
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise IngestTaken(
                f"Another web process works on {settings.sqlite_path} already, and SQLite has room for one. "
                "Stop that one, or set STACKLEAD_DATABASE_URL to a PostgreSQL database, which takes any number."
            ) from None
        yield


async def migrate(settings: Settings) -> None:
    """Bring the schema up to date; several processes may call it at once, one works and the others wait."""
    if settings.is_sqlite:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        await asyncio.to_thread(_migrate_sqlite, settings)
    else:
        engine = create_async_engine(settings.sqlalchemy_url)
        async with engine.begin() as connection:
            await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _MIGRATION_LOCK})
            await connection.run_sync(_upgrade)
        await engine.dispose()


def _migrate_sqlite(settings: Settings) -> None:
    async def upgrade() -> None:
        engine = _sqlite_engine(settings.sqlalchemy_url, pool_size=1, begin="BEGIN IMMEDIATE")
        async with engine.begin() as connection:
            await connection.run_sync(_upgrade)
        await engine.dispose()

    with _file_lock(settings.sqlite_path.with_suffix(".migrate.lock")):
        asyncio.run(upgrade())


@contextmanager
def _file_lock(path: Path) -> Generator[None]:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _upgrade(connection: SyncConnection) -> None:
    if MigrationContext.configure(connection).get_current_revision() == _newest_revision():
        return  # every start but the first of a version
    config = _migrations()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


@cache
def _newest_revision() -> str | None:
    return ScriptDirectory.from_config(_migrations()).get_current_head()


def _migrations() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config
