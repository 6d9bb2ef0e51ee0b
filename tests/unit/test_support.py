import pytest
from sqlalchemy import text
from starlette.testclient import TestClient

from stacklead.storage.database import Database
from support.redis import RedisServer
from support.tenants import Tenant

pytestmark = pytest.mark.anyio


async def test_each_database_starts_empty(databases: Database, shop: Tenant) -> None:
    async with databases.read() as db:
        assert (await db.execute(text("SELECT count(*) FROM accounts"))).scalar_one() == 1


def test_client_serves_the_application(client: TestClient, account: Tenant) -> None:
    answer = client.post("/api/client/leads", data={"client_key": account.client_key, "email": "a@b.example"})
    assert (answer.status_code, answer.json()) == (200, {"message": "ok"})


def test_redis_comes_back_empty(redis_server: RedisServer) -> None:
    assert redis_server.command("SET a 1") == b"+OK\r\n"
    redis_server.stop()
    assert redis_server.command("PING") == b""
    redis_server.start()
    assert redis_server.command("EXISTS a") == b":0\r\n"
