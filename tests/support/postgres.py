"""A throw-away PostgreSQL on a unix socket, and a fresh database for each test."""

import asyncio
import itertools
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import asyncpg

from stacklead.settings import Settings
from stacklead.storage.database import migrate
from stacklead.storage.tables import metadata
from support.process import Server, runs_as_root

MEMORY = "/dev/shm"
USER = "stacklead"
SHARED = "shared"
# Nothing here outlives the tests, so nothing waits for the disk.
FAST = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off", "shared_buffers": "32MB"}
# Faster than TRUNCATE on tables of a few rows. Whoever is still connected is cut off first.
_EMPTY = "\n".join(
    (
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid();",
        *(f"DELETE FROM {table.name};" for table in reversed(metadata.sorted_tables)),
        *(
            f"SELECT setval(pg_get_serial_sequence('{table.name}', 'id'), 1, false);"
            for table in metadata.sorted_tables
            if "id" in table.c
        ),
    )
)


class Cluster:
    """One PostgreSQL for a test session.

    Args:
        programs: the folder of `initdb` and `postgres`.
    """

    def __init__(self, programs: Path) -> None:
        self.programs = programs
        self.folder = Path(tempfile.mkdtemp(prefix="sl-pg-"))  # a socket's path must be short
        self.identity: dict[str, Any] = {}
        if runs_as_root():  # whom PostgreSQL refuses
            other = _find_other_user()
            self.identity = {"user": other.pw_uid, "group": other.pw_gid, "extra_groups": []}
            shutil.chown(self.folder, other.pw_uid, other.pw_gid)
        self.data = self.folder / "data"
        self._run("initdb", "--auth=trust", "--no-sync", "-U", USER, "-E", "UTF8", "--locale=C", "-D", str(self.data))
        self.numbers = itertools.count(1)
        self.is_migrated = False
        self.start()

    def url(self, database: str) -> str:
        """Return a database's URL, as an operator would write it."""
        return f"postgresql://{USER}@/{database}?host={self.folder}"

    def start(self) -> None:
        """Start it, for the first time or again."""
        options = [part for name, value in FAST.items() for part in ("-c", f"{name}={value}")]
        command = [str(self.programs / "postgres"), "-D", str(self.data), "-k", str(self.folder), "-h", "", *options]
        log = self.folder / "log"
        self.server = Server(command, log, signal="INT", cwd=self.folder, **self.identity)
        self.server.wait_until(self._answers)

    def stop(self) -> None:
        """End it; connections are cut."""
        self.server.stop()

    def close(self) -> None:
        """End it and remove everything."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def fresh_database(self) -> str:
        """Return a database with the schema and nothing else in it: always the same one, emptied."""
        if not self.is_migrated:
            self.is_migrated = True
            asyncio.run(self._command(f"CREATE DATABASE {SHARED}"))
            asyncio.run(migrate(Settings(data_dir=self.folder, database_url=self.url(SHARED))))
        asyncio.run(self._command(_EMPTY, SHARED))
        return self.url(SHARED)

    def bare_database(self) -> str:
        """Return a new database with nothing in it, not even the schema."""
        name = f"bare_{next(self.numbers)}"
        asyncio.run(self._command(f"CREATE DATABASE {name}"))
        return self.url(name)

    async def _command(self, sql: str, database: str = "postgres") -> None:
        connection = await asyncpg.connect(self.url(database))
        try:
            await connection.execute(sql)
        finally:
            await connection.close()

    def _answers(self) -> bool:
        try:
            asyncio.run(self._command("SELECT 1"))
        except (OSError, asyncpg.PostgresError):
            return False
        return True

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self.programs / program), *arguments]
        done = subprocess.run(command, cwd=self.folder, capture_output=True, text=True, **self.identity)
        if done.returncode:
            raise RuntimeError(f"{program} failed:\n{done.stdout}{done.stderr}")


def _find_other_user() -> pwd.struct_passwd:
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise RuntimeError("there is neither a user postgres nor a user nobody to run PostgreSQL as")
