"""The product under test, in real processes, with the sinks around it; what kills, stops and starts its parts."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any, TypeVar

from faults.clients import Door
from faults.ledger import Arrivals, Failed
from faults.machinery import JUMPING, Clock, CrashingCluster, children_of, mount_tmpfs
from machine import need, need_postgres
from stacklead.commands.account import make_account
from stacklead.models import TagDelivery
from stacklead.settings import SOURCES, Settings
from stacklead.storage.accounts import get_account_by_public_id, save_account
from stacklead.storage.database import Database

ROOT = Path(__file__).resolve().parents[2]
START_S = 180.0  # on a busy machine
PARTS = {"web": b"\0serve\0", "worker": b"\0worker\0", "redis": b"redis-server"}  # what their command lines have

T = TypeVar("T")


async def wait_for(what: str, check: Callable[[], Any], timeout_s: float = START_S) -> None:
    """Wait until `check` is true."""
    deadline = time.monotonic() + timeout_s
    while not check():
        if time.monotonic() > deadline:
            raise Failed(f"waited {timeout_s:g} s in vain for {what}")
        await asyncio.sleep(0.05)


def on_own_loop(work: Callable[[], T]) -> T:
    """Run something that runs an event loop, whichever loop runs here."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(work).result()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


LIVING: set[System] = set()  # what an interrupted run has to end


def end_all() -> None:
    """Tell all that was started to end; it does so by itself."""
    for system in LIVING:
        for process in system.processes:
            process.terminate()


