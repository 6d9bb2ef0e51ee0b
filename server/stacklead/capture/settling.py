"""Settles the rate limits of this web process with those of the others, over Redis: one pipeline for all of a second.

Redis keeps what is left in each bucket for as long as the bucket is not full again: numbers under names that tell
nothing of a key or a visitor. While Redis is away each process limits on its own.
"""

import asyncio
import contextlib
import itertools
from collections.abc import Sequence
from typing import Any

import structlog
from redis.exceptions import RedisError

from stacklead.limits import Limits, Taken
from stacklead.queue import open_redis
from stacklead.settings import Settings

SETTLE_S = 1.0  # between two settlements
SOON_S = 0.05  # between two of them while a bucket empties fast
MAX_SCRIPT_BUCKETS = 500  # of one script, so that Redis can answer others in between
PREFIX = "stacklead:limit:"

log = structlog.get_logger()

# Takes tokens from buckets, into debt if need be, and returns what is left in each. Redis has the one clock.
_TAKE = """
local time = redis.call('TIME')
local now = time[1] + time[2] / 1000000
local answers = {}
for number, key in ipairs(KEYS) do
    local taken = tonumber(ARGV[number * 3 - 2])
    local rate = tonumber(ARGV[number * 3 - 1])
    local burst = tonumber(ARGV[number * 3])
    local kept = redis.call('HMGET', key, 'left', 'at')
    local left = burst
    if kept[1] then
        left = math.min(burst, tonumber(kept[1]) + math.max(0, now - tonumber(kept[2])) * rate)
    end
    left = left - taken
    redis.call('HSET', key, 'left', string.format('%.6f', left), 'at', string.format('%.6f', now))
    redis.call('PEXPIRE', key, math.ceil((burst - left) / rate * 1000) + 1000)
    answers[number] = string.format('%.6f', left)
end
return answers
"""


class Settling:
    """A task beside the capture routes; idle without Redis, and on SQLite, which has one web process."""

    def __init__(self, settings: Settings, limits: Limits) -> None:
        self._limits = limits
        self._redis = None if settings.is_sqlite else open_redis(settings)
        self._soon = asyncio.Event()
        self._is_away = False
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin; must be called on the event loop."""
        if self._redis is not None:
            self._limits.share(self._soon.set)
            self._task = asyncio.create_task(self._run(self._redis))

    async def stop(self) -> None:
        """End."""
        if self._task is None or self._redis is None:
            return
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task
        await self._redis.aclose()

    async def _run(self, redis: Any) -> None:
        while True:
            await asyncio.sleep(SOON_S)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(SETTLE_S - SOON_S):  # wait_for of Python 3.11 may swallow a cancellation
                    await self._soon.wait()
            self._soon.clear()
            try:
                await self._settle(redis)
            except (RedisError, OSError) as exc:
                if not self._is_away:
                    log.warning("limits_not_shared", reason=type(exc).__name__, then="each process limits on its own")
                self._is_away = True
            except Exception:  # whatever it is, captures go on, and so does this
                log.exception("limits_not_settled")

    async def _settle(self, redis: Any) -> None:
        """Settle what was taken; if that fails it is forgotten, so that nobody is in debt for a Redis that was away."""
        taken = self._limits.collect()
        if not taken:
            return
        pipe = redis.pipeline(transaction=False)
        for at in range(0, len(taken), MAX_SCRIPT_BUCKETS):
            part = taken[at : at + MAX_SCRIPT_BUCKETS]
            pipe.eval(_TAKE, len(part), *(PREFIX + one.name for one in part), *_arguments(part))
        answers: list[list[bytes]] = await pipe.execute()
        self._is_away = False
        self._limits.settle(taken, [float(left) for left in itertools.chain.from_iterable(answers)])


def _arguments(taken: Sequence[Taken]) -> list[float]:
    return [number for one in taken for number in (one.tokens, one.rate_per_s, one.burst)]
