"""A worker that hangs is ended, what it held is free again, and another one does its work."""

import asyncio
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, TypeVar

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from machine import need_redis
from stacklead.settings import SOURCES, Settings
from stacklead.storage.database import Database
from stacklead.storage.heartbeats import list_alive
from stacklead.watchdog import HUNG_EXIT_CODE, SignsOfLife, Watchdog
from support.product import free_port, make_environ
from support.tenants import Tenant, make_tenant, run_in
from unit.storage.rows import append_api, append_tag, list_rows

T = TypeVar("T")

HANG_S = 6.0
HANGING = Path(__file__).with_name("hanging.py")
QUIET: dict[str, object] = {
    "hang_s": HANG_S,
    "settle_s": 0,
    "smtp_url": "smtp://127.0.0.1:9",
    **{f"{source.name}_enabled": "false" for source in SOURCES},  # nothing outside is asked
}


@contextmanager
def running(settings: Settings, *words: str, **more: object) -> Iterator[subprocess.Popen[bytes]]:
    """A command of the product, or a Python file, which is gone at the end whatever state it is in."""
    program = [sys.executable, *words] if words[0].endswith(".py") else [sys.executable, "-m", "stacklead", *words]
    environ = {**make_environ(settings, **QUIET), **{name: str(value) for name, value in more.items()}}
    process = subprocess.Popen(program, env=environ, stderr=subprocess.DEVNULL)
    try:
        yield process
    finally:
        if words[0] == "up":
            process.terminate()
        else:
            process.kill()
        process.wait(60)


def until(is_true: Callable[[], Any], timeout_s: float = 90.0) -> None:
    deadline = time.monotonic() + timeout_s
    while not is_true():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)


def look(settings: Settings, find: Callable[[AsyncConnection], Awaitable[T]]) -> T:
    """Read from a database whose one writer may be stuck."""

    async def run() -> T:
        database = Database(settings)
        try:
            async with database.read() as db:
                return await find(db)
        finally:
            await database.close()

    return asyncio.run(run())


def states(settings: Settings) -> list[str]:
    return [row["state"] for row in look(settings, lambda db: list_rows(db, "leads"))]


def are_done(settings: Settings, count: int) -> Callable[[], bool]:
    return lambda: states(settings) == ["done"] * count


@pytest.fixture
def tenant(each_settings: Settings) -> Tenant:
    return run_in(each_settings, lambda db: make_tenant(db, "Blue Shop", reply_address="sales@shop.example"))


def is_stopped(process: subprocess.Popen[bytes]) -> bool:
    return Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()[0] == "T"


def test_blocked_worker_ends_itself_and_another_takes_over(each_settings: Settings, tenant: Tenant) -> None:
    """It has a lead's lease, and the database's lock."""
    run_in(each_settings, lambda db: append_api(db, tenant))
    with running(each_settings, str(HANGING), "loop") as hanging:
        until(lambda: states(each_settings) == ["researching"])
        assert hanging.wait(5 * HANG_S + 30) == HUNG_EXIT_CODE
    run_in(each_settings, lambda db: append_tag(db, tenant, "second@example.com"))
    with running(each_settings, "worker"):
        until(are_done(each_settings, 2))


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="states are read in /proc")
def test_postgres_frees_the_locks_of_a_process_that_stands_still(postgres_settings: Settings) -> None:
    """No watchdog of ours can end it: it may be on another machine."""
    tenant = run_in(postgres_settings, lambda db: make_tenant(db, "Blue Shop", reply_address="sales@shop.example"))
    run_in(postgres_settings, lambda db: append_api(db, tenant))
    with running(postgres_settings, str(HANGING), "transaction") as stopped:
        until(lambda: is_stopped(stopped))
        with running(postgres_settings, "worker"):
            until(are_done(postgres_settings, 1))
        assert is_stopped(stopped)


async def _hold_leads(database: Database, seconds: float, ask: Callable[[], Any]) -> list[Any]:
    """Lock the leads from outside for so long; returns what was seen at the end of it."""
    async with database.write() as db:
        await db.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
        await db.execute(text("LOCK TABLE leads IN EXCLUSIVE MODE"))
        time.sleep(seconds)  # noqa: ASYNC251 (nothing else runs on this loop)
        async with database.read() as other:
            seen = await list_alive(other)
        return [*seen, ask()]


