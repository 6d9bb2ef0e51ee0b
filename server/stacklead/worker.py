"""The worker: which jobs run, on what they run, and how they start without arq's poll delay (INTAKE.md 3)."""

import asyncio
import contextlib
import os
import signal
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import structlog
import uvloop
from arq.connections import ArqRedis
from arq.worker import Worker
from redis.exceptions import RedisError

from stacklead.errors import StorageFault
from stacklead.garbage import spare_what_stays
from stacklead.jobs import (
    Researcher,
    Tools,
    deliver_lead,
    make_tools,
    merge_captures,
    research_lead,
    research_leads,
)
from stacklead.outbound import Outbound
from stacklead.queue import WAKE_KEY, Queue, decode_job, encode_job, open_redis
from stacklead.research.pipeline import research
from stacklead.research.source import Kit
from stacklead.settings import Settings
from stacklead.storage.counters import save_tally
from stacklead.storage.database import Database, is_pool_used_up, migrate
from stacklead.storage.heartbeats import delete_heartbeat, save_heartbeat
from stacklead.storage.source_cache import SourceCache
from stacklead.sweep import Sweep, keep_house
from stacklead.watchdog import Watchdog

MAX_JOBS = 50
JOB_TIMEOUT_S = 40  # research takes at most 15 s, many of them 20 + 15 s, a delivery attempt at most 30 s
GRACE_S = 20  # how long a stopping worker waits for its jobs; what is cut is found again by its lease
POLL_S = 0.5  # only deferred jobs wait for a poll; all others wake the worker
BURST_POLL_S = 0.01  # in tests, where nothing wakes it
WAKE_BLOCK_S = 5  # how long one blocking read of the wake list lasts
MAX_BACKOFF_S = 5.0  # between two tries to reach a Redis that went away
HEARTBEAT_S = 5.0
UNLIMITED_TRIES = 1_000_000  # attempts are counted in SQL

log = structlog.get_logger()


