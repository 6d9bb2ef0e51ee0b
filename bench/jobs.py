"""How many leads one worker gets through: claim, a research that does nothing, result and delivery row committed."""

import asyncio
import sqlite3
import time
from contextlib import ExitStack
from pathlib import Path

from bench.captures import database_of, start_product
from bench.processes import Failed, python, running
from stacklead.jobs import merge_captures
from stacklead.settings import Settings
from stacklead.storage.captures import list_unmerged
from stacklead.worker import open_tools

TIMEOUT_S = 300.0


def measure_jobs(folder: Path, leads: int) -> float:
    """Let a worker start with `leads` leads that wait in its queue; returns how many it finished per second.

    Counted from the first claim to the last result. The captures were merged before, by the product's own job.
    """
    with ExitStack() as stack:
        product = start_product(stack, folder)
        product.round(64, leads)
        settings = {name.removeprefix("STACKLEAD_").lower(): value for name, value in product.environ.items()}
        known = {name: value for name, value in settings.items() if name in Settings.model_fields}
        asyncio.run(_merge(Settings(**known)))  # pyright: ignore[reportArgumentType]
        stack.enter_context(running("worker", python("-m", "bench.idle_worker"), product.environ, folder))
        first, last = _wait_until_done(database_of(folder), leads)
    return leads / ((last - first) / 1000)


async def _merge(settings: Settings) -> None:
    async with open_tools(settings) as tools:
        is_left = True
        while is_left:  # a merging job leaves what it has no time for to the next one
            await merge_captures({"tools": tools})
            async with tools.database.read() as db:
                is_left = bool(await list_unmerged(db, 1))


def _wait_until_done(database: Path, leads: int) -> tuple[int, int]:
    """Return when the first lead was claimed and the last was finished, in milliseconds since 1970.

    Raises:
        Failed: not every lead was done in time, or one has no result or not exactly one delivery.
    """
    first, deadline = 0, time.monotonic() + TIMEOUT_S
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
        while first == 0:
            first = connection.execute("SELECT coalesce(min(updated_at), 0) FROM leads WHERE attempts > 0").fetchone()[
                0
            ]
            _wait(deadline, 0.01)
        while connection.execute("SELECT count(*) FROM leads WHERE state != 'done'").fetchone()[0]:
            _wait(deadline, 0.2)
        counts = [
            connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in ("research", "deliveries")
        ]
        last = connection.execute("SELECT max(researched_at) FROM leads").fetchone()[0]
    if counts != [leads, leads]:
        raise Failed(f"{leads} leads have {counts[0]} results and {counts[1]} deliveries")
    return first, last


def _wait(deadline: float, seconds: float) -> None:
    if time.monotonic() > deadline:
        raise Failed("the worker did not finish its leads in time")
    time.sleep(seconds)
