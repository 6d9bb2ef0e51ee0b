"""What most tests start from: settings, databases, a running application, two accounts, and receivers."""

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from aiohttp import web
from starlette.testclient import TestClient

from machine import need_postgres, need_redis
from stacklead.app import create_app
from stacklead.settings import Settings
from stacklead.storage.database import Database, migrate
from support.postgres import Cluster
from support.redis import RedisServer
from support.tenants import Template, Tenant, make_tenant
from unit.deliver.receivers import Inbox, Mailbox, smtp_server

SECRET = "k" * 32
MEMORY = "/dev/shm"
BASE_URL = "http://leads.example"
PUBLIC_NETWORK = "203.0.113.0/24"  # documentation addresses, which tests may name but never reach


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


# --- databases ------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with the schema in it, made once; each test gets a copy."""
    settings = Settings(data_dir=tmp_path_factory.mktemp("migrated"))
    asyncio.run(migrate(settings))
    return settings.sqlite_path


@pytest.fixture(scope="session")
def postgres_cluster() -> Iterator[Cluster]:
    cluster = Cluster(need_postgres())
    yield cluster
    cluster.close()


@pytest.fixture
def data_dir() -> Iterator[Path]:
    """A folder in memory where there is one: every commit of ours waits for the disk."""
    with tempfile.TemporaryDirectory(prefix="sl-data-", dir=MEMORY if Path(MEMORY).is_dir() else None) as folder:
        yield Path(folder)


@pytest.fixture
def settings(data_dir: Path, migrated_sqlite: Path) -> Settings:
    """Settings over an SQLite file with the schema in it; no Redis."""
    made = Settings(data_dir=data_dir, base_url=BASE_URL, secret_key=SECRET, allowed_networks=(PUBLIC_NETWORK,))
    shutil.copy(migrated_sqlite, made.sqlite_path)
    return made


@pytest.fixture
def postgres_settings(settings: Settings, postgres_cluster: Cluster) -> Settings:
    """The same over a PostgreSQL database with nothing but the schema in it."""
    return settings.model_copy(update={"database_url": postgres_cluster.fresh_database()})


@pytest.fixture(params=["sqlite", "postgres"])
def each_settings(request: pytest.FixtureRequest) -> Settings:
    """Settings over each of the two databases: the test runs twice."""
    return request.getfixturevalue("settings" if request.param == "sqlite" else "postgres_settings")


@pytest.fixture
async def databases(each_settings: Settings) -> AsyncIterator[Database]:
    """An open database of each kind: the test runs twice."""
    database = Database(each_settings)
    yield database
    await database.close()


@pytest.fixture
async def shop(databases: Database) -> Tenant:
    """An account in `databases`."""
    async with databases.write() as db:
        return await make_tenant(
            db, "Blue Shop", reply_address="sales@shop.example", webhook_url="http://203.0.113.9/hook"
        )


@pytest.fixture
async def other_shop(databases: Database) -> Tenant:
    """Another account in `databases`."""
    async with databases.write() as db:
        return await make_tenant(db, "Other Shop", reply_address="info@other.example")


# --- Redis ----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def session_redis() -> Iterator[RedisServer]:
    server = RedisServer(need_redis())
    yield server
    server.close()


@pytest.fixture
def redis_server(session_redis: RedisServer) -> RedisServer:
    """An empty Redis; a test that stops it starts it again."""
    session_redis.command("FLUSHALL")
    return session_redis


# --- the application over HTTP --------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def template(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Template:
    return Template(migrated_sqlite, tmp_path_factory.mktemp("template"))


@pytest.fixture
def account(settings: Settings, template: Template) -> Tenant:
    """An account with a reply address and a webhook, in the database behind `client`."""
    return template.copy(
        settings, "Blue Shop", reply_address="sales@shop.example", webhook_url="http://203.0.113.9/hook"
    )


@pytest.fixture
def other_account(settings: Settings, template: Template) -> Tenant:
    return template.copy(settings, "Other Shop", reply_address="info@other.example")


@pytest.fixture
def client(settings: Settings) -> Iterator[TestClient]:
    """The whole application, over SQLite and without Redis."""
    with TestClient(create_app(settings), follow_redirects=False) as made:
        yield made


# --- receivers ------------------------------------------------------------------------------------------------------


@pytest.fixture
async def mailbox() -> AsyncIterator[Mailbox]:
    """A mail server on loopback that keeps what comes."""
    async with smtp_server(Mailbox()) as box:
        yield box


@pytest.fixture
async def inbox() -> AsyncIterator[Inbox]:
    """A webhook receiver on loopback that keeps what comes."""
    box = Inbox()
    app = web.Application()
    app.router.add_post("/{path:.*}", box.receive)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        box.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
        yield box
    finally:
        await runner.cleanup()
