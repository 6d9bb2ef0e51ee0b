"""Finds what SQL says is due and hands it on: why losing Redis, or a job, or a worker loses nothing (DESIGN.md 1)."""

import asyncio
import time
from collections.abc import Awaitable, Callable

import structlog

from stacklead.errors import StorageFault
from stacklead.jobs import Tools, deliver_lead, merge_captures, research_lead
from stacklead.storage import deliveries, leads
from stacklead.storage.clock import pull_back
from stacklead.storage.daily_leads import delete_old_counts
from stacklead.storage.database import now_ms
from stacklead.storage.refusals import delete_old_refusals
from stacklead.storage.sessions import delete_old_sessions
from stacklead.storage.source_cache import SourceCache

SWEEP_S = 10.0  # between two sweeps while Redis carries the jobs
LONE_SWEEP_S = 0.5  # while there is no Redis, when the sweep drives the jobs itself
MAX_LEADS = 1000  # that one sweep hands on
MAX_LONE_JOBS = 20  # jobs that the sweep runs at once
HOUSEKEEPING_S = 3600.0

log = structlog.get_logger()


class Sweep:
    """Runs beside arq in every worker; several may run at once, because jobs claim what they work on."""

    def __init__(self, tools: Tools) -> None:
        self.tools = tools
        self.is_alone = False
        self.has_more = False  # more leads are due than one sweep hands on
        self._clock_heeded_at = -SWEEP_S
        self._slots = asyncio.Semaphore(MAX_LONE_JOBS)
        self._running: dict[str, asyncio.Task[None]] = {}

    async def run(self) -> None:
        """Sweep until cancelled."""
        while True:
            try:
                await self.sweep_once()
            except StorageFault as exc:
                log.error("sweep_failed", reason=exc.reason)
            except Exception:  # nothing else may end what finds all that was lost
                log.exception("sweep_failed")
            is_behind = self.has_more and await self.tools.queue.is_short()
            await asyncio.sleep(LONE_SWEEP_S if self.is_alone or is_behind else SWEEP_S)

    async def sweep_once(self) -> None:
        """Merge what lies about, then hand on every lead and delivery that is due."""
        self.is_alone = not await self.tools.queue.is_up()
        await merge_captures({"tools": self.tools})
        await self._heed_clock()
        until = now_ms() + (0 if self.is_alone else int(SWEEP_S * 1000))
        async with self.tools.database.read() as db:
            due_leads = await leads.list_due(db, until=until, limit=MAX_LEADS)
            due_deliveries = await deliveries.list_due(db, until=until)
        self.has_more = len(due_leads) == MAX_LEADS
        if self.is_alone or not await self.tools.queue.enqueue_researches(due_leads):
            for lead_id, _, _ in due_leads:
                self._start(f"lead:{lead_id}", research_lead, lead_id)
        for delivery_id, attempts, due_at in due_deliveries:
            if self.is_alone or not await self.tools.queue.enqueue_delivery(delivery_id, attempts, due_at):
                self._start(f"delivery:{delivery_id}", deliver_lead, delivery_id)

    async def _heed_clock(self) -> None:
        """Put right what a clock that was set back left astray."""
        if time.monotonic() - self._clock_heeded_at < SWEEP_S:
            return
        self._clock_heeded_at = time.monotonic()
        async with self.tools.database.write() as db:
            count = await pull_back(db)
        if count:
            log.warning("clock_went_back", rows=count)

    async def drain(self) -> None:
        """Wait for the jobs that the sweep itself runs."""
        await asyncio.gather(*self._running.values(), return_exceptions=True)

    def _start(self, name: str, job: Callable[[dict[object, object], int], Awaitable[None]], row_id: int) -> None:
        if name in self._running:
            return

        async def run() -> None:
            async with self._slots:
                await job({"tools": self.tools}, row_id)

        task = asyncio.create_task(run())
        self._running[name] = task
        task.add_done_callback(lambda _: self._running.pop(name, None))


async def keep_house(tools: Tools) -> None:
    """Forget what is too old, every hour until cancelled: leads beyond the retention, sessions, cached answers."""
    while True:
        try:
            await _keep_house_once(tools)
        except StorageFault as exc:
            log.error("housekeeping_failed", reason=exc.reason)
        await asyncio.sleep(HOUSEKEEPING_S)


async def _keep_house_once(tools: Tools) -> None:
    days = tools.settings.retention_days
    if days:
        before = now_ms() - days * 86_400_000
        count = 1
        while count:
            async with tools.database.write() as db:
                count = await leads.delete_older_than(db, before)
    async with tools.database.write() as db:
        await delete_old_sessions(db)
        await delete_old_counts(db, now_ms())
        await delete_old_refusals(db, now_ms())
    await SourceCache(tools.database).delete_old()
