"""Counts what happens in this process, for /metrics; sums are kept in SQL, so that every process shows the whole.

A count is an addition to a dict: it may stand on the path of captures.
"""

import functools
import time
from collections.abc import Awaitable, Callable
from typing import Any, ParamSpec

P = ParamSpec("P")

JOB_BUCKETS_MS = (10, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 20_000, 40_000)  # upper bounds of job times

Counts = dict[tuple[str, str], int]  # (name, label); both are our own words, never an account, a key or an address


class Tally:
    """What was counted since the last `take`."""

    def __init__(self) -> None:
        self._counts: Counts = {}

    def count(self, name: str, label: str, by: int = 1) -> None:
        """Count one more of this."""
        self._counts[name, label] = self._counts.get((name, label), 0) + by

    def observe_job(self, job: str, took_ms: int) -> None:
        """Count a job that ended, by how long it took."""
        bound = next((bound for bound in JOB_BUCKETS_MS if took_ms <= bound), "more")
        self.count("job_bucket", f"{job}:{bound}")
        self.count("job_ms", job, took_ms)

    def take(self) -> Counts:
        """Return what was counted, and begin anew."""
        taken, self._counts = self._counts, {}
        return taken

    def put_back(self, counts: Counts) -> None:
        """Take back what could not be saved."""
        for (name, label), value in counts.items():
            self.count(name, label, value)


def timed(job: Callable[P, Awaitable[None]]) -> Callable[P, Awaitable[None]]:
    """Have the time of a job counted; its first argument is the context with `tools` in it."""

    @functools.wraps(job)
    async def run(*args: P.args, **kwargs: P.kwargs) -> None:
        started = time.monotonic()
        try:
            await job(*args, **kwargs)
        finally:
            context: Any = args[0]
            context["tools"].tally.observe_job(job.__name__, int((time.monotonic() - started) * 1000))

    return run
