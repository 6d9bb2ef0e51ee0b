"""The accept path's one statement: append captures, many to a commit (INTAKE.md 1 and 2).

A batch is whatever arrived while the previous one was being committed, so an idle server commits one row and a busy
one commits hundreds, without any wait made by us. A capture is acknowledged only after its commit.
"""

import asyncio
import contextlib
import functools
import itertools
import queue
import sqlite3
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, Protocol

import asyncpg  # pyright: ignore[reportMissingTypeStubs]
import structlog

from stacklead.errors import StorageUnavailable
from stacklead.settings import Settings

MAX_WAITING = 10_000  # captures that may wait for a commit; beyond that callers are told to come back
BUSY_TIMEOUT_S = 5.0  # how long a commit waits for a writer in another process
BUSY_PAUSE_S = 0.002  # between two tries
COMMIT_TIMEOUT_S = 10.0  # of one statement on PostgreSQL
MAX_STATEMENT_ROWS = 128  # that one statement on SQLite appends
CLOSE_TIMEOUT_S = 10.0  # how long a stopping server waits for its last commit

log = structlog.get_logger()


class CaptureRow(NamedTuple):
    """One capture as it is appended; columns as in `tables.captures`, in the same order."""

    account_id: int
    key_id: int | None
    via: str
    is_test: bool
    lead_public_id: str | None
    token: str | None
    email: str | None
    email_key: str | None
    capture_id: str | None
    stage: str | None
    delivery_method: str | None
    webhook_url: str | None
    is_mail_due: bool
    is_duplicate_ok: bool
    idempotency_key: str | None
    request_hash: str | None
    payload: str
    received_at: int


Committed = Callable[[Sequence[int]], None]  # told the ids of a batch once it is durable, on the event loop


class Intake(Protocol):
    """Appends captures durably."""

    async def append(self, row: CaptureRow) -> int:
        """Commit one capture and return its id.

        Raises:
            StorageUnavailable: it is not stored: the database cannot commit, or too many are waiting.
        """
        ...

    async def close(self) -> None:
        """Commit what waits and let go of the database."""
        ...


def open_intake(settings: Settings, on_committed: Committed) -> Intake:
    """Return the intake of the database in use; must be called on the event loop that will use it."""
    if settings.is_sqlite:
        return SqliteIntake(str(settings.sqlite_path), on_committed)
    timeout_s = min(COMMIT_TIMEOUT_S, settings.hang_s)
    return PostgresIntake(settings.sqlalchemy_url.replace("+asyncpg", ""), on_committed, timeout_s=timeout_s)


_COLUMNS = ", ".join(CaptureRow._fields)
_Waiting = tuple[CaptureRow, "asyncio.Future[int]"]


class SqliteIntake:
    """One writer thread with a connection of its own; WAL and FULL, so a commit is on the disk."""

    def __init__(self, path: str, on_committed: Committed, *, busy_timeout_s: float = BUSY_TIMEOUT_S) -> None:
        self.path = path
        self.busy_timeout_s = busy_timeout_s
        self.on_committed = on_committed
        self.loop = asyncio.get_running_loop()
        self.waiting: list[_Waiting] = []  # what this turn of the event loop brought
        self.uncommitted = 0
        self.batches: queue.SimpleQueue[list[_Waiting] | None] = queue.SimpleQueue()  # None: stop
        self.is_closing = False
        self.thread = threading.Thread(target=self._run, name="sqlite-intake", daemon=True)
        self.thread.start()

    async def append(self, row: CaptureRow) -> int:
        """See `Intake.append`."""
        if self.is_closing or self.uncommitted >= MAX_WAITING:
            raise StorageUnavailable("Too many captures are waiting; try again in a second.")
        future: asyncio.Future[int] = self.loop.create_future()
        if not self.waiting:
            self.loop.call_soon(self._hand_over)
        self.waiting.append((row, future))
        self.uncommitted += 1
        try:
            return await future
        finally:
            self.uncommitted -= 1

    def _hand_over(self) -> None:
        """Wake the writer once for all that this turn of the event loop brought."""
        batch, self.waiting = self.waiting, []
        self.batches.put(batch)

    async def close(self) -> None:
        """See `Intake.close`."""
        if not self.is_closing:
            self.is_closing = True
            self._hand_over()
            self.batches.put(None)
        await asyncio.to_thread(self.thread.join, CLOSE_TIMEOUT_S)

    def _run(self) -> None:
        connection: sqlite3.Connection | None = None
        while batch := self._take():
            try:
                connection = connection or _connect_sqlite(self.path)
                self._commit(connection, batch)
            except Exception as exc:  # noqa: BLE001 (whatever it is, callers are answered and the thread lives on)
                _log_failure(exc, batch)
                connection = _close_sqlite(connection)
                self.loop.call_soon_threadsafe(_refuse, batch)
        _close_sqlite(connection)

    def _take(self) -> list[_Waiting]:
        """Return all that was handed over since the last time; waits for some, and is empty when it is time to stop."""
        batch: list[_Waiting] = []
        while not batch or not self.batches.empty():
            more = self.batches.get()
            if more is None:
                self.batches.put(None)  # for the next time, if there is something to commit first
                return batch
            batch += more
        return batch

    def _commit(self, connection: sqlite3.Connection, batch: list[_Waiting]) -> None:
        """Commit a batch; of one that has a row which cannot be stored, commit the others."""
        try:
            first_id = _insert_patiently(connection, [row for row, _ in batch], self.busy_timeout_s)
        except _BAD_ROW as exc:
            if len(batch) > 1:
                for one in batch:
                    self._commit(connection, [one])
                return
            _log_failure(exc, batch)
            self.loop.call_soon_threadsafe(_refuse, batch)
        else:
            ids = range(first_id, first_id + len(batch))
            self.loop.call_soon_threadsafe(_acknowledge, batch, ids, self.on_committed)