class WakeWorker(Worker):
    """arq's worker, woken by a list instead of a clock, and refilled as soon as a slot frees.

    Overrides `main`, `start_jobs` and `_release_sem_dec_counter_on_complete` of arq 0.28; a test holds them.
    """

    def __init__(self, *args: Any, waker: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.waker = waker
        self.woken = asyncio.Event()

    async def main(self) -> None:
        """Run jobs until cancelled; in burst mode until the queue is empty."""
        listener = None if self.burst else asyncio.create_task(self._listen())
        try:
            while True:
                self.woken.clear()
                await self._poll_iteration()
                if self.burst and await self.pool.zcard(self.queue_name) == 0:
                    await asyncio.gather(*self.tasks.values())
                    return
                if listener is not None and listener.done():
                    listener.result()
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(self.poll_delay_s):  # wait_for of Python 3.11 may swallow a cancellation
                        await self.woken.wait()
        finally:
            if listener is not None:
                listener.cancel()
                with contextlib.suppress(asyncio.CancelledError, RedisError, OSError):
                    await listener

    async def start_jobs(self, job_ids: list[bytes]) -> None:
        """Start jobs, but do not ask Redis about those that run here: they stand first in the queue until they end."""
        ours = {job_id.encode() for job_id, task in self.tasks.items() if not task.done()}
        await super().start_jobs([job_id for job_id in job_ids if job_id not in ours])

    async def _listen(self) -> None:
        while True:
            await self.waker.blpop([WAKE_KEY], timeout=WAKE_BLOCK_S)
            self.woken.set()

    def _release_sem_dec_counter_on_complete(self) -> None:
        if self.job_counter >= self.max_jobs:  # every slot was taken, so more may be waiting
            self.woken.set()
        super()._release_sem_dec_counter_on_complete()


def make_worker(settings: Settings, tools: Tools, *, burst: bool = False) -> WakeWorker:
    """Return a worker over `STACKLEAD_REDIS_URL`; it is run by `run_worker`, or once in tests with `burst`."""
    batch_job: Any = research_leads  # arq wants the first parameter of a function to be called ctx
    pool = ArqRedis(
        connection_pool=open_redis(settings).connection_pool,
        job_serializer=encode_job,
        job_deserializer=decode_job,
    )
    waker = open_redis(settings.model_copy())
    waker.connection_pool.connection_kwargs["socket_timeout"] = WAKE_BLOCK_S + 5
    return WakeWorker(
        functions=[merge_captures, research_lead, batch_job, deliver_lead],
        redis_pool=pool,
        waker=waker,
        burst=burst,
        handle_signals=False,
        max_jobs=MAX_JOBS,
        job_timeout=JOB_TIMEOUT_S,
        keep_result=0,
        max_tries=UNLIMITED_TRIES,
        poll_delay=BURST_POLL_S if burst else POLL_S,
        queue_read_limit=max(4 * MAX_JOBS, 200),
        health_check_interval=10,
        log_results=False,
        job_serializer=encode_job,
        job_deserializer=decode_job,
        ctx={"tools": tools},
    )


@asynccontextmanager
async def open_tools(settings: Settings, research: Researcher = research) -> AsyncGenerator[Tools, None]:
    """Open what jobs work with, and close it; `research` is what makes a Research of a lead."""
    await migrate(settings)
    database = Database(settings)
    outbound = Outbound(settings)
    queue = Queue(settings)
    kit = Kit(settings=settings, outbound=outbound, cache=SourceCache(database), now=lambda: datetime.now(UTC))
    try:
        yield make_tools(settings, database, queue, outbound, kit, research)
    finally:
        await queue.close()
        await outbound.close()
        await database.close()


def work(settings: Settings, research: Researcher = research, *, notify_socket: str = "") -> None:
    """Run a worker in this process until it is told to stop; uvloop makes its jobs cheaper."""
    spare_what_stays()
    uvloop.run(run_worker(settings, research, notify_socket=notify_socket))


async def run_worker(settings: Settings, research: Researcher = research, *, notify_socket: str = "") -> None:
    """Work until SIGTERM or SIGINT, then finish what runs within GRACE_S; `notify_socket` as `Watchdog` has it.

    A worker that hangs for `STACKLEAD_HANG_S` ends with HUNG_EXIT_CODE.
    """
    stop = asyncio.Event()
    for signum in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(signum, stop.set)
    async with open_tools(settings, research) as tools:
        sweep, watchdog = Sweep(tools), Watchdog(settings.hang_s, notify_socket)
        watchdog.start()
        tasks = [
            asyncio.create_task(sweep.run()),
            asyncio.create_task(keep_house(tools)),
            asyncio.create_task(_beat(tools, watchdog)),
        ]
        if settings.redis_url:
            tasks.append(asyncio.create_task(_supervise(settings, tools)))
        log.info("worker_started", redis=bool(settings.redis_url))
        await _wait_for_the_end(stop, tasks, watchdog)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(sweep.drain(), GRACE_S)


async def _wait_for_the_end(stop: asyncio.Event, tasks: list[asyncio.Task[None]], watchdog: Watchdog) -> None:
    """Wait until a signal comes, and end the tasks; a task that ends by itself ends the worker, to be started anew."""
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait([stopping, *tasks], return_when=asyncio.FIRST_COMPLETED)
    watchdog.stop()
    ended = [task for task in tasks if task.done()]
    for task in (stopping, *tasks):
        task.cancel()
    await asyncio.gather(stopping, *tasks, return_exceptions=True)
    for task in ended:
        log.error("worker_broken", part=task.get_name())
        task.result()


async def _warn_of_eviction(worker: WakeWorker) -> None:
    """Say so if this Redis may drop jobs when it is full: they carry an expiry, so it would take them first."""
    with contextlib.suppress(RedisError, OSError):  # a hosted Redis may forbid the question
        pool: Any = worker.pool
        answer: dict[str, str] = await pool.config_get("maxmemory-policy")
        policy = answer.get("maxmemory-policy", "noeviction")
        if policy != "noeviction":
            log.warning("redis_evicts", policy=policy, then="set maxmemory-policy to noeviction; jobs may start late")


async def _supervise(settings: Settings, tools: Tools) -> None:
    """Run arq's worker, again and again: a lost connection ends it, and must not end us."""
    backoff_s = 0.1
    while True:
        worker = make_worker(settings, tools)
        started = asyncio.get_running_loop().time()
        try:
            await _warn_of_eviction(worker)
            await worker.main()
        except (RedisError, OSError) as exc:
            log.warning("redis_lost", reason=type(exc).__name__)
        finally:
            tools.stopping.set()
            await _finish_jobs(worker)
        tools.stopping.clear()
        if asyncio.get_running_loop().time() - started > MAX_BACKOFF_S:
            backoff_s = 0.1
        await asyncio.sleep(backoff_s)
        backoff_s = min(backoff_s * 2, MAX_BACKOFF_S)


async def _finish_jobs(worker: WakeWorker) -> None:
    """Let the running jobs end: their results go to SQL, whether or not Redis hears of it."""
    worker.allow_pick_jobs = False
    if worker.tasks:
        _, late = await asyncio.wait(worker.tasks.values(), timeout=GRACE_S)
        for task in late:
            task.cancel()
        await asyncio.gather(*worker.tasks.values(), return_exceptions=True)
    for client in (worker.waker, worker.pool):
        with contextlib.suppress(RedisError, OSError):
            await client.aclose(close_connection_pool=True)


async def _beat(tools: Tools, watchdog: Watchdog) -> None:
    """Say that this worker is alive, in SQL and to the watchdog, until cancelled."""
    name = f"{socket.gethostname()}:{os.getpid()}"
    try:
        while True:
            try:
                info = {"is_redis_up": await tools.queue.is_up(), "has_redis": bool(tools.settings.redis_url)}
                async with tools.database.write() as db:
                    await save_heartbeat(db, name, info)
                await save_tally(tools.database, tools.tally)
                watchdog.beat()
            except StorageFault as exc:
                log.error("heartbeat_failed", reason=exc.reason)
                if not is_pool_used_up(exc):  # else something in here holds on to the database, and that is a hang
                    watchdog.beat()
            await asyncio.sleep(min(HEARTBEAT_S, watchdog.patience_s / 4))
    finally:
        with contextlib.suppress(StorageFault):
            await save_tally(tools.database, tools.tally)
            async with tools.database.write() as db:
                await delete_heartbeat(db, name)
