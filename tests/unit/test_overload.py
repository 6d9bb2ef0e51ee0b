"""More than the product can take, or a database that stands still: 503 with Retry-After, no false 200, no hang."""

import asyncio
import base64
import contextlib
import os
import resource
import signal
import socket
import sqlite3
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
import msgspec
import pytest

from stacklead.app import create_app
from stacklead.commands.serve import MAX_CONNECTIONS
from stacklead.errors import StorageUnavailable
from stacklead.queue import REDIS_TIMEOUT_S
from stacklead.settings import Settings
from stacklead.storage.database import Database
from stacklead.storage.intake import MAX_WAITING, CaptureRow, Intake
from support.postgres import Cluster
from support.product import answers, free_port, run_product
from support.redis import RedisServer
from support.tenants import Tenant, make_tenant, run_in
from support.waiting import until
from unit.capture.http import API, CLIENT
from unit.storage.rows import list_rows
from unit.storage.test_intake import make_row

pytestmark = pytest.mark.anyio

UNLIMITED: dict[str, Any] = {"rate_key": 1_000_000, "rate_address": 1_000_000}


@dataclass(frozen=True)
class Answer:
    """What came back; `headers` by their lower-case names."""

    status: int
    headers: dict[str, str]
    body: bytes

    def assert_unavailable(self, code: str) -> None:
        assert self.status == 503, self
        assert int(self.headers["retry-after"]) >= 1
        assert msgspec.json.decode(self.body)["error"]["code"] == code


class Site:
    """The whole application on this event loop; calls go to it as a server hands them on."""

    def __init__(self, app: Any, state: dict[str, Any], tenant: Tenant) -> None:
        self.app, self.state, self.tenant = app, state, tenant

    async def post(self, path: str, body: str, *headers: tuple[str, str]) -> Answer:
        sent: list[Any] = []

        async def receive() -> Any:
            return {"type": "http.request", "body": body.encode(), "more_body": False}

        async def send(message: Any) -> None:
            sent.append(message)

        named = [("content-type", "application/x-www-form-urlencoded"), *headers]
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": "POST",
            "scheme": "http",
            "path": path,
            "raw_path": path.encode(),
            "root_path": "",
            "query_string": b"",
            "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", 80),
            "headers": [(name.encode(), value.encode()) for name, value in named],
            "state": self.state.copy(),
        }
        await self.app(scope, receive, send)
        found = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
        return Answer(sent[0]["status"], found, b"".join(message.get("body", b"") for message in sent[1:]))

    async def post_as_page(self) -> Answer:
        return await self.post(CLIENT, f"client_key={self.tenant.client_key}&email=page%40example.com")

    async def post_as_server(self, *headers: tuple[str, str]) -> Answer:
        key = base64.b64encode(f"{self.tenant.api_key}:".encode()).decode()
        return await self.post(API, "email=server%40example.com", ("authorization", f"Basic {key}"), *headers)

    async def post_in_every_way(self) -> list[Answer]:
        """Hand in a lead as a page, as a server, and as a server that may repeat the call; all at once."""
        async with asyncio.timeout(30):
            by_key = self.post_as_server(("idempotency-key", "k"))
            return await asyncio.gather(self.post_as_page(), self.post_as_server(), by_key)


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Site]:
    tenant = await asyncio.to_thread(run_in, settings, make_shop)
    app = create_app(settings)
    async with app.router.lifespan_context(app) as state:
        yield Site(app, dict(state or {}), tenant)


async def make_shop(db: Any) -> Tenant:
    return await make_tenant(db, "Blue Shop", reply_address="sales@shop.example")


async def count_captures(settings: Settings) -> int:
    database = Database(settings)
    async with database.read() as db:
        count = len(await list_rows(db, "captures"))
    await database.close()
    return count


# --- the writer's queue is full ---------------------------------------------------------------------------------------