# What a row alone is guilty of; everything else is the database's own trouble and fails the whole batch.
_BAD_ROW = (sqlite3.IntegrityError, sqlite3.InterfaceError, sqlite3.ProgrammingError, OverflowError, ValueError)


def _connect_sqlite(path: str) -> sqlite3.Connection:
    connection = sqlite3.connect(
        path,
        isolation_level=None,
        check_same_thread=False,
        timeout=0,  # `_insert_patiently` waits
        cached_statements=MAX_STATEMENT_ROWS + 10,  # one for each size of a batch stays prepared
    )
    # A longer log between checkpoints: a page that many captures dirtied is then written back once.
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "wal_autocheckpoint=4000"):
        connection.execute(f"PRAGMA {pragma}")
    return connection


def _insert_patiently(connection: sqlite3.Connection, rows: list[CaptureRow], patience_s: float) -> int:
    """Insert as soon as nobody else writes.

    SQLite's own wait looks again after 100 ms, and a worker with much to do has begun the next transaction by then.
    """
    deadline = time.monotonic() + patience_s
    while True:
        try:
            return _insert_sqlite(connection, rows)
        except sqlite3.OperationalError as exc:
            if exc.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
        time.sleep(BUSY_PAUSE_S)


def _insert_sqlite(connection: sqlite3.Connection, rows: list[CaptureRow]) -> int:
    """Commit rows and return the id of the first; one writer, so the ids of a batch have no gaps."""
    if len(rows) <= MAX_STATEMENT_ROWS:  # a transaction of its own
        return _execute_insert(connection, rows) - len(rows) + 1
    last_id = 0
    connection.execute("BEGIN IMMEDIATE")
    try:
        for start in range(0, len(rows), MAX_STATEMENT_ROWS):
            last_id = _execute_insert(connection, rows[start : start + MAX_STATEMENT_ROWS])
        connection.execute("COMMIT")
    except BaseException:
        with contextlib.suppress(sqlite3.Error):
            connection.execute("ROLLBACK")
        raise
    return last_id - len(rows) + 1


def _execute_insert(connection: sqlite3.Connection, rows: list[CaptureRow]) -> int:
    """Append rows with one statement and return the id of the last."""
    values = [*itertools.chain.from_iterable(rows)]
    return connection.execute(_sqlite_insert(len(rows)), values).lastrowid or 0


@functools.cache
def _sqlite_insert(rows: int) -> str:
    """Return the statement for so many rows.

    Every statement lets go of Python's lock and has to get it back from the busy event loop; one for each row would
    spend more time on that than on writing.
    """
    row = f"({', '.join('?' * len(CaptureRow._fields))})"
    return f"INSERT INTO captures ({_COLUMNS}) VALUES {', '.join([row] * rows)}"  # noqa: S608 (our own column names)


