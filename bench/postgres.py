"""A throw-away PostgreSQL that keeps what it promises: its own settings, durable commits."""

import asyncio
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import asyncpg

from bench.processes import START_TIMEOUT_S, Failed, cpu_seconds, running

USER = "stacklead"


class Postgres:
    """A cluster on a socket of its own, run under another user if we are root, whom it refuses."""

    def __init__(self, stack: ExitStack) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="sl-bench-"))  # a socket's path must be short
        stack.callback(shutil.rmtree, self.folder, ignore_errors=True)
        identity = _identity()
        if identity:
            shutil.chown(self.folder, identity["user"], identity["group"])
        programs, data = _find_programs(), str(self.folder / "data")
        options = ["--auth=trust", "-U", USER, "-E", "UTF8", "--locale=C", "-D", data]
        subprocess.run(
            [programs / "initdb", *options], cwd=self.folder, check=True, stdout=subprocess.DEVNULL, **identity
        )
        command = [str(programs / "postgres"), "-D", data, "-k", str(self.folder), "-h", ""]
        self.process = stack.enter_context(running("postgres", command, os.environ, self.folder, **identity))
        asyncio.run(self._wait())

    def create_database(self, name: str) -> str:
        """Create a database and return its URL, as an operator would write it."""
        asyncio.run(self.query("postgres", f"CREATE DATABASE {name}"))
        return self._url(name)

    async def query(self, database: str, sql: str) -> list[Any]:
        """Run one statement and return its rows."""
        driver: Any = asyncpg
        connection = await driver.connect(self._url(database))
        try:
            return await connection.fetch(sql)
        finally:
            await connection.close()

    def cpu_seconds(self) -> float:
        """Return the processor time of the server's processes that run now."""
        pids = [self.process.pid]
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        return sum(cpu_seconds(pid) for pid in [*pids, *map(int, children.split())])

    def _url(self, database: str) -> str:
        return f"postgresql://{USER}@/{database}?host={self.folder}"

    async def _wait(self) -> None:
        deadline = time.monotonic() + START_TIMEOUT_S
        while True:
            try:
                await self.query("postgres", "SELECT 1")
            except (OSError, asyncpg.PostgresError):
                if self.process.poll() is not None or time.monotonic() > deadline:
                    raise Failed("PostgreSQL did not start") from None
                await asyncio.sleep(0.05)
            else:
                return


def _find_programs() -> Path:
    places = [Path(found).parent] if (found := shutil.which("initdb")) else []
    places += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    for place in places:
        if (place / "postgres").exists() and (place / "initdb").exists():
            return place
    raise Failed("there is no PostgreSQL: `make setup` brings one or says how to have it")


def _identity() -> dict[str, Any]:
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        try:
            other = pwd.getpwnam(name)
        except KeyError:
            continue
        return {"user": other.pw_uid, "group": other.pw_gid, "extra_groups": []}
    raise Failed("there is neither a user postgres nor a user nobody to run PostgreSQL as")