def test_worker_outlives_a_lock_held_from_outside(postgres_settings: Settings) -> None:
    tenant = run_in(postgres_settings, lambda db: make_tenant(db, "Blue Shop", reply_address="sales@shop.example"))

    async def hold(ask: Callable[[], Any]) -> list[Any]:
        database = Database(postgres_settings)
        try:
            return await _hold_leads(database, 2 * HANG_S, ask)
        finally:
            await database.close()

    with running(postgres_settings, "worker") as worker:
        until(lambda: look(postgres_settings, list_alive))
        run_in(postgres_settings, lambda db: append_api(db, tenant))
        *alive, code = asyncio.run(hold(worker.poll))
        assert code is None
        assert [one["worker"].rpartition(":")[2] for one in alive] == [str(worker.pid)]
        until(are_done(postgres_settings, 1))
        assert worker.poll() is None


def is_locked(settings: Settings) -> bool:
    with closing(sqlite3.connect(settings.sqlite_path, timeout=0, isolation_level=None)) as database:
        try:
            database.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            return True
        database.execute("ROLLBACK")
        return False


def find_worker(up: subprocess.Popen[bytes]) -> int:
    children = Path(f"/proc/{up.pid}/task/{up.pid}/children").read_text().split()
    named = [int(pid) for pid in children if b"\0worker\0" in Path(f"/proc/{pid}/cmdline").read_bytes()]
    return named[0] if named else 0


def stop_in_transaction(up: subprocess.Popen[bytes], settings: Settings) -> int:
    """Stop the worker at a moment when it has SQLite's one write lock; returns its process id."""
    while True:
        worker = find_worker(up)
        if worker and is_locked(settings):
            os.kill(worker, signal.SIGSTOP)
            time.sleep(0.05)  # whoever else wrote has ended
            if all(is_locked(settings) for _ in range(5)):
                return worker
            os.kill(worker, signal.SIGCONT)
        time.sleep(0.001)


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="children are found in /proc")
def test_up_ends_a_worker_that_stands_still_in_a_transaction(settings: Settings) -> None:
    need_redis()
    tenant = run_in(settings, lambda db: make_tenant(db, "Blue Shop", reply_address="sales@shop.example"))

    async def hand_in(db: Any) -> None:
        for number in range(600):
            await append_api(db, tenant, f"a{number}@example.com", is_test=True)

    with running(settings, "up", "--port", str(free_port())) as up:
        until(lambda: look(settings, list_alive))
        run_in(settings, hand_in)
        hung = stop_in_transaction(up, settings)
        until(lambda: find_worker(up) not in (0, hung))
        until(are_done(settings, 600), 120)


def test_worker_tells_a_service_manager_that_it_lives(settings: Settings, tmp_path: Path) -> None:
    path = tmp_path / "n"
    with closing(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)) as manager:
        manager.bind(str(path))
        manager.settimeout(60)
        with running(settings, "worker", NOTIFY_SOCKET=path) as worker:
            words = [manager.recv(64) for _ in range(4)]
            worker.terminate()
            assert worker.wait(60) == 0
            while words[-1] != b"STOPPING=1":
                words.append(manager.recv(64))
    assert set(words[:-1]) == {b"READY=1", b"WATCHDOG=1"}


def test_worker_that_is_asked_to_stop_finishes_its_work_first(each_settings: Settings, tenant: Tenant) -> None:
    run_in(each_settings, lambda db: append_api(db, tenant))
    with running(each_settings, str(HANGING), "slow") as worker:
        until(lambda: states(each_settings) == ["researching"])
        worker.terminate()
        assert worker.wait(60) == 0
    assert states(each_settings) == ["done"]
    assert look(each_settings, list_alive) == []


# --- the supervisor's end -------------------------------------------------------------------------------------------


@contextmanager
def signs(patience_s: float) -> Iterator[tuple[SignsOfLife, Watchdog]]:
    path = f"/tmp/stacklead-test-{os.getpid()}.sock"
    made = SignsOfLife(path, patience_s)
    try:
        yield made, Watchdog(patience_s, path)
    finally:
        made.close()


def test_child_that_has_not_begun_owes_nothing() -> None:
    with signs(0.05) as (life, _):
        time.sleep(0.1)
        assert not life.is_silent()


def test_child_that_falls_silent_is_found() -> None:
    with signs(0.3) as (life, dog):
        dog.beat()
        started = time.monotonic()
        until(life.is_silent, 10)
        assert time.monotonic() - started >= 0.3
        dog.beat()
        assert not life.is_silent()
        life.forget()
        assert not life.is_silent()


def test_child_that_is_stopping_owes_nothing() -> None:
    with signs(0.05) as (life, dog):
        dog.beat()
        dog.stop()
        time.sleep(0.1)
        assert not life.is_silent()