def _close_sqlite(connection: sqlite3.Connection | None) -> None:
    if connection is not None:
        with contextlib.suppress(sqlite3.Error):
            connection.close()


def _log_failure(exc: Exception, batch: list[_Waiting]) -> None:
    """Say what went wrong; the message of anything but SQLite's own may hold what a visitor typed."""
    reason = str(exc) if isinstance(exc, sqlite3.OperationalError) else type(exc).__name__
    log.error("intake_commit_failed", reason=reason, captures=len(batch))


def _acknowledge(batch: list[_Waiting], ids: Sequence[int], on_committed: Committed) -> None:
    for capture_id, (_, future) in zip(ids, batch, strict=True):
        if not future.done():  # the client may have gone
            future.set_result(capture_id)
    on_committed(ids)


def _refuse(batch: list[_Waiting]) -> None:
    for _, future in batch:
        if not future.done():
            future.set_exception(StorageUnavailable("The capture could not be stored; try again in a second."))


class PostgresIntake:
    """One batch in flight over one connection; columns travel as arrays."""

    def __init__(self, url: str, on_committed: Committed, *, timeout_s: float = COMMIT_TIMEOUT_S) -> None:
        self.url = url
        self.timeout_s = timeout_s
        self.on_committed = on_committed
        self.waiting: list[_Waiting] = []
        self.wake = asyncio.Event()
        self.is_closing = False
        self.connection: Any = None  # asyncpg declares no types
        self.task = asyncio.create_task(self._run())

    async def append(self, row: CaptureRow) -> int:
        """See `Intake.append`."""
        if self.is_closing or len(self.waiting) >= MAX_WAITING:
            raise StorageUnavailable("Too many captures are waiting; try again in a second.")
        future: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self.waiting.append((row, future))
        self.wake.set()
        return await future

    async def close(self) -> None:
        """See `Intake.close`."""
        self.is_closing = True
        self.wake.set()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.task, CLOSE_TIMEOUT_S)
        _refuse(self.waiting)

    async def _run(self) -> None:
        while not (self.is_closing and not self.waiting):
            await self.wake.wait()
            self.wake.clear()
            batch, self.waiting = self.waiting, []
            if not batch:
                continue
            try:
                await self._commit(batch)
            except Exception as exc:  # noqa: BLE001 (whatever it is, callers are answered and the task lives on)
                _log_failure(exc, batch)
                self._disconnect()
                _refuse(batch)
        if self.connection is not None:
            await self.connection.close()

    async def _commit(self, batch: list[_Waiting]) -> None:
        """Commit a batch; of one that has a row which cannot be stored, commit the others."""
        if self.connection is None or self.connection.is_closed():
            self.connection = await _connect_postgres(self.url)
        columns = [list(column) for column in zip(*(row for row, _ in batch), strict=True)]
        try:
            records: list[Any] = await self.connection.fetch(_POSTGRES_INSERT, *columns, timeout=self.timeout_s)
        except _BAD_POSTGRES_ROW as exc:
            if len(batch) > 1:
                for one in batch:
                    await self._commit([one])
                return
            _log_failure(exc, batch)
            _refuse(batch)
        else:
            _acknowledge(batch, [record[0] for record in records], self.on_committed)

    def _disconnect(self) -> None:
        if self.connection is not None:
            self.connection.terminate()
            self.connection = None


async def _connect_postgres(url: str) -> Any:
    driver: Any = asyncpg
    return await driver.connect(url, timeout=5)


_BAD_POSTGRES_ROW = (asyncpg.DataError, asyncpg.IntegrityConstraintViolationError, OverflowError, ValueError)
_POSTGRES_TYPES = {
    "account_id": "bigint",
    "key_id": "bigint",
    "is_test": "boolean",
    "is_mail_due": "boolean",
    "is_duplicate_ok": "boolean",
    "received_at": "bigint",
}
_ARRAYS = ", ".join(
    f"${number}::{_POSTGRES_TYPES.get(name, 'text')}[]" for number, name in enumerate(CaptureRow._fields, 1)
)
_POSTGRES_INSERT = f"INSERT INTO captures ({_COLUMNS}) SELECT * FROM unnest({_ARRAYS}) RETURNING id"  # noqa: S608
