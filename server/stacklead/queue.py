"""The web's only door to the worker: wakes it by Redis, with ids and nothing else.

SQL is the record. Whatever is lost here (no Redis, FLUSHALL) is found again by the worker's sweep, so nothing in this
module raises when Redis is away. Sign-in links and tests are deliveries too: `storage.deliveries.create_message`.
"""

import asyncio
import contextlib
import hashlib
import time
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
import redis.asyncio
import structlog
from arq.constants import default_queue_name, job_key_prefix
from arq.jobs import serialize_job
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from stacklead.settings import Settings

WAKE_KEY = default_queue_name + ":wake"  # a list that idle workers block on, so that nobody waits for a poll
JOB_LIFE_MS = 86_400_000  # a job that nobody ran for a day is forgotten; the sweep knows better
MAX_DEFER_MS = 60_000  # longer waits are left to the sweep
REDIS_TIMEOUT_S = 2.0
RESEARCH_BATCH = 20  # leads that one job carries; a job of its own for each would cost more than its SQL
SHORT_QUEUE = 100  # jobs
RELAY_PAUSE_S = 0.02  # between two wake-ups under load; the first after a silence goes at once

log = structlog.get_logger()

encode_job: Callable[[Any], bytes] = msgspec.json.encode
decode_job: Callable[[bytes], Any] = msgspec.json.decode


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One arq job: `name` is a function of jobs.py, `args` ids and numbers, `due_at` milliseconds since 1970."""

    id: str
    name: str
    args: tuple[int, ...]
    due_at: int | None = None


class Queue:
    """Hands ids to the worker; one per process, made on its event loop."""

    def __init__(self, settings: Settings) -> None:
        self._redis = open_redis(settings)
        self._committed: list[int] = []
        self._relaying: asyncio.Task[None] | None = None
        self._is_down = False

    def captures_committed(self, ids: Sequence[int]) -> None:
        """Tell the worker of captures that are durable now; returns at once, one job for a batch."""
        if self._redis is None:
            return
        self._committed.append(ids[-1])
        if self._relaying is None or self._relaying.done():
            self._relaying = asyncio.create_task(self._relay())

    async def enqueue_research(self, lead_id: int, attempts: int, due_at: int | None = None) -> bool:
        """Queue the research of a lead; `attempts` and `due_at` as they stand in SQL, so that a new try is a new job.

        Returns False if Redis did not take it; the sweep will.
        """
        return await self._enqueue([_research_job([(lead_id, attempts, due_at)])])

    async def enqueue_researches(self, due: Sequence[tuple[int, int, int | None]]) -> bool:
        """Queue the research of many leads, each (lead_id, attempts, due_at), those due now in jobs of RESEARCH_BATCH.

        Returns False if Redis did not take them; the sweep will.
        """
        now = int(time.time() * 1000)
        ready = [one for one in due if (one[2] or 0) <= now]
        later = [one for one in due if (one[2] or 0) > now]
        jobs = [_research_job([one]) for one in later]
        jobs += [_research_job(ready[at : at + RESEARCH_BATCH]) for at in range(0, len(ready), RESEARCH_BATCH)]
        return not jobs or await self._enqueue(jobs)

    async def is_short(self) -> bool:
        """Return whether few jobs wait in Redis, so that more may be handed on."""
        if self._redis is None:
            return False
        try:
            return bool(await self._redis.zcard(default_queue_name) < SHORT_QUEUE)
        except (RedisError, OSError):
            return False

    async def enqueue_delivery(self, delivery_id: int, attempts: int, due_at: int | None = None) -> bool:
        """Queue one attempt of a delivery; as `enqueue_research`."""
        job_id = f"delivery:{delivery_id}:{attempts}:{due_at or 0}"
        return await self._enqueue([Job(id=job_id, name="deliver_lead", args=(delivery_id,), due_at=due_at)])

    async def is_up(self) -> bool:
        """Return whether Redis answers."""
        if self._redis is None:
            return False
        try:
            await self._redis.ping()
        except (RedisError, OSError):
            return False
        return True

    async def close(self) -> None:
        """Finish what is being handed on and close the connection."""
        if self._relaying is not None:
            with contextlib.suppress(asyncio.CancelledError):
                await self._relaying
        if self._redis is not None:
            await self._redis.aclose()

    async def _relay(self) -> None:
        while self._committed:
            last_id = self._committed[-1]
            self._committed.clear()
            await self._enqueue([Job(id=f"captures:{last_id}", name="merge_captures", args=(last_id,))])
            await asyncio.sleep(RELAY_PAUSE_S)

    async def _enqueue(self, jobs: Sequence[Job]) -> bool:
        """Write jobs as arq does, in one round trip instead of its three, and wake a worker."""
        if self._redis is None:
            return False
        now = int(time.time() * 1000)
        pipe = self._redis.pipeline(transaction=False)
        for job in jobs:
            due_at = job.due_at or now
            data = serialize_job(job.name, job.args, {}, None, now, serializer=encode_job)
            pipe.psetex(job_key_prefix + job.id, JOB_LIFE_MS, data)
            pipe.zadd(default_queue_name, {job.id: due_at})
        pipe.rpush(WAKE_KEY, 1)
        pipe.ltrim(WAKE_KEY, -100, -1)
        pipe.pexpire(WAKE_KEY, 10_000)
        return await self._try(pipe.execute())

    async def _try(self, call: Coroutine[Any, Any, Any]) -> bool:
        try:
            await call
        except (RedisError, OSError) as exc:
            if not self._is_down:
                log.warning("redis_away", reason=type(exc).__name__, then="the sweep finds what is due")
            self._is_down = True
            return False
        self._is_down = False
        return True


def _research_job(due: Sequence[tuple[int, int, int | None]]) -> Job:
    """Return one job for leads that are due together; the same leads in the same state make the same job."""
    lead_ids = tuple(lead_id for lead_id, _, _ in due)
    if len(due) == 1:
        [(lead_id, attempts, due_at)] = due
        return Job(id=f"lead:{lead_id}:{attempts}:{due_at or 0}", name="research_lead", args=lead_ids, due_at=due_at)
    name = hashlib.blake2b(encode_job(due), digest_size=12).hexdigest()
    return Job(id=f"leads:{name}", name="research_leads", args=lead_ids)


def open_redis(settings: Settings) -> Any:
    """Return a client for `STACKLEAD_REDIS_URL` (nothing is sent yet), or None if there is none."""
    if not settings.redis_url:
        return None
    factory: Any = redis.asyncio.Redis
    return factory.from_url(
        settings.redis_url,
        socket_timeout=REDIS_TIMEOUT_S,
        socket_connect_timeout=REDIS_TIMEOUT_S,
        retry=Retry(NoBackoff(), 1),  # once more: a kept connection may be one to a Redis that was restarted
    )
