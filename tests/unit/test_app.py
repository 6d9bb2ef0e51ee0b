"""The whole HTTP surface: one shape of refusals, no redirects, the right status when the database is away."""

import asyncio
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from starlette.testclient import TestClient

from stacklead.app import create_app
from stacklead.settings import Settings
from support.postgres import Cluster
from support.tenants import Tenant, make_tenant, run_in
from unit.capture.http import API, CLIENT, assert_refused, basic, hand_in

MACHINE_PATHS = (
    API,
    f"{API}/x",
    CLIENT,
    "/api/client/x",
    "/api",
    "/api/",
    "/api/nothing",
    "/healthz",
    "/readyz",
    "/openapi.json",
)
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "WEIRD")
JSON_PATHS = tuple(path for path in MACHINE_PATHS if path != "/api")


@pytest.fixture(scope="module")
def crowd(tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: Path) -> Iterator[tuple[TestClient, Tenant]]:
    """One application for all routes and methods; what they change does not matter to each other."""
    folder = tmp_path_factory.mktemp("crowd")
    settings = Settings(data_dir=folder, secret_key="k" * 32, base_url="http://leads.example")
    settings.sqlite_path.write_bytes(migrated_sqlite.read_bytes())
    tenant = run_in(settings, lambda db: make_tenant(db, "Blue Shop", reply_address="sales@shop.example"))
    with TestClient(create_app(settings), follow_redirects=False, raise_server_exceptions=False) as client:
        yield client, tenant


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("path", JSON_PATHS)
@pytest.mark.parametrize("signed", [False, True], ids=["stranger", "account"])
def test_every_refusal_has_one_shape(crowd: tuple[TestClient, Tenant], method: str, path: str, signed: bool) -> None:
    client, tenant = crowd
    answer = client.request(method, path, headers=basic(tenant.api_key) if signed else {})
    assert answer.status_code < 500
    assert not 300 <= answer.status_code < 400
    if answer.status_code >= 400 and method != "HEAD":
        assert_refused(answer, answer.status_code)
    elif method != "HEAD" and path != "/openapi.json":
        assert "error" not in answer.text
    if answer.status_code == 405:
        assert answer.headers["allow"]


@pytest.mark.parametrize("path", [API + "/", CLIENT + "/", API + "//", "/api/leads/x/", "/healthz/"])
def test_trailing_slash_is_no_redirect(crowd: tuple[TestClient, Tenant], path: str) -> None:
    client, tenant = crowd
    for method in ("GET", "POST"):
        answer = client.request(
            method, path, headers=basic(tenant.api_key), data={"email": "a@b.co"} if method == "POST" else None
        )
        assert answer.status_code in (404, 405)


def test_methods_of_a_route_are_named_together(crowd: tuple[TestClient, Tenant]) -> None:
    client, _ = crowd
    assert set(client.put(API).headers["allow"].split(", ")) == {"GET", "HEAD", "POST"}
    assert set(client.post(f"{API}/x").headers["allow"].split(", ")) == {"GET", "HEAD", "DELETE"}


def test_people_get_a_page(crowd: tuple[TestClient, Tenant]) -> None:
    client, _ = crowd
    answer = client.get("/nowhere")
    assert (answer.status_code, answer.headers["content-type"]) == (404, "text/html; charset=utf-8")


def test_health_and_readiness(client: TestClient) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}
    ready = client.get("/readyz")
    assert (ready.status_code, ready.json()["status"]) == (200, "degraded")
    assert "worker" in ready.json()["why"][0]


# --- the database is away -------------------------------------------------------------------------------------------


def assert_away(answer: Any) -> None:
    assert_refused(answer, 503, "storage_unavailable", None)
    assert int(answer.headers["retry-after"]) >= 1


def hand_in_both(client: TestClient, account: Tenant) -> list[Any]:
    return [
        client.post(CLIENT, data={"client_key": account.client_key, "email": "a@b.co"}),
        client.post(API, headers=basic(account.api_key), data={"email": "a@b.co"}),
    ]


def count_captures(settings: Settings) -> int:
    with closing(sqlite3.connect(settings.sqlite_path)) as connection:
        return connection.execute("SELECT count(*) FROM captures").fetchone()[0]


