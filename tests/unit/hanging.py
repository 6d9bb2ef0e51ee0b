"""A worker that hangs, for test_watchdog.py: `python hanging.py loop`, `transaction` or `slow`.

`loop`: the first research takes a write transaction of its own and then blocks the event loop.
`slow`: each research takes SLOW_S, and nothing hangs.
`transaction`: no worker, only a process that stands still with the mergers' lock in its hands.
"""

import asyncio
import os
import signal
import sqlite3
import sys
import time
from typing import Any

import asyncpg
from sqlalchemy import text

from stacklead.logs import set_up_logging
from stacklead.research.pipeline import research
from stacklead.settings import Settings
from stacklead.storage.database import Database
from stacklead.storage.merging import _MERGE_LOCK
from stacklead.worker import run_worker

SLOW_S = 3.0
LOCK = "SELECT pg_advisory_xact_lock(:key)"


async def hang(*_args: Any, **_kwargs: Any) -> Any:
    """Research that never ends, and lets nothing else go on."""
    settings = Settings.from_env()
    if settings.is_sqlite:
        connection: Any = sqlite3.connect(settings.sqlite_path, isolation_level=None)
        connection.execute("BEGIN IMMEDIATE")
    else:
        connection = await asyncpg.connect(settings.database_url)
        await connection.execute(f"BEGIN; SELECT pg_advisory_xact_lock({_MERGE_LOCK})")
    while True:
        time.sleep(60)  # noqa: ASYNC251 (to block the loop is what it is for)


async def dawdle(*args: Any, **kwargs: Any) -> Any:
    await asyncio.sleep(SLOW_S)
    return await research(*args, **kwargs)


async def stand_still() -> None:
    async with Database(Settings.from_env()).write() as db:
        await db.execute(text(LOCK), {"key": _MERGE_LOCK})
        os.kill(os.getpid(), signal.SIGSTOP)


if __name__ == "__main__":
    set_up_logging()
    if sys.argv[1] == "transaction":
        asyncio.run(stand_still())
    else:
        asyncio.run(run_worker(Settings.from_env(), hang if sys.argv[1] == "loop" else dawdle))
