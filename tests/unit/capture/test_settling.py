"""Rate limits of several web processes are one limit, as long as there is a Redis."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from stacklead.capture.settling import PREFIX, Settling
from stacklead.errors import TooManyRequests
from stacklead.limits import Limits
from stacklead.settings import Settings
from support.redis import RedisServer
from support.waiting import until

pytestmark = pytest.mark.anyio
VISITOR = "198.51.100.7"


def shared(redis_url: str, **values: float) -> Settings:
    slow = {"rate_key": 0.001, "rate_address": 0.001} | values
    return Settings(database_url="postgresql:///none", secret_key="k" * 32, redis_url=redis_url, **slow)


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Limits]:
    """The limits of one web process, settled with the others'."""
    limits = Limits(settings)
    settling = Settling(settings, limits)
    settling.start()
    try:
        yield limits
    finally:
        await settling.stop()


def accepts(limits: Limits, key_id: int = 1, address: str = VISITOR) -> bool:
    try:
        limits.check(key_id, address)
    except TooManyRequests:
        return False
    return True


async def test_what_one_process_gave_is_missing_in_the_other(redis_server: RedisServer) -> None:
    settings = shared(redis_server.url, rate_key=1000)
    async with opened(settings) as here, opened(settings) as there:
        assert [accepts(here) for _ in range(30)] == [True] * 30
        accepted_there = 0

        async def is_refused_there() -> bool:
            nonlocal accepted_there
            is_accepted = accepts(there)
            accepted_there += is_accepted
            return not is_accepted

        await until(is_refused_there)
        assert accepted_there < 30
        assert accepts(there, address="198.51.100.8")


async def test_limit_of_a_key_is_one_for_all(redis_server: RedisServer) -> None:
    settings = shared(redis_server.url, rate_key=10, rate_address=1000)
    async with opened(settings) as here, opened(settings) as there:
        loop = asyncio.get_running_loop()
        started, accepted = loop.time(), 0
        while loop.time() - started < 3:
            accepted += accepts(here) + accepts(there)
            await asyncio.sleep(0.002)
        assert 45 <= accepted <= 20 + 10 * (loop.time() - started) + 12  # of which two alone would give 100
        assert accepts(here, key_id=2)


async def test_process_that_starts_later_learns_what_is_left(redis_server: RedisServer) -> None:
    settings = shared(redis_server.url, rate_key=1000)
    async with opened(settings) as here:
        assert all(accepts(here) for _ in range(30))

        async def is_settled() -> bool:
            return b":2\r\n" in redis_server.command("DBSIZE")

        await until(is_settled)
    async with opened(settings) as later:
        assert accepts(later)

        async def is_refused() -> bool:
            return not accepts(later)

        await until(is_refused, 3)


async def test_nothing_of_anybody_stands_in_redis(redis_server: RedisServer) -> None:
    async with opened(shared(redis_server.url, rate_address=1)) as limits:
        accepts(limits)

        async def has_both() -> bool:
            return b":2\r\n" in redis_server.command("DBSIZE")

        await until(has_both)
    names = redis_server.command("KEYS *").split()
    kept = [name for name in names if name.startswith(PREFIX.encode())]
    assert len(kept) == 2
    assert b"198.51" not in b"".join(kept)
    for name in kept:
        assert b"198.51" not in redis_server.command(f"HGETALL {name.decode()}")
        assert int(redis_server.command(f"PTTL {name.decode()}")[1:]) > 0


@pytest.mark.parametrize("is_there", [False, True], ids=["never there", "lost on the way"])
async def test_without_redis_each_process_limits_on_its_own(redis_server: RedisServer, is_there: bool) -> None:
    url = redis_server.url if is_there else "unix:///nobody/redis.sock"
    async with opened(shared(url, rate_key=1000)) as here, opened(shared(url, rate_key=1000)) as there:
        if is_there:
            redis_server.stop()
        try:
            assert [accepts(here) for _ in range(31)] == [True] * 30 + [False]
            await asyncio.sleep(0.2)  # so that settling has been tried
            assert [accepts(there) for _ in range(31)] == [True] * 30 + [False]
        finally:
            if is_there:
                redis_server.start()


async def test_settling_goes_on_when_redis_is_back(redis_server: RedisServer) -> None:
    settings = shared(redis_server.url, rate_key=1000)
    async with opened(settings) as here, opened(settings) as there:
        redis_server.stop()
        assert all(accepts(here) for _ in range(10))
        await asyncio.sleep(0.2)
        redis_server.start()
        assert all(accepts(here) for _ in range(20))
        accepted = 0

        async def is_refused_there() -> bool:
            nonlocal accepted
            is_accepted = accepts(there)
            accepted += is_accepted
            return not is_accepted

        await until(is_refused_there)
        assert accepted < 30


def test_one_process_on_sqlite_has_nothing_to_settle(redis_server: RedisServer) -> None:
    settings = Settings(secret_key="k" * 32, redis_url=redis_server.url)
    limits = Limits(settings)
    Settling(settings, limits).start()
    limits.check(1, VISITOR)
    assert limits.collect() == []
