"""Two real web processes on one port hold one limit together, and lose nothing when Redis goes."""

import asyncio
import json
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlencode

import pytest

from stacklead.settings import Settings
from support.product import answers, free_port, run_product
from support.redis import RedisServer
from support.tenants import Tenant, make_tenant, run_in

RATE = 20.0  # captures per second and client key; twice as much at once
SECONDS = 4.0
CLIENTS = 8
VISITOR = "198.51.100.77"


async def capture(port: int, key: str) -> int:
    """Hand in one lead over a connection of its own, which the system deals to either process; returns the status."""
    body = urlencode({"client_key": key, "email": "rebecca@example.com"}).encode()
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(
        b"POST /api/client/leads HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
        b"Content-Type: application/x-www-form-urlencoded\r\n"
        + f"X-Forwarded-For: {VISITOR}\r\nContent-Length: {len(body)}\r\n\r\n".encode()
        + body
    )
    answer = await reader.read()
    writer.close()
    await writer.wait_closed()
    return int(answer.split(b" ", 2)[1])


async def flood(port: int, key: str) -> tuple[Counter[int], float]:
    """Send as many captures as go, for SECONDS; returns the answers by status, and the seconds it took."""
    statuses: Counter[int] = Counter()
    started = time.monotonic()

    async def send() -> None:
        while time.monotonic() - started < SECONDS:
            statuses[await capture(port, key)] += 1

    await asyncio.gather(*(send() for _ in range(CLIENTS)))
    return statuses, time.monotonic() - started


def measure(
    settings: Settings, tenant: Tenant, log: Path, look: Callable[[], bytes] = bytes
) -> tuple[Counter[int], float, bytes]:
    """Flood two processes; returns the answers, the seconds it took, and what there was to be seen afterwards."""
    port = free_port()
    rates = {"rate_key": RATE, "rate_address": 100_000, "trusted_proxies": "127.0.0.1", "base_url": "http://x.example"}
    server = run_product(settings, log, "serve", "--port", str(port), "--processes", "2", **rates)
    try:
        server.wait_until(lambda: answers(port))
        statuses, seconds = asyncio.run(flood(port, tenant.client_key))
        return statuses, seconds, look()
    finally:
        server.stop()


@pytest.fixture
def tenant(postgres_settings: Settings) -> Tenant:
    return run_in(postgres_settings, lambda db: make_tenant(db, "Blue Shop"))


def test_two_processes_hold_one_limit(
    postgres_settings: Settings, tenant: Tenant, redis_server: RedisServer, tmp_path: Path
) -> None:
    settings = postgres_settings.model_copy(update={"redis_url": redis_server.url})
    statuses, seconds, kept = measure(settings, tenant, tmp_path / "log", lambda: redis_server.command("KEYS *"))
    one_limit = 2 * RATE + RATE * seconds
    print(json.dumps({"accepted": statuses[200], "one_limit": one_limit, "refused": statuses[429]}))
    assert set(statuses) == {200, 429}
    assert 0.8 * one_limit <= statuses[200] <= 1.25 * one_limit
    assert b"stacklead:limit:key:" in kept
    assert b"stacklead:limit:visitor:" in kept
    assert not [secret for secret in (VISITOR, tenant.client_key, "rebecca") if secret.encode() in kept]


def test_without_redis_each_of_two_processes_limits_on_its_own(
    postgres_settings: Settings, tenant: Tenant, tmp_path: Path
) -> None:
    settings = postgres_settings.model_copy(update={"redis_url": "unix:///nobody/redis.sock"})
    statuses, seconds, _ = measure(settings, tenant, tmp_path / "log")
    one_limit = 2 * RATE + RATE * seconds
    assert set(statuses) == {200, 429}
    assert 1.25 * one_limit < statuses[200] <= 2.1 * one_limit