@asynccontextmanager
async def nobody_can_commit(settings: Settings) -> AsyncIterator[None]:
    """Hold the lock that a commit waits for."""
    if settings.is_sqlite:
        with closing(sqlite3.connect(settings.sqlite_path)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            yield
        return
    connection: Any = await asyncpg.connect(settings.database_url)
    try:
        await connection.execute("BEGIN; LOCK TABLE captures IN SHARE ROW EXCLUSIVE MODE")
        yield
    finally:
        await connection.close()  # and with it the lock


async def fill(intake: Intake, row: CaptureRow) -> list[asyncio.Task[int]]:
    """Append until the queue takes no more; return what waits in it."""
    waiting: list[asyncio.Task[int]] = []
    while True:
        call = asyncio.create_task(intake.append(row))
        await asyncio.sleep(0)
        if call.done():
            with pytest.raises(StorageUnavailable):
                call.result()
            return waiting
        waiting.append(call)


async def test_full_queue_is_503_and_what_is_in_it_is_kept(each_settings: Settings) -> None:
    async with opened(each_settings) as site:
        intake: Intake = site.state["intake"]
        before = await asyncio.gather(site.post_as_page(), site.post_as_server())
        async with nobody_can_commit(each_settings):
            waiting = await fill(intake, make_row(site.tenant))
            refused = await asyncio.gather(site.post_as_page(), site.post_as_server())
            assert not any(call.done() for call in waiting)
        ids = await asyncio.gather(*waiting)
        after = await asyncio.gather(site.post_as_page(), site.post_as_server())
    for answer in refused:
        answer.assert_unavailable("storage_unavailable")
    assert refused[0].headers["access-control-allow-origin"] == "*"
    assert [answer.status for answer in (*before, *after)] == [200] * 4
    assert len(set(ids)) == len(waiting) >= MAX_WAITING
    assert await count_captures(each_settings) == len(waiting) + 4


# --- the writer fails (SQLite's: test_app.py) -------------------------------------------------------------------------

FULL_DISK = """
    CREATE FUNCTION fail() RETURNS trigger AS $$
        BEGIN RAISE 'could not extend file' USING ERRCODE = 'disk_full'; END $$ LANGUAGE plpgsql;
    CREATE TRIGGER full_disk BEFORE INSERT ON captures EXECUTE FUNCTION fail();
"""
SPACE_AGAIN = "DROP TRIGGER full_disk ON captures; DROP FUNCTION fail"


async def run_sql(settings: Settings, sql: str) -> None:
    connection: Any = await asyncpg.connect(settings.database_url)
    try:
        await connection.execute(sql)
    finally:
        await connection.close()


async def test_failing_commit_on_postgres_is_503_and_then_200(postgres_settings: Settings) -> None:
    async with opened(postgres_settings) as site:
        await run_sql(postgres_settings, FULL_DISK)
        try:
            refused = await site.post_in_every_way()
        finally:
            await run_sql(postgres_settings, SPACE_AGAIN)
        for answer in refused:
            answer.assert_unavailable("storage_unavailable")
        assert await count_captures(postgres_settings) == 0
        assert [answer.status for answer in await site.post_in_every_way()] == [200, 200, 200]
        assert await count_captures(postgres_settings) == 3


# --- PostgreSQL stands still: its machine is gone, and nothing says so ------------------------------------------------


def processes_of(cluster: Cluster) -> list[int]:
    """Return the processes that work in the cluster's folder."""
    found: list[int] = []
    for place in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if (place / "exe").resolve().name == "postgres" and (place / "cwd").resolve() == cluster.data.resolve():
                found.append(int(place.name))
    return found


@contextmanager
def standing_still(pids: list[int]) -> Iterator[None]:
    assert pids
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)


async def test_postgres_that_stands_still_is_503_and_then_200(
    postgres_settings: Settings, postgres_cluster: Cluster
) -> None:
    async with opened(postgres_settings.model_copy(update={**UNLIMITED, "hang_s": 2.0})) as site:

        async def is_well() -> bool:
            return [answer.status for answer in await site.post_in_every_way()] == [200, 200, 200]

        assert await is_well()
        with standing_still(processes_of(postgres_cluster)):
            for answer in await site.post_in_every_way():
                answer.assert_unavailable("storage_unavailable")
        await until(is_well, 30)


# --- Redis stands still -----------------------------------------------------------------------------------------------


async def test_no_capture_waits_for_a_redis_that_stands_still(
    each_settings: Settings, redis_server: RedisServer
) -> None:
    settings = each_settings.model_copy(update={**UNLIMITED, "redis_url": redis_server.url})
    async with opened(settings) as site:
        assert (await site.post_as_page()).status == 200
        with standing_still([redis_server.pid()]):
            started = time.monotonic()
            statuses = [(await site.post_as_page()).status for _ in range(5)]
            seconds = time.monotonic() - started
    assert statuses == [200] * 5
    assert seconds < 2 * REDIS_TIMEOUT_S  # and not five times


# --- more connections than the web process takes ----------------------------------------------------------------------


@pytest.fixture
def many_files() -> Iterator[None]:
    """Allow this process a file for every connection; its children start with what they would have had."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MAX_CONNECTIONS + 500
    if before[1] not in (resource.RLIM_INFINITY,) and before[1] < wanted:
        pytest.skip(f"the machine allows a process {before[1]} files")
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, before)


def ask(port: int, path: str) -> bytes:
    body = b"client_key=client_x&email=a%40b.co"
    head = f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    with closing(socket.create_connection(("127.0.0.1", port), timeout=30)) as line:
        line.sendall(f"{head}Connection: close\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)
        answer = b""
        while data := line.recv(65536):
            answer += data
    return answer


def test_more_connections_than_it_takes_are_503(many_files: None, data_dir: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    port = free_port()
    resource.setrlimit(resource.RLIMIT_NOFILE, (1024, hard))  # as most machines have it
    server = run_product(
        Settings(data_dir=data_dir), data_dir / "log", "serve", "--port", str(port), capture_path="/own/c"
    )
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, MAX_CONNECTIONS + 500), hard))
    try:
        server.wait_until(lambda: answers(port))
        with ExitStack() as stack:
            for _ in range(MAX_CONNECTIONS):
                stack.enter_context(closing(socket.create_connection(("127.0.0.1", port), timeout=30)))
            found = {path: ask(port, path) for path in (CLIENT, "/own/c", API)}
        for path, answer in found.items():
            head, _, body = answer.lower().partition(b"\r\n\r\n")
            assert head.startswith(b"http/1.1 503 "), answer
            assert b"\r\nretry-after: 1" in head
            assert (b"access-control-allow-origin: *" in head) == (path != API)
            assert msgspec.json.decode(body)["error"]["code"] == "too_busy"
        deadline = time.monotonic() + 30
        while ask(port, CLIENT).startswith(b"HTTP/1.1 503"):
            assert time.monotonic() < deadline
        assert ask(port, CLIENT).startswith(b"HTTP/1.1 401")
    finally:
        server.stop()