class System:
    """`stacklead up` over a folder of its own, two sinks, and one account with both keys.

    Args:
        env: settings over the harness's own.
        source: the folder that the package `stacklead` is run from.
        is_postgres: keep leads in a PostgreSQL of its own, else in SQLite.
        has_clock: run everything under a clock that can jump.
        disk_mib: give the data directory a small disk of its own.
    """

    def __init__(
        self,
        env: Mapping[str, str] | None = None,
        *,
        source: Path | None = None,
        is_postgres: bool = False,
        has_clock: bool = False,
        disk_mib: int = 0,
    ) -> None:
        LIVING.add(self)
        self.folder = Path(tempfile.mkdtemp(prefix="sl-faults-"))  # a socket's path must be short
        self.data_dir = self.folder / "data"
        self.log = self.data_dir / "product.log"
        self.data_dir.mkdir()
        self.is_mounted = bool(disk_mib)
        if disk_mib:
            need("tmpfs", mount_tmpfs(self.data_dir, disk_mib))
        self.port = free_port()
        self.processes: list[subprocess.Popen[bytes]] = []
        self.sinks = {kind: self._start_sink(kind) for kind in ("webhook", "mail")}
        self.arrivals = Arrivals([self.folder / f"{kind}.jsonl" for kind in self.sinks])
        self.env = {**self._environment(source or ROOT / "server"), **(env or {})}
        self.cluster: CrashingCluster | None = None
        if is_postgres:
            self.cluster = on_own_loop(lambda: CrashingCluster(need_postgres()))
            self.env["STACKLEAD_DATABASE_URL"] = on_own_loop(self.cluster.create_url)
        self.clock: Clock | None = None
        if has_clock:
            self.clock = Clock(self.folder)
            self.env |= self.clock.env
            self.env["PYTHONPATH"] = f"{JUMPING}{os.pathsep}{self.env['PYTHONPATH']}"
        self.up: subprocess.Popen[bytes] | None = None
        self.door = on_own_loop(lambda: asyncio.run(self._open_account()))

    # --- starting and stopping ------------------------------------------------------------------------------------

    def start(self) -> None:
        """Start the product; `wait_ready` waits for it."""
        self.up = self.run("up", "--port", str(self.port))

    def run(self, *words: str, env: Mapping[str, str] | None = None) -> subprocess.Popen[bytes]:
        """Start a command of the product; `close` ends it."""
        with self.log.open("ab") as log:
            command = [sys.executable, "-W", "ignore", "-m", "stacklead", *words]
            process = subprocess.Popen(
                command, env={**self.env, **(env or {})}, cwd=self.folder, stdout=log, stderr=log
            )
        self.processes.append(process)
        return process

    async def wait_ready(self) -> None:
        """Wait until something can be committed and a worker is there."""
        await wait_for("the product to be ready", lambda: self.answer("/readyz")[0] == 200)

    def answer(self, path: str) -> tuple[int, str]:
        """Return status and text of a page; 0 if there is no answer."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=5) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as exc:
            return exc.code, ""
        except OSError:
            return 0, ""

    def close(self, *, keep: bool = False) -> None:
        """End everything that was started here; removes the folder unless it is to be kept."""
        LIVING.discard(self)
        for process in reversed(self.processes):
            if process.poll() is None:
                process.terminate()
        for process in reversed(self.processes):
            try:
                process.wait(40)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            if process.stdin is not None:
                process.stdin.close()
            if process.stdout is not None:
                process.stdout.close()
        if self.cluster is not None:
            self.cluster.close()
        if self.is_mounted:
            subprocess.run(["umount", str(self.data_dir)], check=True)
        if not keep:
            subprocess.run(["rm", "-rf", str(self.folder)], check=True)

    def last_words(self) -> str:
        return self.log.read_text(errors="replace")[-4000:] if self.log.exists() else ""

    # --- hurting ---------------------------------------------------------------------------------------------------

    def pid(self, part: str) -> int:
        """Return the process id of a part that `stacklead up` runs; 0 if there is none now."""
        assert self.up is not None
        for pid in children_of(self.up.pid):
            if PARTS[part] in _command_line(pid):
                return pid
        return 0

    def signal(self, part: str, signum: signal.Signals) -> bool:
        """Send a signal to a part; returns False if it is not running now."""
        pid = self.pid(part)
        if not pid:
            return False
        try:
            os.kill(pid, signum)
        except ProcessLookupError:
            return False
        return True

    def kill_everything(self) -> None:
        """Kill `stacklead up` and all that it started, at once, as a power cut of the program does."""
        assert self.up is not None
        for pid in (self.up.pid, *children_of(self.up.pid)):
            os.kill(pid, signal.SIGKILL)
        self.up.wait()

    def flush_redis(self) -> bool:
        """Send FLUSHALL to the embedded Redis; returns whether it was done."""
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(5)
            try:
                client.connect(str(self.data_dir / "redis.sock"))
                client.sendall(b"FLUSHALL\r\n")
                return client.recv(16).startswith(b"+OK")
            except OSError:
                return False

    # --- looking on ------------------------------------------------------------------------------------------------

    async def has_open_work(self) -> bool:
        """Return whether the product itself still has something to do: how long to wait, never what to count."""
        if self.cluster is not None:
            return await _is_open_in_postgres(self.env["STACKLEAD_DATABASE_URL"])
        path = f"file:{self.data_dir / 'stacklead.db'}?mode=ro"
        with closing(sqlite3.connect(path, uri=True, timeout=20)) as database:
            return bool(database.execute(OPEN_WORK).fetchone()[0])

    def can_write(self) -> bool:
        """Return whether nobody stands in the middle of a write transaction (of SQLite, which has one writer)."""
        if self.cluster is not None:
            return True
        with closing(sqlite3.connect(self.data_dir / "stacklead.db", timeout=1, isolation_level=None)) as database:
            try:
                database.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError:
                return False
            database.execute("ROLLBACK")
            return True

    # --- making ----------------------------------------------------------------------------------------------------

    def _start_sink(self, kind: str) -> int:
        """Start a sink and return its port."""
        path = self.folder / f"{kind}.jsonl"
        path.touch()
        process = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-m", "faults.sinks", kind, str(path)],
            env={**os.environ, "PYTHONPATH": str(ROOT / "tests")},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        self.processes.append(process)
        assert process.stdout is not None
        return int(process.stdout.readline())

    def _environment(self, source: Path) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("STACKLEAD_")}
        own = {
            "DATA_DIR": self.data_dir,
            "BASE_URL": f"http://localhost:{self.port}",
            "SMTP_URL": f"smtp://127.0.0.1:{self.sinks['mail']}?starttls=0",
            "ALLOWED_NETWORKS": "127.0.0.0/8",
            "RATE_KEY": "1000000",
            "RATE_ADDRESS": "1000000",
            "DAILY_LEADS": "100000000",
            **{f"{source.name.upper()}_ENABLED": "false" for source in SOURCES},  # nothing outside is asked
        }
        return {**kept, "PYTHONPATH": str(source)} | {f"STACKLEAD_{name}": str(value) for name, value in own.items()}

    async def _open_account(self) -> Door:
        database_url = self.env.get("STACKLEAD_DATABASE_URL", "")
        settings = Settings(data_dir=self.data_dir, base_url=self.env["STACKLEAD_BASE_URL"], database_url=database_url)
        url = f"http://127.0.0.1:{self.sinks['webhook']}/hook"
        made = await make_account(settings, "Faults", "reports@fieldnote.example", url)
        database = Database(settings)
        async with database.write() as db:
            account = await get_account_by_public_id(db, made["account_id"])
            await save_account(db, account.id, tag_delivery=TagDelivery.BOTH)
        await database.close()
        return Door(self.port, made["api_key"], made["client_key"])


OPEN_WORK = """
    SELECT EXISTS (SELECT 1 FROM captures WHERE merged_at IS NULL)
        OR EXISTS (SELECT 1 FROM leads WHERE state IN ('waiting', 'queued', 'researching'))
        OR EXISTS (SELECT 1 FROM deliveries WHERE state = 'due')
"""


async def _is_open_in_postgres(url: str) -> bool:
    import asyncpg

    connection = await asyncpg.connect(url)
    try:
        return bool(await connection.fetchval(OPEN_WORK))
    finally:
        await connection.close()


def _command_line(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""