def test_failing_commit_is_503_and_then_200(client: TestClient, account: Tenant, settings: Settings) -> None:
    with closing(sqlite3.connect(settings.sqlite_path)) as connection:
        connection.execute(
            "CREATE TRIGGER full BEFORE INSERT ON captures BEGIN SELECT RAISE(FAIL, 'disk is full'); END"
        )
        answers = hand_in_both(client, account)
        for answer in answers:
            assert_away(answer)
        assert answers[0].headers["access-control-allow-origin"] == "*"
        connection.execute("DROP TRIGGER full")
    assert count_captures(settings) == 0
    assert [answer.status_code for answer in hand_in_both(client, account)] == [200, 200]
    assert count_captures(settings) == 2


def test_lost_file_is_503_everywhere(client: TestClient, account: Tenant, settings: Settings) -> None:
    hand_in(client, account.api_key)
    with closing(sqlite3.connect(settings.sqlite_path)) as connection:
        for table in ("captures", "keys", "used_links"):
            connection.execute(f"ALTER TABLE {table} RENAME TO {table}_away")
    for answer in hand_in_both(client, account):
        assert_away(answer)
    assert_away(client.post(CLIENT, data={"client_key": "client_new", "email": "a@b.co"}))
    assert_away(client.get(API, headers=basic(account.api_key)))
    assert_away(client.get("/readyz"))
    assert client.get("/healthz").status_code == 200


def test_call_that_waits_for_a_lock_in_vain_is_503_and_then_200(postgres_settings: Settings) -> None:
    """The way of calls under an Idempotency-Key."""
    tenant = run_in(postgres_settings, lambda db: make_tenant(db, "Blue Shop", reply_address="sales@shop.example"))
    headers = {**basic(tenant.api_key), "Idempotency-Key": "k"}
    with (
        TestClient(create_app(postgres_settings.model_copy(update={"hang_s": 1.5}))) as client,
        closing(asyncio.new_event_loop()) as loop,
    ):
        other = loop.run_until_complete(asyncpg.connect(postgres_settings.database_url))
        loop.run_until_complete(other.execute("BEGIN; LOCK TABLE captures IN SHARE ROW EXCLUSIVE MODE"))
        assert_away(client.post(API, headers=headers, data={"email": "a@b.co"}))
        loop.run_until_complete(other.execute("ROLLBACK"))
        loop.run_until_complete(other.close())
        assert client.post(API, headers=headers, data={"email": "a@b.co"}).status_code == 200


def test_stopped_postgres_is_503_and_then_200(postgres_settings: Settings, postgres_cluster: Cluster) -> None:
    tenant = run_in(postgres_settings, lambda db: make_tenant(db, "Blue Shop", reply_address="sales@shop.example"))
    with TestClient(create_app(postgres_settings)) as client:
        assert [answer.status_code for answer in hand_in_both(client, tenant)] == [200, 200]
        postgres_cluster.stop()
        try:
            for answer in hand_in_both(client, tenant):
                assert_away(answer)
            assert_away(client.post(CLIENT, data={"client_key": "client_new", "email": "a@b.co"}))
            assert_away(client.get(f"{API}/x", headers=basic(tenant.api_key)))
            assert_away(client.get("/readyz"))
        finally:
            postgres_cluster.start()
        assert [answer.status_code for answer in hand_in_both(client, tenant)] == [200, 200]
        assert client.get("/readyz").status_code == 200


def test_restarted_postgres_is_not_noticed(postgres_settings: Settings, postgres_cluster: Cluster) -> None:
    tenant = run_in(postgres_settings, lambda db: make_tenant(db, "Blue Shop", reply_address="sales@shop.example"))
    with TestClient(create_app(postgres_settings)) as client:
        for _ in range(2):
            assert [answer.status_code for answer in hand_in_both(client, tenant)] == [200, 200]
            postgres_cluster.stop()
            postgres_cluster.start()
        assert [answer.status_code for answer in hand_in_both(client, tenant)] == [200, 200]


def test_many_at_once_are_all_kept(client: TestClient, account: Tenant, settings: Settings) -> None:
    answers: list[int] = []

    def send() -> None:
        for _ in range(5):
            data = {"client_key": account.client_key, "email": "a@b.co"}
            answers.append(client.post(CLIENT, data=data).status_code)

    threads = [threading.Thread(target=send) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [200] * 25
    assert count_captures(settings) == 25
