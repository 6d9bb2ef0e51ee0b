"""Politeness towards public APIs: a rate limit and a circuit breaker per source, kept in this process."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from weakref import WeakValueDictionary

from stacklead.errors import SourceError

FAILURES_TO_OPEN = 5  # failures in a row after which a source is left alone
REST_S = 60.0  # how long it is left alone; then one call tries again


@dataclass(slots=True)
class _State:
    next_call: float = 0.0
    failures: int = 0
    open_until: float = 0.0


def _no_locks() -> WeakValueDictionary[tuple[str, str], asyncio.Lock]:
    return WeakValueDictionary()


@dataclass(slots=True)
class Guard:
    """Spaces calls out and stops calling a source that keeps failing."""

    states: dict[str, _State] = field(default_factory=dict[str, _State])
    locks: WeakValueDictionary[tuple[str, str], asyncio.Lock] = field(default_factory=_no_locks)

    @asynccontextmanager
    async def alone(self, source: str, subject: str) -> AsyncGenerator[None]:
        """Let one call at a time ask a source about a subject: whoever comes second finds the answer in the cache."""
        lock = self.locks.setdefault((source, subject), asyncio.Lock())
        async with lock:
            yield

    async def wait_turn(self, source: str, rate_per_s: float, timeout_s: float) -> None:
        """Wait until this process may call the source again.

        Raises:
            SourceError: `unavailable` while the breaker is open, `rate_limited` if the turn comes too late.
        """
        state = self.states.setdefault(source, _State())
        now = asyncio.get_running_loop().time()
        if now < state.open_until:
            raise SourceError(f"{source} keeps failing and is left alone for a minute", reason="unavailable")
        wait_s = max(0.0, state.next_call - now)
        if wait_s > timeout_s:
            raise SourceError(f"too many calls to {source} at once", reason="rate_limited")
        state.next_call = max(state.next_call, now) + (1.0 / rate_per_s if rate_per_s > 0 else 0.0)
        if wait_s:
            await asyncio.sleep(wait_s)

    def rest(self, source: str, seconds: float) -> None:
        """Leave a source alone because it asked for that (429 with Retry-After)."""
        state = self.states.setdefault(source, _State())
        state.open_until = asyncio.get_running_loop().time() + max(1.0, min(seconds, 3600.0))

    def succeeded(self, source: str) -> None:
        """Note a call that was answered, whatever the answer."""
        self.states.setdefault(source, _State()).failures = 0

    def failed(self, source: str) -> None:
        """Note a call that failed; opens the breaker after `FAILURES_TO_OPEN` in a row."""
        state = self.states.setdefault(source, _State())
        state.failures += 1
        if state.failures >= FAILURES_TO_OPEN:
            state.open_until = asyncio.get_running_loop().time() + REST_S
            state.failures = FAILURES_TO_OPEN - 1  # one more failure after the rest opens it again
